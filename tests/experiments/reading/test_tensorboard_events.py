import sys

import pytest

from experiments.command.cli import main
from experiments.reading.files.tensorboard import write_events
from experiments.records.records import read_runs
from tests.experiments.runs import ENDED, sequence_run, written


@pytest.fixture
def results(tmp_path):
    """A run that ended, one that failed with half a curve, and one that failed without any."""
    curves = ["step,validation_accuracy,train_loss\n5,0.25,1.5\n10,0.5,nan\n", "step,vali", None]
    for seed, curve in enumerate(curves):
        result = ENDED | {"test_accuracy": 0.5} if seed == 0 else {"status": "failed", "reason": "no memory"}
        written(tmp_path, sequence_run("lstm", seed=seed), curve or "", **result)
    return tmp_path


def scalars(folder):
    """What TensorBoard itself reads from a folder: values by tag and step."""
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")
    (file,) = folder.iterdir()
    found = {}
    for event in loader.LegacyEventFileLoader(str(file)).Load():
        for value in event.summary.value:
            found[value.tag, event.step] = value.simple_value
    return found


def test_tensorboard_reads_the_curves_back(results, tmp_path):
    pytest.importorskip("tensorboard")
    out = tmp_path / "events"
    assert write_events(read_runs(results), out) == 1
    (folder,) = out.iterdir()
    values = scalars(folder)
    assert values.pop(("train_loss", 10)) != values.get(("train_loss", 10))  # NaN
    assert values == {
        ("validation_accuracy", 5): 0.25,
        ("validation_accuracy", 10): 0.5,
        ("train_loss", 5): 1.5,
    }


def test_written_again_the_events_are_replaced(results, capsys):
    pytest.importorskip("tensorboard")
    for _ in range(2):
        with pytest.raises(SystemExit) as stop:
            main(["tensorboard", str(results)])
        assert stop.value.code == 0
        assert "tensorboard --logdir" in capsys.readouterr().out
    (folder,) = (results / "tensorboard").iterdir()
    assert len(list(folder.iterdir())) == 1
    assert len(read_runs(results)) == 3


def test_without_tensorboard_one_line_says_what_to_install(results, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tensorboard.compat.proto.event_pb2", None)
    with pytest.raises(SystemExit) as stop:
        main(["tensorboard", str(results)])
    assert stop.value.code == 2
    assert "pip install 'gnnlab[tensorboard]'" in capsys.readouterr().err
    assert not (results / "tensorboard").exists()
