import json
import re

import pandas as pd
import pytest
import torch

from experiments.command.cli import main
from experiments.lab.documents.command import expand, parse_shares
from experiments.lab.documents.settings import MODELS, CorpusChoice, DocumentSettings, default_settings
from experiments.records.records import read_runs

FILES = {
    "config.json",
    "curve.csv",
    "predictions.csv",
    "result.json",
    "vocabulary.json",
    "weights.pt",
}


def run(capsys, *arguments):
    """Exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    output = capsys.readouterr()
    return stop.value.code, output.out, output.err


@pytest.fixture
def own(tmp_path):
    """A table of documents in two classes, eight of each for training."""
    rows = ["split\tlabel\ttext"]
    for number in range(12):
        split = "test" if number >= 8 else "train"
        rows += [f"{split}\tsea\twave sail {number} ship", f"{split}\tsky\tstar moon {number} comet"]
    path = tmp_path / "own.tsv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_expansion_is_every_combination_once():
    runs = expand(CorpusChoice("mr"), ["lstm", "textgcn"], [1.0, 100.0], [0, 1, 0])
    assert len(runs) == 8
    assert len({run.folder for run in runs}) == 8
    assert [run.model.name for run in runs[:4]] == ["textgcn"] * 4
    assert all(DocumentSettings.from_dict(json.loads(json.dumps(run.to_dict()))) == run for run in runs)


def test_the_place_of_a_file_is_no_setting():
    here, there = (
        expand(CorpusChoice("own", place, "abc"), ["lstm"], [100.0], [0])[0] for place in ("/a", "/b")
    )
    other = expand(CorpusChoice("own", "/a", "def"), ["lstm"], [100.0], [0])[0]
    assert here.folder == there.folder != other.folder


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0", "0 should be above 0"),
        ("101", "101 should be above 0"),
        ("x", "should be percents"),
        (",", "at least one"),
    ],
)
def test_bad_shares_are_refused(text, message):
    with pytest.raises(ValueError, match=f"shares: .*{message}"):
        parse_shares(text)


@pytest.mark.slow
def test_smoke_run_from_end_to_end(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("experiments.lab.documents.corpora.sources.SMALL_SIZE", 30)
    out = tmp_path / "results"
    code, table, err = run(capsys, "run", "documents", "--smoke", "--workers", "1", "--out", out)
    assert (code, err) == (0, "")
    assert table.startswith("corpus ")
    assert "docstrings-small: test accuracy by share of labels (documents)" in table
    folders = [path.parent for path in out.glob("*/result.json")]
    assert len(folders) == 9 * 2 * 2
    for folder in folders:
        assert {path.name for path in folder.iterdir()} - {"neighbours.json"} == FILES
        assert torch.load(folder / "weights.pt", weights_only=True)["format"] == 1
    page = (out / "report.html").read_text()
    for heading in (
        "summary",
        "verdicts",
        "shares",
        "data",
        "figures",
        "graphs",
        "neighbours",
        "classes",
        "runs",
    ):
        assert f'<h2 id="{heading}">' in page
    assert not re.search(r"(src|href)=.https?:", page)  # nothing is fetched from elsewhere

    _, again, _ = run(capsys, "run", "documents", "--smoke", "--workers", "1", "--out", out)
    assert "36 runs were there already, 0 are new" in again
    (out / "report.html").unlink()
    assert run(capsys, "report", out)[0] == 0
    before, after = (text.split('<h2 id="figures">')[0] for text in (page, (out / "report.html").read_text()))
    assert before == after


@pytest.mark.slow
def test_own_documents_with_two_workers_give_the_same_bits(tmp_path, own, capsys):
    options = (
        "--documents",
        own,
        "--models",
        "textgcn,gru,tfidf-lr",
        "--shares",
        "50",
        "--seeds",
        "1",
        "--epochs",
        "4",
    )
    made = []
    for workers in (1, 2):
        out = tmp_path / str(workers)
        assert run(capsys, "run", "documents", *options, "--workers", workers, "--out", out)[0] == 0
        names = ("curve.csv", "predictions.csv", "vocabulary.json")
        made.append(
            {(p.parent.name, p.name): p.read_bytes() for name in names for p in out.glob(f"*/{name}")}
        )
    assert made[0] == made[1]
    assert len(made[0]) == 9


def test_a_run_is_redone_from_the_file_and_refused_when_that_has_changed(tmp_path, own, capsys):
    out = tmp_path / "results"
    options = ("--documents", own, "--models", "lstm", "--shares", "100", "--seeds", "1", "--epochs", "2")
    assert run(capsys, "run", "documents", *options, "--workers", "1", "--out", out)[0] == 0
    folder = next(out.glob("*/result.json")).parent
    code, line, _ = run(capsys, "redo", folder)
    assert code == 0
    assert "the same, bit for bit" in line
    own.write_text(own.read_text().replace("star", "sun"))
    code, _, err = run(capsys, "redo", folder, "--out", tmp_path / "again")
    assert code == 1
    assert "are not those of the record" in err


def test_other_documents_of_the_same_name_need_another_folder(tmp_path, own, capsys):
    out = tmp_path / "results"
    options = (
        "--documents",
        own,
        "--models",
        "tfidf-lr",
        "--shares",
        "100",
        "--seeds",
        "1",
        "--workers",
        "1",
    )
    assert run(capsys, "run", "documents", *options, "--out", out)[::2] == (0, "")
    own.write_text(own.read_text().replace("star", "sun"))
    before = sorted(out.rglob("*"))
    code, _, err = run(capsys, "run", "documents", *options, "--out", out)
    assert code == 2
    assert "holds runs on other documents named 'own'; name another folder" in err
    assert sorted(out.rglob("*")) == before


def test_records_say_what_was_seen(tmp_path, own, capsys):
    out = tmp_path / "results"
    options = (
        "--documents",
        own,
        "--models",
        "textgcn,lstm",
        "--shares",
        "100",
        "--seeds",
        "1",
        "--epochs",
        "30",
    )
    assert run(capsys, "run", "documents", *options, "--workers", "1", "--out", out)[0] == 0
    for record in read_runs(out):
        result = record.result
        table = pd.read_csv(record.path / "predictions.csv")
        assert result["test_accuracy"] == pytest.approx((table["label"] == table["predicted"]).mean())
        assert result["inductive_accuracy"] == pytest.approx((table["label"] == table["inductive"]).mean())
        assert table[["p(sea)", "p(sky)"]].sum(axis=1).to_numpy() == pytest.approx(1)
        assert (result["labelled"], result["validation_documents"], result["test_documents"]) == (14, 2, 8)
        assert record.settings.corpus.source == str(own)
        curve = pd.read_csv(record.path / "curve.csv")
        wanted = {"textgcn": {"transductive", "inductive"}, "lstm": {"inductive"}}[record.settings.model.name]
        assert set(curve["setting"]) == wanted


BAD = {
    "missing file": (None, "cannot be read"),
    "columns": ("split\tclass\ttext\n", "row 1 lacks the column 'label'"),
    "label only in test": (
        "split\tlabel\ttext\ntrain\ta\tx\ntrain\tb\ty\ntest\tc\tz\n",
        "row 4 has the label 'c'",
    ),
    "empty document": ("split\tlabel\ttext\ntrain\ta\t\n", "row 2 has an empty document"),
    "bytes": (b"split\tlabel\ttext\ntrain\ta\t\xff\n", "row 2 should be UTF-8"),
    "one class": ("split\tlabel\ttext\ntrain\ta\tx\ntest\ta\ty\n", "one class only"),
    "heading twice": ("split\tlabel\ttext\nsplit\tlabel\ttext\n", "row 2 repeats the heading"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_table_is_one_line_and_writes_nothing(tmp_path, capsys, name):
    content, message = BAD[name]
    path = tmp_path / "bad.tsv"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = list(tmp_path.iterdir())
    code, out, err = run(capsys, "run", "documents", "--documents", path, "--out", tmp_path / "out")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("gnnlab: documents: ")
    assert message in err
    assert list(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--models", "textgnc"), "did you mean textgcn?"),
        (("--models", "lstm-onehot"), "should leave onehot out"),
        (("--models", "gcn-4"), "on documents there are textgcn"),
        (("--models", ","), "models: there should be at least one"),
        (("--corpus", "reviews"), "corpus: unknown 'reviews'"),
        (("--corpus", "mr", "--documents", "x.tsv"), "give either --corpus or --documents"),
        (("--shares", "0"), "shares: 0 should be above 0"),
        (("--seeds", "0"), "seeds: '0' should be 1 or more seeds"),
        (("--epochs", "0"), "epochs: 0 should be 1 or more"),
        (("--workers", "0"), "workers: 0 should be 1 or more"),
        (("--threads", "0"), "threads: 0 should be 1 or more"),
    ],
)
def test_bad_options_are_one_line_and_write_nothing(tmp_path, capsys, options, message):
    code, out, err = run(capsys, "run", "documents", *options, "--out", tmp_path / "out")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert list(tmp_path.iterdir()) == []


def test_movie_reviews_that_are_not_here_say_which_file_belongs_where(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GNNLAB_DATA", str(tmp_path))
    code, _, err = run(capsys, "run", "documents", "--corpus", "mr", "--out", tmp_path / "out")
    assert code == 2
    assert f"corpus: mr is not here: put its documents into {tmp_path / 'documents' / 'mr.tsv'}" in err
    assert err.count("\n") == 1


def test_help_names_the_epochs_of_every_model(capsys):
    code, out, _ = run(capsys, "run", "documents", "--help")
    assert code == 0
    shown = " ".join(re.sub(r"[^\w\s;,-]", " ", out).split())
    epochs = {name: default_settings(name, "docstrings")[1].epochs for name in MODELS}
    for name, number in epochs.items():
        if number != 30:
            assert re.search(rf"{number} [^;]*{name}|{name}[^;]* {number} ", shown), name
