import json

import pytest

from experiments.command.cli import main

TINY = [
    "--smoke",
    "--steps",
    "2",
    "--budget",
    "760",
    "--nodes",
    "12",
    "--times",
    "50",
    "--seeds",
    "1",
    "--workers",
    "1",
]


def run(*arguments):
    with pytest.raises(SystemExit) as stop:
        main(["run", "forecast", *map(str, arguments)])
    return stop.value.code


def test_a_run_leaves_records_and_a_page(tmp_path, capsys):
    assert run(*TINY, "--models", "lstm,gcn-lstm,last", "--out", tmp_path / "x") == 0
    text = capsys.readouterr().out
    assert "gcn-lstm" in text
    results = sorted((tmp_path / "x").glob("*/result.json"))
    assert [path.parent.name.rsplit("_", 1)[0] for path in results] == [
        "gcn-lstm_given_seed0",
        "gcn-lstm_shuffled_seed0",
        "last_given_seed0",
        "lstm_given_seed0",
    ]
    for path in results:
        assert json.loads(path.read_text())["test_error"] > 0
    page = (tmp_path / "x" / "report.html").read_text(encoding="utf-8")
    assert "With given edges gcn-lstm" in page
    assert "two pairs have the same sign in half of all cases" in page
    assert "<svg" in page
    assert "In the simulated epidemic" in page
    assert "Your series" not in page


def test_runs_with_other_steps_stand_apart(tmp_path, capsys):
    assert TINY[1:3] == ["--steps", "2"]
    models = ["--models", "lstm,gcn", "--edges", "given", "--out", tmp_path / "x"]
    assert run(*TINY, *models) == 0
    assert "gcn (given edges): " in capsys.readouterr().out
    assert run("--smoke", "--steps", "3", *TINY[3:], *models) == 0
    text = capsys.readouterr().out
    assert "gcn (given edges, steps 2): " in text
    assert "gcn (given edges, steps 3): " in text
    page = (tmp_path / "x" / "report.html").read_text(encoding="utf-8")
    assert "Test error: steps 2" in page
    assert "Training curves: steps 3" in page


def test_own_series(tmp_path, capsys):
    series, edges = tmp_path / "s.csv", tmp_path / "e.csv"
    series.write_text("x,y,z\n" + "".join(f"{t % 3},{t % 5},{t % 7}\n" for t in range(60)))
    edges.write_text("x,y\nz,y\n")
    arguments = ["--series", series, "--edge-list", edges, "--smoke", "--seeds", "1", "--workers", "1"]
    assert run(*arguments, "--models", "lstm,gat-lstm", "--steps", "2", "--out", tmp_path / "x") == 0
    configs = [json.loads(path.read_text()) for path in (tmp_path / "x").glob("*/config.json")]
    assert {len(config["content"]) for config in configs} == {16}
    assert "smallest squared error" not in capsys.readouterr().out  # nobody knows it here
    page = (tmp_path / "x" / "report.html").read_text()
    assert "Your series s.csv, on the graph of e.csv: 3 nodes, 2 edges, 60 time steps." in page
    assert "epidemic" not in page


BAD = {
    "unknown model": (["--models", "lstn"], "did you mean lstm"),
    "no model": (["--models", ","], "models"),
    "layers of an lstm": (["--models", "lstm-2"], "models"),
    "unknown edges": (["--edges", "shufled"], "did you mean shuffled"),
    "nothing to do": (["--edges", "shuffled", "--models", "lstm"], "nothing to do"),
    "series without edges": (["--series", "s.csv"], "edge-list: needed"),
    "edges without series": (["--edge-list", "e.csv"], "series: needed"),
    "no such file": (["--series", "none.csv", "--edge-list", "e.csv"], "none.csv cannot be read"),
    "sizes of a series": (["--series", "s.csv", "--edge-list", "e.csv", "--nodes", "9"], "nodes: only"),
    "too few people": (["--nodes", "3"], "nodes: 3"),
    "one time step": (
        ["--times", "1"],
        "1 time step is too few for a window of 16 and a horizon of 1: take 28",
    ),
    "zero window": (["--window", "0"], "window: 0"),
    "a budget too small": (["--budget", "9"], "budget: 9"),
    "zero workers": (["--workers", "0"], "workers: 0"),
    "unknown device": (["--device", "tpu"], "device"),
    "too many layers": (
        ["--models", "gcn-99999999999-lstm"],
        "models: 99999999999 graph layers should be 1 to 100",
    ),
    "a negative horizon": (["--horizon=-1"], "horizon: -1"),
    "a learning rate of NaN": (["--learning-rate", "nan"], "learning_rate: nan"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    arguments, message = BAD[name]
    assert run(*arguments) == 2
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert message in error
    assert not list(tmp_path.iterdir())
