"""The whole line, from options to a report, as far as it is particular to forecasts."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

from experiments.command.cli import main
from experiments.core.catalogue import find_experiment
from experiments.core.execution import Execution
from experiments.lab.forecasts.work import prepare
from experiments.running.execute import execute
from experiments.running.plan import plan

TINY = ["--smoke", "--budget", "760", "--nodes", "12", "--times", "50", "--seeds", "1", "--workers", "1"]


def run(*arguments):
    with pytest.raises(SystemExit) as stop:
        main(["run", "forecast", *map(str, arguments)])
    return stop.value.code


def planned(labels, **given):
    sizes = {"nodes": [12], "times": [50], "budget": [760]}
    return plan(find_experiment("forecast"), labels, [0], sizes | given, smoke=True)


def test_a_run_leaves_records_and_a_page(tmp_path, capsys):
    sizes = [*TINY[1:], "--window", "6", "--steps", "2"]  # a smoke run's page has no findings
    assert run(*sizes, "--models", "lstm,gcn-lstm,last", "--out", tmp_path / "x") == 0
    assert "gcn-lstm" in capsys.readouterr().out
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
    assert "With given edges gcn-lstm" in re.sub("</?span[^>]*>", "", page)
    assert "Below three seeds there is no verdict" in page
    assert "<svg" in page
    assert "In the simulated epidemic" in page
    assert "none can expect less" in page
    assert "Your series" not in page


def test_runs_with_other_steps_stand_apart(tmp_path):
    assert (
        run(*TINY, "--models", "lstm,gcn", "--edges", "given", "--steps", "2,3", "--out", tmp_path / "x") == 0
    )
    page = (tmp_path / "x" / "report.html").read_text(encoding="utf-8")
    assert "Test error: steps 2" in page
    assert "Training curves: steps 3" in page


def test_own_series(tmp_path):
    series, edges = tmp_path / "s.csv", tmp_path / "e.csv"
    series.write_text("x,y,z\n" + "".join(f"{t % 3},{t % 5},{t % 7}\n" for t in range(60)))
    edges.write_text("x,y\nz,y\n")
    arguments = ["--series", series, "--edge-list", edges, "--smoke", "--seeds", "1", "--workers", "1"]
    assert run(*arguments, "--models", "lstm,gat-lstm", "--steps", "2", "--out", tmp_path / "x") == 0
    configs = [json.loads(path.read_text()) for path in (tmp_path / "x").glob("*/config.json")]
    assert {len(config["content"]) for config in configs} == {16}
    assert {(config["series"], config["nodes"], config["times"]) for config in configs} == {
        (str(series), 0, 0)
    }
    page = (tmp_path / "x" / "report.html").read_text()
    assert "In doubt" not in page
    assert "Your series s.csv, on the graph of e.csv: 3 nodes, 2 edges, 60 time steps." in page
    assert "In the simulated epidemic" not in page
    assert "none can expect less" not in page  # nobody knows it here


def test_models_without_edges_do_not_run_on_shuffled_ones(tmp_path):
    runs = prepare(planned(["lstm", "gcn-2", "mean"]), tmp_path, {})
    assert sorted((run.model.label, run.edges) for run in runs) == [
        ("gcn-2", "given"),
        ("gcn-2", "shuffled"),
        ("lstm", "given"),
        ("mean", "given"),
    ]


def test_an_interrupted_run_ends_with_the_same_bits(tmp_path):
    (settings,) = planned(["gcn-lstm"], edges=["given"], steps=[7], evaluate_every=[3])
    how = Execution(checkpoint_every=2)
    whole = execute(settings, tmp_path / "whole", how=how)

    def on_step(step):
        if step == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(settings, tmp_path / "parts", on_step, how)
    resumed = execute(settings, tmp_path / "parts", how=how)
    assert (resumed["resumed_step"], resumed["test_error"]) == (4, whole["test_error"])
    curves = [(tmp_path / out / settings.folder / "curve.csv").read_bytes() for out in ("whole", "parts")]
    assert curves[0] == curves[1]


@pytest.mark.slow
def test_horizons_have_a_table(tmp_path):
    sizes = ["--nodes", "12", "--times", "80", "--window", "6", "--seeds", "1", "--workers", "1"]
    assert run(*sizes, "--models", "ridge,last", "--horizon", "1:3", "--out", tmp_path / "x") == 0
    page = (tmp_path / "x" / "report.html").read_text(encoding="utf-8")
    table = page[page.index('id="horizons"') :]
    assert [f"step {k}" in table for k in (1, 2, 3, 4)] == [True, True, True, False]
    assert 'id="walk"' not in page


def test_a_walk_forward_has_a_table_of_its_origins(tmp_path):
    sizes = ["--nodes", "12", "--times", "80", "--window", "6", "--seeds", "1", "--workers", "1"]
    assert run(*sizes, "--models", "ridge,last", "--folds", "3", "--out", tmp_path / "x") == 0
    configs = [json.loads(path.read_text()) for path in (tmp_path / "x").glob("*/config.json")]
    assert sorted((config["model"]["label"], config["fold"]) for config in configs) == [
        (label, fold) for label in ("last", "ridge") for fold in (1, 2, 3)
    ]
    page = (tmp_path / "x" / "report.html").read_text(encoding="utf-8")
    table = page[page.index('id="walk"') :]
    assert [f"origin {k}" in table for k in (1, 2, 3, 4)] == [True, True, True, False]
    assert "Test error: fold 2" in page


NAMES = ("n1", "n2", "n3")
WIDE = "time,n1,n2,n3\n" + "".join(f"{2000 + t},{t % 3},{t % 5},{t % 7}\n" for t in range(60))
WITH_GAPS = WIDE.replace("2030,0,0,2", "2030,,0,NA").replace("2050,2,0,1\n", "")
LONG_ROWS = [f"{2000 + t},{name},{t % step}" for t in range(60) for name, step in zip(NAMES, (3, 5, 7))]
LOST = ("2030,n1", "2030,n3", "2050")
LAYOUTS = {
    "a column per node": (WIDE, "n1,n2\nn3,n2\n", []),
    "a row per value": ("time,node,value\n" + "\n".join(LONG_ROWS), "source,target\nn1,n2\nn3,n2\n", []),
    "rows in any order": (
        "year,town,x\n" + "\n".join(LONG_ROWS[::-1]),
        "n1,n2\nn3,n2\n",
        ["--columns", "year,town,x"],
    ),
    "weights": (WIDE, "from,to,weight\nn1,n2,3\nn2,n1,3\nn2,n3,1\nn2,n2,1\n", []),
    "the last value known": (WITH_GAPS, "n1,n2\nn3,n2\n", ["--gaps", "last"]),
    "a line over a gap": (WITH_GAPS, "n1,n2\nn3,n2\n", ["--gaps", "linear"]),
    "all of it": (
        "year,town,x\n" + "\n".join(row for row in LONG_ROWS[::-1] if not row.startswith(LOST)),
        "from,to,weight\nn1,n2,3\nn2,n1,3\nn2,n3,1\nn2,n2,1\n",
        ["--columns", "year,town,x", "--gaps", "linear", "--standardise", "node", "--season", "7"],
    ),
    "nodes by themselves": (WIDE, "n1,n2\nn3,n2\n", ["--standardise", "node"]),
}


def errors_of(folder):
    found = {}
    for path in folder.glob("*/result.json"):
        values = json.loads(path.read_text())
        found[json.loads((path.parent / "config.json").read_text())["model"]["label"]] = values
    return found


@pytest.mark.parametrize(
    "layout",
    [name if name == "all of it" else pytest.param(name, marks=pytest.mark.slow) for name in LAYOUTS],
)
def test_each_layout_goes_from_its_files_to_a_page(layout, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    series, edges, more = LAYOUTS[layout]
    (tmp_path / "s.csv").write_text(series)
    (tmp_path / "e.csv").write_text(edges)
    files = ["--series", "s.csv", "--edge-list", "e.csv", "--edges", "given", *more]
    small = ["--models", "gcn,sage,last", "--steps", "2", "--window", "4", "--budget", "900"]
    assert run(*files, *small, "--seeds", "1", "--workers", "1", "--out", "x") == 0
    found = errors_of(tmp_path / "x")
    assert {values["node_count"] for values in found.values()} == {3}
    assert {values["time_count"] for values in found.values()} == {60}
    last = np.array([[t % 3, t % 5, t % 7] for t in range(60)], dtype=float)
    wrong = last[48:] - last[47:-1]  # the test part
    if "--gaps" in more:  # the step that is left out is no answer, and what was known before it is
        wrong[3] = last[51] - last[49]
        wrong = np.delete(wrong, 2, axis=0)
    assert found["last"]["test_error"] == pytest.approx((wrong**2).mean())
    page = re.sub("</?span[^>]*>", "", (tmp_path / "x" / "report.html").read_text())
    assert "Your series s.csv, on the graph of e.csv: 3 nodes, 2 edges, 60 time steps." in page
    said = capsys.readouterr().err
    if "weight" in edges:
        loop = "e.csv: 1 edge from a node to itself is left out: every layer has a way for the node itself"
        assert said.count(f"gnnlab: {loop}") == page.count(f"{loop}.") == 1
        assert "Its edges have weights, divided by their mean. sage: the layer takes no weights" in page
    else:
        assert "weights" not in said
    if "--gaps" in more:
        missing = "s.csv: 5 of 180 values are missing (2.8 %)"
        assert said.count(missing) == page.count(missing) == 1


FAULTS = {
    "a word": ("x.csv", "n1,n2\n1,2\n3,x\n5\n", "series: x.csv: 2 faults: row 3: node 'n2' has 'x'"),
    "a gap": (
        "x.csv",
        "n1,n2\n1,2\n3,\n",
        "series: x.csv: 1 of 4 values is missing (row 3 node 'n2'); fill them",
    ),
    "too short": ("x.csv", "n1,n2\n1,2\n3,4\n", "series: 2 time steps are too few"),
    "no change": ("x.csv", "n1,n2\n" + "1,1\n" * 50, "series: x.csv does not change in the training part"),
    "an edge": ("e.csv", "n1,n9\nn8,n2\n", "edge-list: e.csv: 2 faults: row 1: the series has no node 'n9'"),
}


def test_what_is_wrong_with_files_is_said_in_one_line_before_torch_is_there(tmp_path):
    """All of it, without the seconds that torch takes."""
    for name, (file, content, _) in FAULTS.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.csv").write_text("n1,n2\n" + "".join(f"{t % 3},{t % 5}\n" for t in range(60)))
        (tmp_path / name / "e.csv").write_text("n1,n2\n")
        (tmp_path / name / file).write_text(content)
    program = (
        "import os, sys\n"
        "from experiments.command.cli import main\n"
        "for folder in sys.argv[1:]:\n"
        "    os.chdir(folder)\n"
        "    try: main(['run', 'forecast', '--series', 'x.csv', '--edge-list', 'e.csv'])\n"
        "    except SystemExit as stop: print(stop.code, 'torch' in sys.modules)"
    )
    folders = [str(tmp_path / name) for name in FAULTS]
    done = subprocess.run(
        [sys.executable, "-c", program, *folders], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.splitlines() == ["2 False"] * len(FAULTS)
    for line, (_, _, message) in zip(done.stderr.splitlines(), FAULTS.values(), strict=True):
        assert message in line
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"e.csv", "x.csv"}


BAD = {
    "columns of the epidemic": (["--columns", "a,b,c"], "columns: only for a series of your own"),
    "gaps of the epidemic": (["--gaps", "last"], "gaps: only for a series of your own"),
    "an unknown rule": (["--gaps", "lst"], "did you mean last"),
    "unknown model": (["--models", "lstn"], "did you mean lstm"),
    "no model": (["--models", ","], "models"),
    "layers of an lstm": (["--models", "lstm-2"], "models"),
    "unknown edges": (["--edges", "shufled"], "did you mean shuffled"),
    "nothing to do": (["--edges", "shuffled", "--models", "lstm"], "nothing to do"),
    "series without edges": (["--series", "s.csv"], "edge-list: needed"),
    "edges without series": (["--edge-list", "e.csv"], "series: needed"),
    "no such file": (["--series", "none.csv", "--edge-list", "e.csv"], "none.csv cannot be read"),
    "too few people": (["--nodes", "3"], "nodes: 3"),
    "one time step": (
        ["--times", "1"],
        "1 time step is too few for a window of 16 and a horizon of 1: take 28",
    ),
    "zero window": (["--window", "0"], "window: 0"),
    "a budget too small": (["--budget", "9"], "budget: 9"),
    "too many layers": (["--models", "gcn-101-lstm"], "layers: 101 should be 1 to 100"),
    "a fold that is not there": (["--folds", "2", "--fold", "3"], "fold: 3 should be 0, or 1 to 2"),
    "a fold of one split": (["--fold", "1"], "fold: 1 should be 0; several origins are --folds"),
    "too many folds": (["--folds", "21"], "folds: 21 should be 1 to 20"),
    "a season too long": (
        ["--season", "300"],
        "season: 300 time steps are no season of a training part of 300",
    ),
    "folds too short": (["--times", "30", "--folds", "20"], "a horizon of 1 in fold 2 of 20: take 3"),
    "a negative horizon": (["--horizon=-1"], "horizon: -1"),
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


def test_sizes_of_the_epidemic_are_none_of_a_series(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.csv").write_text("x,y\n" + "".join(f"{t % 3},{t % 5}\n" for t in range(60)))
    (tmp_path / "e.csv").write_text("x,y\n")
    assert run("--series", "s.csv", "--edge-list", "e.csv", "--nodes", "9") == 2
    assert "nodes: only for the simulated epidemic, not for series" in capsys.readouterr().err


def test_a_doubt_is_said_at_once_and_on_the_page(tmp_path, capsys):
    series, edges = tmp_path / "s.csv", tmp_path / "e.csv"
    rows = (f"{t % 3 + 50},{t % 5},{t % 7}" if t % 9 else "-999,1,2" for t in range(60))
    series.write_text("x,y,z\n" + "\n".join(rows))
    edges.write_text("x,y\nz,y\n")
    arguments = ["--series", series, "--edge-list", edges, "--smoke", "--seeds", "1", "--workers", "1"]
    assert run(*arguments, "--models", "last,mean", "--out", tmp_path / "x") == 0
    doubt = "s.csv: node 'x' is -999 at 7 of 60 times, and from 50 to 52 at all others"
    assert capsys.readouterr().err.count(f"gnnlab: {doubt}") == 1
    page = (tmp_path / "x" / "report.html").read_text()
    assert page.count(f"In doubt: {doubt}".replace("'", "&#39;")) == 1
