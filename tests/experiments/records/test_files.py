import codecs
import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.records.files import (
    check_ordinary,
    decode,
    is_disk_error,
    ordinary,
    read_json,
    remove_parts,
    row_of,
    write_beside,
    write_json,
)

MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\ufeff"))


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path):
    path = tmp_path / "result.json"
    path.write_text("old")

    def fail(beside):
        beside.write_text("half")
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        write_beside(path, fail)
    assert [p.name for p in tmp_path.iterdir()] == ["result.json"]
    assert path.read_text() == "old"


def test_nan_never_enters_json(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "x.json", {"loss": float("nan")})
    assert not (tmp_path / "x.json").exists()


def test_parts_that_a_killed_process_left_are_removed(tmp_path):
    for name in (".result.json.17.part", ".weights.pt.18.part", "curve.csv", "x.part"):
        (tmp_path / name).write_text("")
    remove_parts(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["curve.csv", "x.part"]


def test_a_full_disk_is_told_from_other_errors(tmp_path):
    assert is_disk_error(OSError(errno.ENOSPC, "No space left on device"))
    assert not is_disk_error(FileNotFoundError(errno.ENOENT, "No such file"))
    assert not is_disk_error(ValueError("full"))


def test_what_may_have_no_end_is_no_ordinary_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "pipe", Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(ValueError, match=r"text: .* is a pipe or a device; it should be a file"):
            check_ordinary("text", path)
    for path in (tmp_path / "file", tmp_path, tmp_path / "missing"):
        check_ordinary("text", path)


@given(texts, st.sampled_from(list(MARKS)))
def test_a_mark_says_the_encoding(text, encoding):
    assert decode(MARKS[encoding] + text.encode(encoding)) == text
    assert decode(text.encode()) == text  # without one it is UTF-8


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_the_row_that_is_no_text_is_counted(encoding):
    broken = b"\xff" if encoding == "utf-8" else "\ud800".encode(encoding, "surrogatepass")
    content = MARKS[encoding] + "one\ntwo\nthr\u0a0a".encode(encoding) + broken + "\nx".encode(encoding)
    with pytest.raises(UnicodeDecodeError) as refused:
        decode(content)
    assert row_of(refused.value) == 3
    assert content[refused.value.start :].startswith(broken)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "nested too deep"),
        ('{"a": ' * 100_000, "nested too deep"),
        ('{"loss": NaN}', "NaN is no number"),
        ("[-Infinity]", "-Infinity is no number"),
        ("[1e999]", "larger than any number"),
        ("{", "Expecting"),
    ],
)
def test_json_that_is_none(text, message, tmp_path):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_json(tmp_path / "x.json")


@given(
    st.recursive(
        st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts, st.lists
    )
)
def test_json_is_read_as_it_is(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("json") / "x.json"
    path.write_text(json.dumps(values), encoding="utf-8")
    assert read_json(path) == values


def test_a_pipe_is_refused_where_a_file_is_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="a pipe or a device; it should be a file"):
        ordinary(tmp_path / "pipe")
    assert ordinary(tmp_path / "missing") == tmp_path / "missing"
