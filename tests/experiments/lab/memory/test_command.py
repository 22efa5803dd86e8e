import csv
import json
import re
import shutil
import subprocess
import sys

import pytest

from experiments.command import cli
from experiments.core.catalogue import read_settings
from experiments.lab.documents.settings import CorpusChoice, DocumentRun, default_settings
from experiments.lab.memory.settings import MemoryRun
from experiments.reading.results import Results
from experiments.reading.tables import text_summary
from experiments.records.records import read_runs
from tests.experiments.runs import sequence_run, written


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as exit_:
        cli.main(["run", "memory", *map(str, arguments)])
    out, err = capsys.readouterr()
    return exit_.value.code, out, err


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def table_below(page, section):
    """The table below a heading, as rows of texts."""
    part = page[page.index(f'id="{section}"') :]
    rows = part[: part.index("</table>")].split("<tr>")[1:]
    return [
        [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in rows
    ]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("memory")
    with pytest.raises(SystemExit) as exit_:
        cli.main(
            ["run", "memory", "--smoke", "--trained", "--workers", "1", "--seeds", "1", "--out", str(out)]
        )
    assert exit_.value.code == 0
    return out


def test_every_run_holds_its_memory_before_and_after_training(results):
    runs = read_runs(results)
    assert {run.settings.model.label for run in runs} == {"rnn", "lstm", "gcn-2", "gcn-2-mirrored", "gat-2"}
    for record in runs:
        rows = rows_of(record.path / "sensitivity.csv")
        assert {row["when"] for row in rows} == {"initial", "trained"}
        assert {int(row["r"]) for row in rows if row["when"] == "initial"} >= {1, 2, 3, 4, 5}
        assert (record.path / "depth.csv").exists()
        assert (record.path / "weights.pt").exists()
    plain = next(run.path for run in runs if run.settings.model.label == "gcn-2")
    heard = {int(row["r"]) for row in rows_of(plain / "sensitivity.csv") if float(row["sensitivity"]) > 0}
    assert heard == {0, 1, 2}


def test_the_terminal_shows_the_numbers_below_the_summary(results):
    summary, *_, numbers, lost = text_summary(Results(results)).split("\n\n")
    assert "test accuracy" in summary
    lines = [line.split() for line in numbers.splitlines() if line.startswith("gcn-2 ")]
    assert [line[2] for line in lines] == ["initial", "trained"]
    for line in lines:
        assert line[line.index("3-5") - 1] == "2"  # it hears two hops, and nothing from three on
    assert any(line.startswith("gcn-2 ") and line.endswith("under-reaching") for line in lost.splitlines())


def test_the_page_shows_figures_and_numbers(results):
    text = (results / "report.html").read_text()
    assert text.count("<svg") >= 3
    for words in (
        "Both families at T = 6",
        "half-distance",
        "exactly 0",
        "initial weights",
        "trained weights",
        "at the initial weights and after training.",
        "<dt>learning rate</dt>",
    ):
        assert words in text
    assert (results / "pictures" / "memory.png").read_bytes().startswith(b"\x89PNG")


def test_a_run_can_be_read_back_from_its_config(results):
    for record in read_runs(results):
        values = json.loads((record.path / "config.json").read_text())
        settings = read_settings(values)
        assert isinstance(settings, MemoryRun)
        assert settings.trained is True
        assert settings.folder == record.path.name


def test_without_training_it_measures_initial_weights(tmp_path, capsys):
    arguments = (
        "--models",
        "lstm-bidirectional,gcn-1",
        "--lengths",
        "5",
        "--seeds",
        "1",
        "--budget",
        "3000",
        "--workers",
        "1",
    )
    code, table, err = run(capsys, *arguments, "--out", tmp_path)
    assert code == 0
    assert all(re.match(r"gnnlab: \d+/\d+ runs", line) for line in err.splitlines())
    assert any(line.startswith("gcn-1") for line in table.splitlines())
    head, *rows = table_below((tmp_path / "report.html").read_text(), "numbers")
    (row,) = [dict(zip(head, row)) for row in rows if row[0] == "gcn-1"]
    assert (row["T"], row["weights"], row["reach"]) == ("5", "initial", "1")  # the reach of one layer
    code, table, _ = run(capsys, *arguments, "--out", tmp_path)
    assert code == 0
    assert "2 runs were there already" in table
    page = (tmp_path / "report.html").read_text()
    assert "at the initial weights." in page
    assert "Nothing was trained" in page
    settings = page.split('<h2 id="settings">')[1].split("<h2")[0]
    assert "<dt>budget</dt><dd>3000</dd>" in settings
    assert "<dt>trained</dt><dd>no</dd>" in settings
    for word in ("learning rate", "optimizer", "patience", "steps", "batch size"):
        assert f"<dt>{word}</dt>" not in settings  # nothing was trained
    assert "after training" not in page


def test_trained_and_untrained_runs_on_one_page(results, tmp_path, capsys):
    shutil.copytree(results, tmp_path / "both")
    code, _, _ = run(capsys, "--smoke", "--models", "gru", "--seeds", "1", "--out", tmp_path / "both")
    assert code == 0
    page = (tmp_path / "both" / "report.html").read_text()
    assert "at the initial weights and, of the runs that were trained, after training." in page
    assert "Of runs that were not trained, the accuracy" in page


def test_accuracy_of_another_folder_enters_the_page(results, tmp_path, capsys):
    out = tmp_path / "more"
    arguments = ("--models", "rnn", "--lengths", "4", "--seeds", "1", "--budget", "3000", "--workers", "1")
    code, _, _ = run(capsys, *arguments, "--results", results, "--out", out)
    assert code == 0
    assert "What is learned, against length" in (out / "report.html").read_text()


def test_untrained_runs_say_nothing_of_what_is_learned(tmp_path, capsys):
    tiny = ("--models", "rnn", "--lengths", "4", "--seeds", "1", "--budget", "3000", "--workers", "1")
    assert run(capsys, *tiny, "--out", tmp_path / "untrained")[0] == 0
    code, _, err = run(capsys, *tiny, "--results", tmp_path / "untrained", "--out", tmp_path / "out")
    assert (code, err.count("\n")) == (2, 1)
    assert "was trained, so it says nothing of what is learned; make one with --trained" in err
    assert not (tmp_path / "out").exists()


def document_run():
    model, train = default_settings("lstm", {"corpus_name": "own"})
    corpus = CorpusChoice(corpus_name="own", digest="abcd")
    return DocumentRun(experiment="documents", corpus=corpus, model=model, share=100.0, seed=0, train=train)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (document_run(), "holds runs of 'documents'; it should be a folder of gnnlab run palindrome"),
        (sequence_run("rnn"), "no run of 'palindrome' in .* ended with an accuracy"),
    ],
)
def test_results_without_accuracy_are_refused_before_anything_is_measured(settings, words, tmp_path, capsys):
    written(tmp_path / "other", settings, status="failed", reason="x")
    code, _, err = run(capsys, "--smoke", "--results", tmp_path / "other", "--out", tmp_path / "out")
    assert (code, err.count("\n")) == (2, 1)
    assert re.search(words, err)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--lengths", "1"), "lengths: 1 should be 2 to 100,000"),
        (("--lengths", "100000000"), "should be 2 to 100,000"),
        (("--models", "gcm"), "did you mean gcn?"),
        (("--seeds", "0"), "seeds:"),
        (("--workers", "0"), "workers: 0 should be 1 or more"),
        (("--results", "nowhere"), "nowhere: no such folder of results"),
        (("--budget", "7"), "budget: 7 parameters cannot be met"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(arguments, words, tmp_path, capsys):
    out = tmp_path / "out"
    code, table, err = run(capsys, *arguments, "--out", out)
    assert code == 2
    assert table == ""
    assert words in err
    assert err.count("\n") == 1
    assert not out.exists()


def test_help_comes_without_torch():
    code = "import sys; sys.argv=['gnnlab','run','memory','--help']\nfrom experiments.command import cli\n"
    code += "try: cli.main()\nexcept SystemExit: pass\nassert 'torch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--trained" in done.stdout
