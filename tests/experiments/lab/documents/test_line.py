"""The whole line, from options to a report, as far as it is particular to documents."""

import csv
import html
import os
import re
import subprocess
import sys

import pytest
import torch

from experiments.command.builder import carry_out
from experiments.command.options import options_of
from experiments.core.catalogue import find_experiment
from experiments.core.settings import help_of
from experiments.lab.documents.kinds import MODELS
from experiments.lab.documents.settings import DocumentTraining, default_settings
from experiments.records.records import read_runs

FILES = {"config.json", "curve.csv", "predictions.csv", "result.json", "vocabulary.json", "weights.pt"}


def run(**given):
    """Exit code of ``gnnlab run documents`` with these options."""
    experiment = find_experiment("documents")
    return carry_out(experiment, options_of(experiment), given)


@pytest.mark.slow
def test_smoke_run_from_end_to_end(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("experiments.lab.documents.corpora.sources.SMALL_SIZE", 30)
    out = tmp_path / "results"
    assert run(smoke=True, workers=1, out=out) == 0
    assert "docstrings-small" in capsys.readouterr().out
    folders = [path.parent for path in out.glob("*/result.json")]
    assert len(folders) == 9 * 2 * 2
    for folder in folders:
        assert {path.name for path in folder.iterdir()} - {"neighbours.json"} == FILES
        assert torch.load(folder / "weights.pt", weights_only=True)["format"] == 1
    page = (out / "report.html").read_text()
    keys = "summary reading shares data accuracy graphs neighbours confusion classes runs"  # no verdicts
    for key in keys.split():
        assert f'<h2 id="{key}"' in page
    assert not re.search(r"(src|href)=.https?:", page)  # nothing is fetched from elsewhere
    assert run(smoke=True, workers=1, out=out) == 0
    assert "36 runs were there already, 0 are new" in capsys.readouterr().out


@pytest.mark.slow
def test_own_documents_with_two_workers_give_the_same_bits(tmp_path, own):
    options = {
        "documents": str(own),
        "models": "textgcn,gru,tfidf-lr",
        "shares": "50",
        "seeds": "1",
        "epochs": "4",
    }
    made = []
    for workers in (1, 2):
        out = tmp_path / str(workers)
        assert run(**options, workers=workers, out=out) == 0
        names = ("curve.csv", "predictions.csv", "vocabulary.json")
        made.append({(p.parent.name, p.name): p.read_bytes() for n in names for p in out.glob(f"*/{n}")})
    assert made[0] == made[1]
    assert len(made[0]) == 9


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        (b"split\tclass\ttext\n", "row 1 lacks the column 'label'"),
        (b"split\tlabel\ttext\ntrain\ta\tx\ntrain\tb\ty\ntest\tc\tz\n", "row 4 ('c')"),
        (b"split\tlabel\ttext\ntrain\ta\t\n", "no word in row 2"),
        (b"split\tlabel\ttext\ntrain\ta\t\xff\n", "no UTF-8 in row 2"),
        (b"split\tlabel\ttext\ntrain\ta\tx\ntest\ta\ty\n", "one class only"),
        (b"split\tlabel\ttext\nsplit\tlabel\ttext\n", "the heading again in row 2"),
    ],
)
def test_a_bad_table_is_one_line_and_writes_nothing(tmp_path, content, message):
    path = tmp_path / "bad.tsv"
    if content is not None:
        path.write_bytes(content)
    before = list(tmp_path.iterdir())
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        run(documents=str(path), out=tmp_path / "out")
    assert str(error.value).startswith("documents: ")
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"models": "textgnc"}, r"did you mean textgcn\?"),
        ({"models": "gcn-4"}, "on documents there are textgcn"),
        ({"corpus": "reviews"}, "corpus: unknown 'reviews'"),
        ({"corpus": "mr", "documents": "x.tsv"}, "give either --corpus or --documents"),
        ({"label_column": "class"}, "label_column: there is no table to read; give it with --documents FILE"),
        ({"shares": "0"}, "shares: 0 should be above 0"),
        ({"shares": "101"}, "shares: 101 should be above 0"),
        ({"epochs": "0"}, "epochs: 0 should be 1 or more"),
        ({"models": "docgat", "heads": "3"}, "heads: 3 should divide the hidden size 64"),
    ],
)
def test_bad_options_write_nothing(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        run(**options, out=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_movie_reviews_that_are_not_here_say_which_file_belongs_where(tmp_path, monkeypatch):
    monkeypatch.setenv("GNNLAB_DATA", str(tmp_path))
    with pytest.raises(
        ValueError, match=r"corpus: mr is not here: put data/mr.txt and data/corpus/mr"
    ) as error:
        run(corpus="mr", out=tmp_path / "out")
    assert str(tmp_path / "documents" / "mr.tsv") in str(error.value)


def rows_of(count=12):
    """Split, label and text of documents in two classes."""
    for number in range(count):
        split = "test" if number >= count * 2 // 3 else "train"
        yield split, "sea", f"wave sail {number} ship"
        yield split, "sky", f"star moon {number} comet"


def lay_csv(folder):
    with (folder / "own.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("part", "kind", "said"), *rows_of(), ("dev", "sea", "left, out")])
    return folder / "own.csv", {"split_column": "part", "label_column": "kind", "text_column": "said"}


def lay_index(folder):
    (folder / "data" / "corpus").mkdir(parents=True)
    rows = [*rows_of(), ("dev", "sea", "left out")]
    (folder / "data" / "own.txt").write_text("\n".join(f"n\t{split}\t{label}" for split, label, _ in rows))
    (folder / "data" / "corpus" / "own.clean.txt").write_text("\n".join(text for *_, text in rows))
    return folder / "data", {}


def lay_folders(folder):
    for number, (split, label, text) in enumerate([*rows_of(), ("train", "sea", "...")]):
        path = folder / "own" / split / label / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "own", {}


@pytest.mark.parametrize("lay", [lay_csv, lay_index, lay_folders])
def test_each_layout_from_file_to_report(tmp_path, capsys, lay):
    path, columns = lay(tmp_path)
    out = tmp_path / "out"
    given = {"documents": str(path), "shares": "100", "seeds": "1", "workers": 1, "out": out}
    given |= {"models": "tfidf-lr", **columns}
    with pytest.raises(
        ValueError, match=r"1 bad .*: .* in .*; mend it, or --skip-bad-rows leaves out what is bad"
    ):
        run(**given)
    assert not out.exists()
    assert run(**given, skip_bad_rows=True) == 0
    said = "1 bad file of 25: no word in file train/sea/24.txt"
    if lay is not lay_folders:
        number = 26 if lay is lay_csv else 25  # of which one has a heading
        said = f"1 bad row of 25: a split that is neither train nor test in row {number} ('dev')"
    assert f"gnnlab: own: left out {said}\n" in capsys.readouterr().err
    page = html.unescape(re.sub("</?span[^>]*>", "", (out / "report.html").read_text()))
    assert f"own: left out {said}." in page
    records = read_runs(out)
    assert {record.settings.corpus.name for record in records} == {"own"}
    assert {record.result["test_documents"] for record in records} == {8}
    lines = (out / f"corpus/{records[0].settings.corpus.digest}.tsv").read_text().splitlines()
    assert sorted(lines[1:]) == sorted("\t".join(row) for row in rows_of())
    assert run(**given, skip_bad_rows=True) == 0
    assert "1 runs were there already, 0 are new" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--documents", "bad.csv", "--label-column", "kind"],
        ["--corpus", "R52"],
    ],
)
def test_a_wrong_file_is_told_before_torch_is_imported(tmp_path, arguments):
    (tmp_path / "bad.csv").write_text("split,text,kind\ntrain,one,\n")
    code = (
        "import sys\nfrom experiments.command.cli import main\n"
        f"try:\n    main(['run', 'documents', *{arguments!r}])\n"
        "finally:\n    print(sorted({'torch', 'torch_geometric', 'sklearn', 'scipy'} & set(sys.modules)))"
    )
    env = {**os.environ, "GNNLAB_DATA": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (2, "[]")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(("gnnlab: documents: ", "gnnlab: corpus: "))


def test_help_names_the_epochs_of_every_model():
    shown = help_of(DocumentTraining)["epochs"]
    for name in MODELS:
        number = default_settings(name, {})[1].epochs
        if number != 30:
            assert re.search(rf"{number} [^;]*{name}|{name}[^;]* {number} ", shown), name


def test_test_documents_that_are_training_documents_are_said(tmp_path, own, capsys):
    options = {"models": "tfidf-lr", "shares": "100", "seeds": "1", "workers": 1}
    assert run(**options, documents=str(own), out=tmp_path / "clean") == 0
    assert "test documents have" not in capsys.readouterr().err
    assert "test documents have" not in (tmp_path / "clean" / "report.html").read_text()
    with own.open("a") as file:
        file.write("test\tsea\tWave  SAIL 0 ship\ntest\tsky\tmoon star 0 comet\n")
    assert run(**options, documents=str(own), out=tmp_path / "x") == 0
    said = "1 of 10 test documents have the words of a training document"
    assert f"gnnlab: own: {said} (the first: 'Wave SAIL 0 ship')" in capsys.readouterr().err
    assert f"In own, {said}" in (tmp_path / "x" / "report.html").read_text()
