import json

import pytest

from experiments.comparison.redo import repeat
from experiments.lab.sequences.settings import SequenceTraining
from experiments.records.records import FolderError
from experiments.running.execute import execute
from tests.experiments.runs import sequence_run

RUN = sequence_run(
    train=SequenceTraining(steps=6, batch_size=4, evaluate_every=3, validation_size=9, test_size=9, hidden=4)
)


@pytest.fixture
def recorded(tmp_path):
    execute(RUN, tmp_path / "out")
    return tmp_path / "out" / RUN.folder


def test_a_run_done_again_is_the_same(recorded, tmp_path, capsys):
    assert repeat(recorded, tmp_path / "again") == 0
    assert "the same, bit for bit" in capsys.readouterr().out
    for name in ("curve.csv", "sensitivity.csv"):
        assert (tmp_path / "again" / RUN.folder / name).read_bytes() == (recorded / name).read_bytes()


def test_another_curve_is_said_to_be_different(recorded, tmp_path, capsys):
    curve = recorded / "curve.csv"
    curve.write_text(curve.read_text().replace("3,", "4,", 1))
    assert repeat(recorded, tmp_path / "again") == 1
    assert "different" in capsys.readouterr().out


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_damaged_curve_is_not_called_different(share, recorded, tmp_path):
    curve = recorded / "curve.csv"
    curve.write_bytes(curve.read_bytes()[: int(share * curve.stat().st_size)])
    with pytest.raises(FolderError, match=r"curve\.csv is damaged"):
        repeat(recorded, tmp_path / "again")


def test_a_failure_is_said(recorded, tmp_path, capsys, monkeypatch):
    def fail(run, folder, session):
        raise RuntimeError("no luck")

    monkeypatch.setattr("experiments.lab.sequences.work.work", fail)
    assert repeat(recorded, tmp_path / "again") == 1
    assert "gnnlab: failed: RuntimeError: no luck" in capsys.readouterr().err


def test_a_device_that_is_not_there_is_said_before_anything_is_written(recorded, tmp_path):
    config = recorded / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"device": "cuda:99"}))
    with pytest.raises(ValueError, match="device: "):
        repeat(recorded, tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_what_is_no_run_is_named(tmp_path):
    with pytest.raises(FolderError, match="not the folder of a run"):
        repeat(tmp_path / "nowhere", tmp_path / "again")
