"""A new experiment with a metric of its own: a folder, a line in the catalogue, and the whole line is there."""

import pytest

from experiments.command.builder import run_app
from experiments.command.cli import app
from experiments.core import catalogue
from experiments.records.records import read_runs
from tests.experiments.test_every_experiment import gnnlab


@pytest.fixture
def coin(monkeypatch):
    """The catalogue with one more line."""
    monkeypatch.setattr(catalogue, "FOLDERS", (*catalogue.FOLDERS, "tests.experiments.coin.experiment"))
    catalogue.experiments.cache_clear()
    before = app["run"]
    del app["run"]
    app.command(run_app())
    yield
    del app["run"]
    app.command(before)
    monkeypatch.undo()
    catalogue.experiments.cache_clear()


def test_one_line_in_the_catalogue_is_enough(coin, tmp_path, capsys):
    out = tmp_path / "out"
    words = ["run", "coin", "--seeds", 2, "--learning-rate", "0.1,0.3", "--engine", "serial", "--out", out]
    assert gnnlab(*words, "--dry-run") == 0
    assert "16 runs" in capsys.readouterr().out
    assert gnnlab(*words) == 0
    assert len(read_runs(out)) == 16
    assert gnnlab("table", out, "--baseline", "mean") == 0
    text = capsys.readouterr().out
    assert "miss" in text
    assert "learning rate" in text
    assert "bias" in text
    assert gnnlab("report", out, "--baseline", "learned") == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "How far from fair is a coin?" in page
    assert gnnlab("compare", out, out.parent / "out" / ".." / "out") == 2
    run = read_runs(out)[0]
    assert gnnlab("redo", run.path, "--out", tmp_path / "again") == 0


def test_help_teaches_its_options(coin, capsys):
    assert gnnlab("run", "coin", "--help") == 0
    text = capsys.readouterr().out
    assert "--biases" in text
    assert "Probability of heads" in text
    assert "[0.2, 0.7]" in text
    assert "--checkpoint-seconds" in text
