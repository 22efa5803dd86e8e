import errno
import os
from pathlib import Path

import pytest

from experiments.records.files import check_ordinary, is_disk_error, remove_parts, write_beside, write_json


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
