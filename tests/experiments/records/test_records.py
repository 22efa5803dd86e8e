import errno
import json
from pathlib import Path

import pytest

from experiments.lab.documents.prediction import _read_vocabulary
from experiments.lab.sequences.settings import SENSITIVITY, PalindromeRun
from experiments.records.checkpoints import load_checkpoint
from experiments.records.files import write_json
from experiments.records.records import (
    FORMAT,
    CurveWriter,
    FolderError,
    read_curve,
    read_run,
    read_runs,
    write_results,
)
from experiments.records.results_folder import prepare_folder
from experiments.records.tables import read_table
from tests.experiments.runs import sequence_run

SETTINGS = sequence_run("lstm", 5, 3)


def recorded(out, settings=SETTINGS, result=None):
    folder = out / settings.folder
    folder.mkdir(parents=True)
    write_json(folder / "config.json", settings.to_dict())
    if result is not None:
        write_json(folder / "result.json", result)
    return folder


def test_curve_is_readable_while_it_grows_and_not_rounded(tmp_path):
    with CurveWriter(tmp_path / "curve.csv") as write:
        write({"step": 1, "loss": 0.1 + 0.2})
        assert (tmp_path / "curve.csv").read_text().split() == ["step,loss", "1,0.30000000000000004"]


def test_unfinished_run_has_no_result(tmp_path):
    run = read_run(recorded(tmp_path))
    assert run.result is None
    assert not run.succeeded
    assert run.settings == SETTINGS


def test_result_of_another_format_is_refused(tmp_path):
    folder = recorded(tmp_path, result={"format": 99, "status": "ok"})
    with pytest.raises(FolderError, match="format 99"):
        read_run(folder)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ([], "format list"),
        ("x", "format str"),
        ({"format": 1}, "status None"),
        ({"format": 1, "status": "ok"}, "lacks test_accuracy"),
        ({"format": 1, "status": "failed"}, "lacks reason"),
        (
            {"format": 1, "status": "ok", "test_accuracy": 0.5, "steps": "x", "parameters": 7},
            "steps 'x', which should be a number; delete the folder",
        ),
    ],
)
def test_damaged_result_is_named(result, words, tmp_path):
    with pytest.raises(FolderError, match=words):
        read_run(recorded(tmp_path, result=result))


@pytest.mark.parametrize("content", ["", '{"format": 1, "sta'])
def test_half_a_result_is_named_with_what_to_do(content, tmp_path):
    folder = recorded(tmp_path)
    (folder / "result.json").write_text(content)
    with pytest.raises(FolderError, match=r"result\.json is damaged .*; delete the folder and run"):
        read_run(folder)


@pytest.mark.parametrize("content", [None, "", "step,val", "\x00\x01"])
def test_damaged_curve_is_named(content, tmp_path):
    folder = recorded(tmp_path)
    if content is not None:
        (folder / "curve.csv").write_text(content)
    with pytest.raises(FolderError, match=r"curve\.csv"):
        read_curve(folder)


def test_broken_config_is_named(tmp_path):
    folder = recorded(tmp_path)
    (folder / "config.json").write_text("{")
    with pytest.raises(FolderError, match="cannot be read"):
        read_run(folder)


def test_table_has_a_row_for_every_run(tmp_path):
    recorded(tmp_path, result={"format": 1, "status": "failed", "reason": 'a "quoted", reason'})
    recorded(tmp_path, sequence_run("rnn", 7))
    lines = write_results(tmp_path).read_text().splitlines()
    assert len(lines) == 3
    assert '"a ""quoted"", reason"' in lines[1]
    assert ",unfinished," in lines[2]


def test_folder_is_made(tmp_path):
    prepare_folder(tmp_path / "a" / "b", "palindrome")
    assert (tmp_path / "a" / "b").is_dir()


def test_folder_of_the_same_experiment_is_taken(tmp_path):
    recorded(tmp_path)
    prepare_folder(tmp_path, "palindrome")


def test_folder_of_another_experiment_is_refused(tmp_path):
    values = sequence_run("lstm", experiment="adding").to_dict()
    write_json(recorded(tmp_path) / "config.json", values)
    with pytest.raises(FolderError, match="holds runs of 'adding'"):
        prepare_folder(tmp_path, "palindrome")


def test_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(FolderError, match=r"thesis\.tex"):
        prepare_folder(tmp_path, "palindrome")


@pytest.mark.parametrize(
    "name", [".probe.17", ".results.csv.17.part", ".locks/a.lock", "x/.config.json.17.part"]
)
def test_what_a_killed_sweep_leaves_is_ours(name, tmp_path):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("")
    prepare_folder(tmp_path, "palindrome")


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "x").write_text("")
    with pytest.raises(FolderError, match="is a file"):
        prepare_folder(tmp_path / "x", "palindrome")


def test_runs_of_two_experiments_in_one_folder_are_refused(tmp_path):
    recorded(tmp_path)
    other = sequence_run("lstm", seed=71, experiment="adding")
    (tmp_path / other.folder).mkdir()
    write_json(tmp_path / other.folder / "config.json", other.to_dict())
    with pytest.raises(
        FolderError, match=rf"runs of 'palindrome' .* and of 'adding' \({other.folder}\); move"
    ):
        read_runs(tmp_path)


def test_reading_needs_runs(tmp_path):
    with pytest.raises(FolderError, match="holds no runs"):
        read_runs(tmp_path)
    with pytest.raises(FolderError, match="no such folder"):
        read_runs(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["a_run_0123abcd", "lost+found"])
def test_a_run_that_may_not_be_read_is_named_and_never_left_out(name, tmp_path, monkeypatch):
    recorded(tmp_path)
    closed = tmp_path / name
    closed.mkdir()
    exists = Path.exists

    def guarded(path):
        if path.parent == closed:  # root may read everything, so that a mode would not do
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return exists(path)

    monkeypatch.setattr(Path, "exists", guarded)
    if name == "lost+found":
        assert len(read_runs(tmp_path)) == 1
    else:
        with pytest.raises(FolderError, match=r"a_run_0123abcd: its record cannot be read \(Permission"):
            read_runs(tmp_path)


def test_a_folder_that_may_not_be_listed_is_not_said_to_be_empty(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(FolderError, match=r"cannot be read \(Permission denied\)"):
        read_runs(tmp_path)


UNREADABLE = ("vocabulary.json", "curve.csv", SENSITIVITY)


@pytest.mark.parametrize(
    "read",
    [
        read_curve,
        lambda folder: read_table(folder / SENSITIVITY, ("r",)),
        lambda folder: _read_vocabulary(folder / "vocabulary.json"),
        lambda folder: load_checkpoint(folder / "weights.pt"),
    ],
)
def test_nobody_is_told_to_delete_what_may_not_be_read(read, tmp_path, monkeypatch):
    folder = recorded(tmp_path)
    result = {
        "format": FORMAT,
        "status": "ok",
        "reason": "",
        "test_accuracy": 0.5,
        "steps": 1,
        "parameters": 2,
    }
    write_json(folder / "result.json", result)
    (folder / SENSITIVITY).write_text("when,r,sensitivity\ninitial,1,0.5\n")

    def refuse(path, *arguments, **options):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("pandas.read_csv", refuse)
    monkeypatch.setattr("torch.load", refuse)
    # The records themselves are read first, and may be.
    read_bytes = Path.read_bytes
    monkeypatch.setattr(
        Path, "read_bytes", lambda path: (refuse if path.name in UNREADABLE else read_bytes)(path)
    )
    with pytest.raises(ValueError, match=r"cannot be read \(Permission denied\)$"):
        read(folder)


def test_what_is_no_run_is_told_from_what_holds_some(tmp_path):
    with pytest.raises(FolderError, match=r"not the folder of a run \(no such folder\)"):
        read_run(tmp_path / "nowhere")
    with pytest.raises(FolderError, match=r"not the folder of a run \(it has no config.json\)"):
        read_run(tmp_path)
    folder = recorded(tmp_path)
    with pytest.raises(FolderError, match=f"holds 1 runs; name one of them, such as {folder}"):
        read_run(folder.parent)


def test_config_alone_tells_the_settings(tmp_path):
    values = json.loads((recorded(tmp_path) / "config.json").read_text())
    assert PalindromeRun.from_dict(values).folder == SETTINGS.folder
