import pydoc_data.topics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.lab.characters.text import text as character_text
from experiments.lab.characters.text.text import read_manual, read_texts, resolve_texts

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\ufeff"), min_size=1)


def whole(path, **options):
    return "".join(read_texts([str(path)], **options))


def one_line(text):
    """Line ends as Python's own text files give them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@given(texts, st.integers(1, 7), st.booleans())
def test_pieces_of_any_size_make_the_text(tmp_path_factory, text, chunk, mark):
    path = tmp_path_factory.mktemp("text") / "a.txt"
    path.write_bytes(b"\xef\xbb\xbf" * mark + text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(character_text, "CHUNK", max(chunk, 3 * mark))
        assert whole(path) == one_line(text)


@given(texts, st.sampled_from([b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xe2\x82"]), texts, st.integers(1, 7))
def test_the_first_byte_that_is_no_text_is_named(tmp_path_factory, before, bad, after, chunk):
    content = before.encode() + bad + after.encode()
    with pytest.raises(UnicodeDecodeError) as expected:
        content.decode()
    path = tmp_path_factory.mktemp("text") / "a.txt"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(character_text, "CHUNK", chunk)
        with pytest.raises(ValueError, match="is not UTF-8 text") as raised:
            whole(path)
    assert f"at byte {expected.value.start} (0x{content[expected.value.start]:02x})" in str(raised.value)


def test_binary_data_empty_files_and_missing_ones_are_refused(tmp_path):
    binary, empty = tmp_path / "a.bin", tmp_path / "empty.txt"
    binary.write_bytes(b"ab\0c")
    empty.write_bytes(b"\xef\xbb\xbf")
    with pytest.raises(ValueError, match=r"a\.bin is binary data and no text: byte 2 is zero"):
        whole(binary)
    with pytest.raises(ValueError, match=r"empty\.txt is empty"):
        whole(empty)
    with pytest.raises(ValueError, match="is a folder"):
        resolve_texts([str(tmp_path)])
    with pytest.raises(ValueError, match="no such file: grim, did you mean grimm"):
        resolve_texts(["grim"])
    with pytest.raises(ValueError, match="text: there should be at least one"):
        resolve_texts([" "])
    with pytest.raises(ValueError, match="cannot be read"):
        whole(tmp_path / "gone.txt")


def test_several_texts_are_read_in_their_order(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.txt").write_text(f"{name} tale\n")
    names = resolve_texts([f"{tmp_path}/b.txt", f" {tmp_path}/a.txt"])
    assert "".join(read_texts(names)) == "b tale\na tale\n"


@pytest.mark.parametrize("chunk", [5, 1 << 20])
def test_only_the_book_is_left_of_a_gutenberg_file(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr(character_text, "CHUNK", max(chunk, 40))
    path = tmp_path / "book.txt"
    lines = [
        "\ufeffThe Project",
        "*** START OF THIS EBOOK ***",
        "Es war",
        "*** einmal",
        "*** END OF THIS ***",
        "Licence",
    ]
    path.write_text("\r\n".join(lines), encoding="utf-8")
    assert whole(path, gutenberg=True) == "Es war\n*** einmal\n"
    path.write_text("\n".join(lines[:4]))
    with pytest.raises(ValueError, match=r"has no line '\*\*\* END OF"):
        whole(path, gutenberg=True)
    path.write_text("a tale of my own")
    with pytest.raises(ValueError, match=r"has no line '\*\*\* START OF"):
        whole(path, gutenberg=True)


def test_the_manual_is_what_the_module_holds():
    topics = pydoc_data.topics.topics
    assert read_manual() == "\n".join(topics[name] for name in sorted(topics))
    assert "".join(read_texts(["python"])) == read_manual()


@given(texts, st.integers(1, 9), st.sampled_from(["utf-16", "utf-32"]))
def test_a_text_with_the_mark_of_another_encoding(tmp_path_factory, text, chunk, encoding):
    path = tmp_path_factory.mktemp("text") / "a.txt"
    path.write_bytes(text.encode(encoding))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(character_text, "CHUNK", chunk)
        assert whole(path) == one_line(text)


def test_half_a_character_of_utf_16_is_named(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("abc".encode("utf-16") + b"\x61")
    with pytest.raises(ValueError, match="is not UTF-16-LE text: truncated data at byte 8"):
        whole(path)


def test_a_book_in_utf_16_is_told(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("*** START OF\na\n*** END OF\n".encode("utf-16"))
    with pytest.raises(ValueError, match=r"gutenberg: .* should be in UTF-8"):
        whole(path, gutenberg=True)
