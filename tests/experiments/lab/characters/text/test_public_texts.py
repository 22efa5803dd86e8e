import hashlib

import pytest

from experiments.lab.characters.text import public_texts
from experiments.lab.characters.text.public_texts import Book, book_path, fetch_book


@pytest.fixture
def published(tmp_path, monkeypatch):
    """A book that is published as a file, and an empty folder of data."""
    source = tmp_path / "published.txt"
    source.write_bytes(b"Once upon a time")
    book = Book("A tale", source.as_uri(), hashlib.sha256(source.read_bytes()).hexdigest())
    monkeypatch.setitem(public_texts.BOOKS, "tale", book)
    monkeypatch.setenv("GNNLAB_DATA", str(tmp_path / "data"))
    return source


def test_a_book_is_downloaded_once(published):
    assert fetch_book("tale").read_bytes() == b"Once upon a time"
    published.unlink()
    assert fetch_book("tale") == book_path("tale")
    assert [path.name for path in book_path("tale").parent.iterdir()] == ["tale.txt"]


def test_a_missing_book_that_cannot_be_fetched_says_what_to_do(published, tmp_path):
    published.unlink()
    with pytest.raises(ValueError, match="text: tale is not here and cannot be fetched") as raised:
        fetch_book("tale")
    assert str(book_path("tale")) in str(raised.value)
    assert "GNNLAB_DATA" in str(raised.value)
    assert not (tmp_path / "data").exists()


def test_another_version_is_refused_and_not_kept(published, tmp_path):
    published.write_bytes(b"Once upon another time")
    with pytest.raises(ValueError, match="its SHA-256 differs"):
        fetch_book("tale")
    assert not (tmp_path / "data").exists()
    book_path("tale").parent.mkdir(parents=True)
    book_path("tale").write_bytes(b"changed")
    with pytest.raises(ValueError, match="is not the published file"):
        fetch_book("tale")
    assert book_path("tale").read_bytes() == b"changed"


@pytest.mark.data
def test_the_tales_of_the_data_folder_are_the_published_ones(public_data):
    if not (public_data / "text" / "grimm.txt").exists():
        pytest.skip("no text/grimm.txt in GNNLAB_DATA")
    assert fetch_book("grimm") == public_data / "text" / "grimm.txt"


def test_a_folder_in_place_of_a_book_is_named(published):
    book_path("tale").mkdir(parents=True)
    with pytest.raises(ValueError, match=r"text: .*tale\.txt cannot be read \(Is a directory\)"):
        fetch_book("tale")
