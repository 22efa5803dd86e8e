import re
import statistics

import pytest
import torch

from experiments.command.cli import main
from experiments.lab.citation.command import expand
from experiments.records.records import read_runs


def run(capsys, *arguments):
    """Exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    output = capsys.readouterr()
    return stop.value.code, output.out, output.err


def curves(out):
    return {path.parent.name: path.read_bytes() for path in out.glob("*/curve.csv")}


def test_expansion_is_every_combination_once():
    runs = expand(["karate", "lesmis"], ["gcn", "gat"], [0, 1, 0])
    assert len(runs) == 8
    assert len({run.folder for run in runs}) == 8


def test_smoke_run_from_end_to_end(tmp_path, capsys):
    out = tmp_path / "results"
    code, table, err = run(capsys, "run", "citation", "--smoke", "--workers", "1", "--out", out)
    assert (code, err) == (0, "")
    assert table.startswith("data set ")
    assert "karate: 34 nodes, 78 edges, 2 classes; 4 labelled, 4 validation, 26 test nodes" in table
    folders = [path.parent for path in out.glob("*/result.json")]
    assert len(folders) == 12
    assert {path.name for path in folders[0].iterdir()} == {
        "config.json",
        "curve.csv",
        "result.json",
        "weights.pt",
    }
    assert (out / "results.csv").read_text().count("\n") == 13
    weights = torch.load(next(out.glob("karate_gcn*/weights.pt")), weights_only=True)
    assert weights["first.lin.weight"].shape == (16, 34)

    _, again, _ = run(capsys, "run", "citation", "--smoke", "--workers", "1", "--out", out)
    assert "12 runs were there already, 0 are new" in again

    code, line, _ = run(capsys, "redo", folders[0])
    assert code == 0
    assert "the same, bit for bit" in line

    (out / "report.html").unlink()
    assert run(capsys, "report", out)[0] == 0
    assert '<h2 id="graphs">' in (out / "report.html").read_text()


@pytest.mark.slow
def test_number_of_workers_changes_no_bit(tmp_path, capsys):
    for workers in (1, 2):
        options = ("--dataset", "karate", "--seeds", "2", "--epochs", "20", "--workers", workers)
        assert run(capsys, "run", "citation", *options, "--out", tmp_path / str(workers))[0] == 0
    assert curves(tmp_path / "1") == curves(tmp_path / "2")
    assert len(curves(tmp_path / "1")) == 6


def test_offline_and_missing_is_one_line_and_writes_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GNNLAB_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(
        "experiments.data.planetoid.URL", "http://127.0.0.1:9"
    )  # a port that nothing listens on
    out = tmp_path / "out"
    code, table, err = run(capsys, "run", "citation", "--dataset", "citeseer", "--out", out)
    assert (code, table) == (2, "")
    assert err.startswith("gnnlab: dataset: citeseer is not here")
    assert err.count("\n") == 1
    assert str(tmp_path / "data" / "planetoid" / "CiteSeer" / "raw") in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.data
def test_cora_stands_beside_the_papers(public_data, tmp_path, capsys):
    options = ("--dataset", "cora", "--models", "gcn", "--seeds", "1", "--epochs", "2", "--workers", "1")
    code, table, _ = run(capsys, "run", "citation", *options, "--out", tmp_path)
    assert code == 0
    assert re.search(r"cora +gcn \(paper\) +81\.5 +100", table)
    page = (tmp_path / "report.html").read_text()
    assert "Kipf &amp; Welling 2017, table 2" in page
    assert "gcn (paper)" in page


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize(("model", "seeds", "target"), [("gcn", 5, 81.0), ("gat", 3, 82.2), ("mlp", 5, 53.0)])
def test_cora_reaches_the_papers(model, seeds, target, public_data, tmp_path, capsys):
    # Below the papers' 81.5, 83.0 and 55.1, by about the standard error of so few seeds and a little more.
    options = ("--dataset", "cora", "--models", model, "--seeds", seeds, "--workers", "2")
    assert run(capsys, "run", "citation", *options, "--out", tmp_path)[0] == 0
    accuracies = [record.result["test_accuracy"] for record in read_runs(tmp_path)]
    assert len(accuracies) == seeds
    assert 100 * statistics.mean(accuracies) >= target
