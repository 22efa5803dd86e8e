import csv
import io
import json

import pytest

from experiments.command.cli import main
from experiments.core.catalogue import find_experiment
from experiments.lab.sequences.settings import SequenceTraining
from experiments.records.files import write_json
from experiments.running.plan import plan
from tests.experiments.runs import sequence_run


def run(capsys, *arguments):
    """Exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    output = capsys.readouterr()
    return stop.value.code, output.out, output.err


def record(out, label, accuracies, **train):
    """Finished runs on disk, one per seed."""
    for seed, accuracy in enumerate(accuracies):
        settings = sequence_run(label, 5, seed, train=SequenceTraining(**train))
        folder = out / settings.folder
        folder.mkdir(parents=True)
        write_json(folder / "config.json", settings.to_dict())
        result = {"format": 1, "status": "ok", "test_accuracy": accuracy, "steps": 7, "parameters": 11}
        write_json(folder / "result.json", result)


@pytest.fixture
def folders(tmp_path):
    first, second = tmp_path / "old", tmp_path / "new"
    record(first, "lstm", [0.5, 0.52, 0.51])
    record(first, "rnn", [0.4, 0.5, 0.6])
    record(second, "lstm", [0.81, 0.8, 0.82], learning_rate=0.01)
    record(second, "gat-2", [0.1], learning_rate=0.01)
    return first, second


def test_compare_says_what_got_better_and_what_has_no_counterpart(folders, capsys):
    code, out, err = run(capsys, "compare", *folders)
    assert (code, err) == (0, "")
    assert "in B, groups that both hold: 1 better, 0 worse, 0 not shown, 0 too few seeds" in out
    line = next(line for line in out.splitlines() if line.startswith("lstm"))
    assert line.split()[-1] == "better"
    assert "train.learning_rate: 0.003 -> 0.01" in out
    assert "Only in A (3):" in out
    assert "Only in B (1):" in out
    assert "Holm" in out


def test_compare_as_csv_is_not_rounded(folders, capsys, tmp_path):
    target = tmp_path / "x.csv"
    code, out, _ = run(capsys, "compare", *folders, "--format", "csv", "--out", target)
    assert (code, out) == (0, f"{target}\n")
    (row,) = csv.DictReader(io.StringIO(target.read_text()))
    assert float(row["difference"]) == pytest.approx(0.3, abs=1e-12)
    assert row["verdict"] == "better"


@pytest.mark.parametrize("format", ["text", "markdown", "latex"])
def test_table_in_each_format_has_n_beside_every_number(format, folders, capsys):
    code, out, _ = run(capsys, "table", folders[0], "--format", format, "--baseline", "lstm")
    assert code == 0
    assert "lstm" in out
    for word in ("model", "interval", "success", " n ", "difference", "pairs"):
        assert word in out


def test_table_of_a_grid_has_a_column_for_what_differs(tmp_path, capsys):
    record(tmp_path / "x", "lstm", [0.5, 0.75], learning_rate=0.01)
    record(tmp_path / "x", "lstm", [0.25, 0.5], learning_rate=0.02)
    record(tmp_path / "x", "rnn", [0.5, 1.0], learning_rate=0.02)
    code, out, _ = run(capsys, "table", tmp_path / "x", "--format", "csv", "--baseline", "lstm")
    assert code == 0
    rows = {(row["model.name"], row["train.learning_rate"]): row for row in csv.DictReader(io.StringIO(out))}
    assert {key: float(row["mean"]) for key, row in rows.items()} == {
        ("lstm", "0.01"): 0.625,
        ("lstm", "0.02"): 0.375,
        ("rnn", "0.02"): 0.75,
    }
    assert float(rows["rnn", "0.02"]["difference"]) == 0.375
    assert float(rows["rnn", "0.02"]["pairs"]) == 2
    assert rows["lstm", "0.01"]["difference"] == ""


def test_table_of_another_metric(folders, capsys):
    code, out, _ = run(capsys, "table", folders[0], "--metric", "steps")
    assert code == 0
    assert "7.000 ± 0.000" in out
    assert next(line for line in out.splitlines() if line.startswith("lstm")).split().count("-") == 2


def test_runs_without_an_accuracy_are_judged_by_their_error(tmp_path, capsys):
    def forecasts(out, errors):
        for seed, error in enumerate(errors):
            given = {"nodes": [12], "times": [50], "edges": ["given"]}
            (settings,) = plan(find_experiment("forecast"), ["lstm"], [seed], given)
            folder = out / settings.folder
            folder.mkdir(parents=True)
            write_json(folder / "config.json", settings.to_dict())
            result = {"format": 1, "status": "ok", "test_error": error, "steps": 7, "parameters": 11}
            write_json(folder / "result.json", result)
        return out

    before, after = forecasts(tmp_path / "a", [0.5, 0.52, 0.51]), forecasts(tmp_path / "b", [0.2, 0.23, 0.2])
    code, out, _ = run(capsys, "table", before)
    assert code == 0
    assert "0.5100 ± 0.0100" in out
    code, out, _ = run(capsys, "compare", before, after)
    assert code == 0
    assert "1 better, 0 worse" in out  # a smaller error is better


def bad(capsys, *arguments):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("gnnlab: ")
    assert err.count("\n") == 1
    return err


def test_bad_input_is_one_line_that_says_what_to_do(folders, tmp_path, capsys):
    first, second = folders
    before = sorted(tmp_path.rglob("*"))
    assert "did you mean lstm" in bad(capsys, "table", first, "--baseline", "lstn")
    assert "did you mean lstm" in bad(capsys, "report", first, "--baseline", "lstn")
    assert "did you mean markdown" in bad(capsys, "table", first, "--format", "markdwn")
    assert "did you mean test_accuracy" in bad(capsys, "compare", *folders, "--metric", "tst_accuracy")
    assert "did you mean test_accuracy" in bad(capsys, "table", first, "--metric", "test_acuracy")
    assert "are the same folder" in bad(capsys, "compare", first, first)
    assert "no such folder" in bad(capsys, "compare", first, tmp_path / "none")
    assert "should be a file" in bad(capsys, "table", first, "--out", second)
    assert sorted(tmp_path.rglob("*")) == before


def test_folders_without_common_runs_are_refused(folders, tmp_path, capsys):
    record(tmp_path / "third", "gru", [0.1])
    assert "no run of one has a counterpart" in bad(capsys, "compare", folders[0], tmp_path / "third")


@pytest.mark.parametrize(
    "command", [("compare",), ("table", "--baseline", "lstm"), ("rank",)], ids=lambda words: words[0]
)
def test_json_holds_what_csv_holds(command, folders, capsys):
    name, *options = command
    given = folders if name == "compare" else folders[:1]
    _, text, _ = run(capsys, name, *given, *options, "--format", "csv")
    _, found, _ = run(capsys, name, *given, *options, "--format", "json")
    rows = list(csv.DictReader(io.StringIO(text)))
    objects = json.loads(found)
    assert [list(each) for each in objects] == [list(row) for row in rows]
    for row, each in zip(rows, objects):
        for key, value in each.items():
            if isinstance(value, float):
                assert float(row[key]) == pytest.approx(value, rel=1e-14)
            elif not isinstance(value, list):
                assert row[key] == ("" if value is None else str(value))


@pytest.mark.parametrize(
    ("metric", "best"), [("test_accuracy", ["gru", "lstm", "rnn"]), ("steps", ["rnn", "lstm", "gru"])]
)
def test_the_best_mean_first(metric, best, tmp_path, capsys):
    record(tmp_path / "x", "lstm", [0.5, 0.7])
    record(tmp_path / "x", "rnn", [0.2, 0.2])
    record(tmp_path / "x", "gru", [0.9, 0.9])
    for path, steps in zip(sorted((tmp_path / "x").glob("*/result.json")), (3, 3, 2, 2, 1, 1)):
        write_json(path, json.loads(path.read_text()) | {"steps": steps})
    _, out, _ = run(capsys, "table", tmp_path / "x", "--metric", metric, "--sort")
    assert [line.split()[0] for line in out.splitlines()[2:]] == best
