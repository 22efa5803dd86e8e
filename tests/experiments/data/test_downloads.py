import hashlib

import pytest

from experiments.data.downloads import WrongContentError, download


@pytest.fixture
def published(tmp_path):
    """A file at an address, its content and its checksum."""
    path = tmp_path / "published.bin"
    path.write_bytes(b"word " * 101)
    return path.as_uri(), path.read_bytes(), hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_comes_whole_into_a_new_folder(published, tmp_path):
    address, content, checksum = published
    there = tmp_path / "cache" / "text" / "book.txt"
    download(address, there, checksum, timeout=5)
    assert there.read_bytes() == content
    assert [file.name for file in there.parent.iterdir()] == ["book.txt"]


def test_other_content_gets_no_name_and_keeps_what_was_there(published, tmp_path):
    address, _, _ = published
    there = tmp_path / "book.txt"
    there.write_bytes(b"mine")
    with pytest.raises(WrongContentError, match="SHA-256 differs"):
        download(address, there, "0" * 64, timeout=5)
    assert there.read_bytes() == b"mine"


def test_nothing_at_the_address(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        download((tmp_path / "none").as_uri(), tmp_path / "book.txt", "0" * 64, timeout=5)
    assert not list(tmp_path.iterdir())
