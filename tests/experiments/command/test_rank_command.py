import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.command.cli import main
from tests.experiments.runs import ENDED, sequence_run, written

RECORDED = Path(__file__).resolve().parents[2] / "recorded"
MODELS = {"lstm": 0.6, "rnn": 0.4, "gcn-2": 0.1}
FIGURES = ("rank-scores", "rank-interquartile-means", "rank-profiles", "rank-critical-difference")


def run(capsys, *arguments):
    """Exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as stop:
        main(["rank", *map(str, arguments)])
    output = capsys.readouterr()
    return stop.value.code, output.out, output.err


def record(out, lengths=(5, 7), models=MODELS, seeds=3, **settings):
    for label, accuracy in models.items():
        for length in lengths:
            for seed in range(seeds):
                result = ENDED | {"test_accuracy": accuracy + seed / 100, "test_loss": length - accuracy}
                written(out, sequence_run(label, length, seed, **settings), **result)
    return out


@pytest.fixture
def folders(tmp_path):
    first = record(tmp_path / "palindrome")
    second = record(tmp_path / "combinations", (4,), experiment="combinations")
    return first, second


def line_of(out, start):
    return next(line for line in out.splitlines() if line.startswith(start))


def test_the_output_says_what_each_number_means_and_who_is_missing(folders, capsys):
    first, second = folders
    failed = sequence_run("rnn", 5, 3)
    written(first, failed, format=1, status="failed", reason="loss is not a number")
    record(second, (4,), {"gru": 0.2}, experiment="combinations")
    code, out, err = run(capsys, first, second)
    assert (code, err) == (0, "")
    assert out.startswith("3 models on 3 tasks by test accuracy; higher is better\n")
    head = line_of(out, "model")
    for word in ("palindrome T 5", "palindrome T 7", "combinations T 4", "mean rank", "IQM", "success", " n"):
        assert word in head
    assert line_of(out, "lstm").split()[1:6] == ["0.610", "0.610", "0.610", "1.00", "0.610"]
    assert line_of(out, "rnn").endswith("9 (1 failed)")
    assert failed.folder in out
    assert "Left out: gru, without a score on palindrome T 5; palindrome T 7." in out
    assert "P(better than lstm)" in out
    assert "Friedman's test over 3 tasks" in out


def test_all_or_nothing_scores_get_no_interval_but_a_rate_of_success(tmp_path, capsys):
    record(tmp_path / "x", models={"lstm": 0.975, "rnn": 0.1})  # one seed of three reaches 1
    code, out, _ = run(capsys, tmp_path / "x")
    assert code == 0
    assert "No interval for the IQM" in out
    assert line_of(out, "lstm").split()[4] == "0.985"
    assert "0.33 [0.04, 0.78]" in line_of(out, "lstm")
    assert "[" in run(capsys, tmp_path / "x", "--metric", "test_loss")[1]


def test_too_few_tasks_are_said_to_be_too_few(folders, capsys):
    first, _ = folders
    out = run(capsys, first)[1]
    assert "Fewer tasks than can show a difference: the least p possible is 0.17." in out
    record(first.parent / "one", (5,))
    assert "Mean ranks of a single task say nothing of other tasks" in run(capsys, first.parent / "one")[1]


def test_enough_tasks_show_who_is_better(tmp_path, capsys):
    record(tmp_path / "x", range(4, 10))
    out = run(capsys, tmp_path / "x")[1]
    assert "lstm has a better mean rank than gcn-2." in out
    assert "rnn has a better" not in out


def test_csv_is_one_table_of_numbers_that_are_not_rounded(folders, capsys):
    code, out, _ = run(capsys, *folders, "--format", "csv", "--baseline", "rnn")
    assert code == 0
    rows = {row["model"]: row for row in csv.DictReader(io.StringIO(out))}
    assert list(rows) == ["lstm", "rnn", "gcn-2"]
    assert float(rows["lstm"]["palindrome T 5"]) == pytest.approx(0.61, abs=1e-12)
    assert (rows["lstm"]["baseline"], float(rows["lstm"]["improvement"])) == ("rnn", 1)
    assert float(rows["gcn-2"]["improvement_high"]) < 0.5
    assert rows["rnn"]["improvement"] == ""
    assert float(rows["rnn"]["iqm_low"]) < 0.41 < float(rows["rnn"]["iqm_high"])
    assert {row["n"] for row in rows.values()} == {"9"}


@pytest.mark.parametrize(("format", "start"), [("markdown", "| model |"), ("latex", r"\begin{tabular}{l")])
def test_other_formats_are_two_tables(format, start, folders, capsys):
    code, out, _ = run(capsys, *folders, "--format", format)
    assert code == 0
    assert out.startswith(start)
    assert out.count(start) == 2
    assert "0.5 shows" not in out


def test_out_gets_tables_and_figures_whole(folders, capsys, tmp_path):
    target = tmp_path / "new" / "folder"
    code, out, _ = run(capsys, *folders, "--out", target)
    assert code == 0
    names = {"rank.csv", "rank.tex", *(f"{name}.{kind}" for name in FIGURES for kind in ("svg", "pdf"))}
    assert {path.name for path in target.iterdir()} == names
    assert all(str(target / name) in out for name in names)
    assert (target / "rank.tex").read_text().count(r"\end{tabular}") == 2
    assert (target / "rank-scores.pdf").read_bytes().startswith(b"%PDF")
    before = {path.name: path.read_bytes() for path in target.glob("rank.*")}
    run(capsys, *folders, "--out", target)
    assert {path.name: path.read_bytes() for path in target.glob("rank.*")} == before


def test_a_single_task_has_no_critical_difference(tmp_path, capsys):
    record(tmp_path / "x", (5,))
    run(capsys, tmp_path / "x", "--out", tmp_path / "out")
    assert not list((tmp_path / "out").glob("*critical*"))
    assert len(list((tmp_path / "out").iterdir())) == 8


@pytest.mark.parametrize("name", sorted(folder.name for folder in RECORDED.iterdir()))
def test_every_experiment_can_be_ranked_or_says_why_not(name, capsys):
    code, out, err = run(capsys, RECORDED / name)
    if name == "documents":  # one model alone was trained on half of the labels too
        assert (code, out) == (2, "")
        assert "only lstm has a score on every task" in err
    else:
        assert (code, err) == (0, "")
        assert "mean rank" in out


def bad(capsys, *arguments):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("gnnlab: ")
    assert err.count("\n") == 1
    return err


def test_mistakes_are_one_line(folders, tmp_path, capsys):
    first, second = folders
    before = sorted(tmp_path.rglob("*"))
    assert "FOLDERS requires" in bad(capsys)
    assert "no such folder" in bad(capsys, first, tmp_path / "none")
    assert "are the same folder" in bad(capsys, first, first.parent / "." / first.name)
    assert "did you mean lstm" in bad(capsys, first, "--baseline", "lstn")
    assert "did you mean test_accuracy" in bad(capsys, first, second, "--metric", "test_acuracy")
    assert "did you mean latex" in bad(capsys, first, "--format", "latx")
    assert "seed: -1 should be" in bad(capsys, first, "--seed", "-1")
    assert "should be a folder" in bad(capsys, first, "--out", next(first.glob("*/config.json")))
    different = bad(capsys, RECORDED / "citation", RECORDED / "forecast")
    assert "citation is judged by test_accuracy" in different
    assert "forecast by test_error" in different
    few = bad(capsys, RECORDED / "palindrome", RECORDED / "tree-neighbors")
    assert "only lstm has a score on every task" in few
    assert "palindrome has lstm, gcn-2-mirrored, gat-2" in few
    assert sorted(tmp_path.rglob("*")) == before


def test_a_baseline_that_lacks_a_task_is_said_to(folders, capsys):
    record(folders[1], (4,), {"gru": 0.2}, experiment="combinations")
    assert "baseline: gru is left out, because it has no score on palindrome T 5" in bad(
        capsys, *folders, "--baseline", "gru"
    )


def test_help_teaches_and_needs_no_slow_library(capsys):
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert "Usage: gnnlab rank FOLDER..." in out
    for word in ("IQM", "P(better)", "Agarwal", "critical-difference"):
        assert word in out
    look = "import sys, experiments.command.cli; print({'torch', 'pandas', 'scipy', 'matplotlib'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", look], text=True) == "set()\n"
