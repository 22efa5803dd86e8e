import io
import json
import shutil

import pandas as pd
import pytest

from experiments.command.cli import main
from experiments.lab.documents.files.reading import read_documents
from experiments.records.checkpoints import save_checkpoint

TOPICS = {"sea": ["wave", "ship", "sail", "tide", "storm"], "sky": ["star", "moon", "comet", "orbit", "dawn"]}
MODELS = ("textgcn", "textgat", "docgcn", "docgat", "lstm", "lstm-bidirectional", "tfidf-lr", "bow-mlp")


def run(capsys, *arguments):
    """Exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    output = capsys.readouterr()
    return stop.value.code, output.out, output.err


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A results folder with one short run of every model on a small table of documents."""
    folder = tmp_path_factory.mktemp("predict")
    rows = ["split\tlabel\ttext"]
    for number in range(15):
        for label, words in TOPICS.items():
            text = " ".join(words[(number + i) % 5] for i in range(3))
            rows.append(f"{'test' if number >= 10 else 'train'}\t{label}\tthe {text} and {number}")
    (folder / "own.tsv").write_text("\n".join(rows) + "\n")
    options = [
        "--models",
        ",".join(MODELS),
        "--shares",
        "100",
        "--seeds",
        "1",
        "--epochs",
        "15",
        "--workers",
        "1",
    ]
    out = folder / "results"
    with pytest.raises(SystemExit) as stop:
        main(["run", "documents", "--documents", str(folder / "own.tsv"), *options, "--out", str(out)])
    assert stop.value.code == 0
    return out


def folder_of(results, model):
    return next(results.glob(f"own_{model}_share100_*"))


def answers(text):
    return pd.read_csv(io.StringIO(text), sep="\t", keep_default_na=False)


@pytest.mark.parametrize("model", MODELS)
def test_held_out_documents_get_the_recorded_probabilities(results, model, tmp_path, capsys):
    corpus = read_documents(next((results / "corpus").glob("*.tsv")))
    texts = [corpus.documents[row].text for row in corpus.rows("test")]
    (tmp_path / "texts.txt").write_text("\n".join(texts) + "\n")
    run_folder = folder_of(results, model)
    code, out, _ = run(capsys, "predict", run_folder, "--file", tmp_path / "texts.txt")
    assert code == 0
    given, recorded = answers(out), pd.read_csv(run_folder / "predictions.csv")
    assert given["class"].tolist() == recorded["inductive"].tolist()
    for name in ("p(sea)", "p(sky)"):
        # Written with six digits; a batch of another make-up may change the last bits before that.
        assert given[name].to_numpy(dtype=float) == pytest.approx(recorded[name].to_numpy(), abs=2e-6)
    accuracy = (given["class"] == recorded["label"]).mean()
    assert accuracy == json.loads((run_folder / "result.json").read_text())["inductive_accuracy"]


@pytest.mark.parametrize("model", MODELS)
def test_one_text_is_a_table_of_classes(results, model, capsys):
    code, out, err = run(
        capsys, "predict", folder_of(results, model), "Ships sail; wave storm tide! Zeppelin"
    )
    assert code == 0
    table = dict(line.split() for line in out.splitlines())
    assert set(table) == {"sea", "sky"}
    assert sum(map(float, table.values())) == pytest.approx(1, abs=2e-4)
    assert list(map(float, table.values())) == sorted(map(float, table.values()), reverse=True)
    assert err == "gnnlab: unknown words, passed over: ships, !, zeppelin\n"


@pytest.mark.parametrize("model", MODELS)
def test_empty_and_unknown_texts_are_said(results, model, tmp_path, capsys):
    (tmp_path / "texts.txt").write_text("star moon\n\n--- ...\nzeppelin\n")
    code, out, err = run(capsys, "predict", folder_of(results, model), "--file", tmp_path / "texts.txt")
    assert code == 0
    table = answers(out)
    assert table["class"].tolist()[1:] == ["", "", ""]
    assert table["p(sea)"].tolist()[1:] == ["", "", ""]
    assert table["words"].tolist() == [2, 0, 0, 1]
    assert table["unknown"].tolist() == [0, 0, 0, 1]
    assert err.splitlines() == [
        "gnnlab: row 2: no word in it, so no class",
        "gnnlab: row 3: no word in it, so no class",
        "gnnlab: row 4: no class: the model knows none of its words (zeppelin)",
    ]


@pytest.mark.parametrize("model", MODELS)
def test_a_million_words_are_read_or_cut_and_that_is_said(results, model, tmp_path, capsys):
    (tmp_path / "long.txt").write_text("star moon comet orbit " * 250_000)
    code, out, err = run(capsys, "predict", folder_of(results, model), "--file", tmp_path / "long.txt")
    assert code == 0
    table = answers(out)
    assert table["words"].tolist() == [1_000_000]
    cut = model not in ("textgcn", "textgat", "tfidf-lr")
    note = "gnnlab: row 1: 1000000 words; the model reads the first 500 that it knows\n"
    assert err == (note if cut else "")


def test_a_text_may_begin_with_a_hyphen(results, capsys):
    assert run(capsys, "predict", folder_of(results, "tfidf-lr"), "-5 degrees -- star")[0] == 0


def test_stdin_is_read_line_by_line(results, capsys, monkeypatch):
    for arguments in (["-"], ["--file", "-"]):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"star moon comet\nwave ship")))
        code, out, _ = run(capsys, "predict", folder_of(results, "tfidf-lr"), *arguments)
        assert code == 0
        assert answers(out)["class"].tolist() == ["sky", "sea"]


def test_bad_input_is_one_line(results, tmp_path, capsys):
    good = folder_of(results, "lstm")
    (tmp_path / "bytes.txt").write_bytes(b"star\n\xff\xfe\n")
    (tmp_path / "empty.txt").write_text("")
    unfinished, damaged, mixed = (tmp_path / name for name in ("unfinished", "damaged", "mixed"))
    for folder in (unfinished, damaged, mixed):
        shutil.copytree(good, folder)
    (unfinished / "result.json").unlink()
    (damaged / "weights.pt").write_bytes((good / "weights.pt").read_bytes()[:200])
    shutil.copy(folder_of(results, "bow-mlp") / "weights.pt", mixed / "weights.pt")
    foreign, doubled = tmp_path / "foreign", tmp_path / "doubled"
    for folder in (foreign, doubled):
        shutil.copytree(folder_of(results, "tfidf-lr"), folder)
    save_checkpoint(foreign / "weights.pt", {"state": 3})
    kept = json.loads((doubled / "vocabulary.json").read_text(encoding="utf-8"))
    kept["words"][1] = kept["words"][0]
    (doubled / "vocabulary.json").write_text(json.dumps(kept), encoding="utf-8")
    for arguments, message in [
        ([good], "give either a text in quotes or --file"),
        ([good, "star", "--file", "x"], "give either a text in quotes or --file"),
        ([good, " "], "text: is empty"),
        ([good, "--flie=texts.txt"], "--flie=texts.txt is no option"),
        ([good, "--flie"], "--flie is no option"),
        ([good, "..."], "text: '...' has no word in it"),
        ([good, "zeppelin zoo"], "has no class: the model knows none of its words (zeppelin, zoo)"),
        ([good, "--file", tmp_path / "absent.txt"], "absent.txt cannot be read"),
        ([good, "--file", tmp_path / "bytes.txt"], "row 2 should be UTF-8"),
        ([good, "--file", tmp_path / "empty.txt"], "has no text in it"),
        ([results, "star"], "holds 8 runs; name one of them, such as"),
        ([tmp_path / "nowhere", "star"], "not the folder of a run"),
        ([unfinished, "star"], "did not end well"),
        ([damaged, "star"], "not a whole checkpoint"),
        ([mixed, "star"], "has weights that do not fit its settings"),
        ([foreign, "star"], "has weights that do not fit its settings"),
        ([doubled, "star"], "vocabulary.json is missing or damaged"),
    ]:
        code, out, err = run(capsys, "predict", *arguments)
        assert (code, out, err.count("\n")) == (2, "", 1), arguments
        assert message in err


def test_runs_of_other_experiments_are_refused(tmp_path, capsys):
    options = ("--dataset", "karate", "--models", "mlp", "--seeds", "1", "--epochs", "2", "--workers", "1")
    assert run(capsys, "run", "citation", *options, "--out", tmp_path / "out")[0] == 0
    folder = next((tmp_path / "out").glob("karate*"))
    code, _, err = run(capsys, "predict", folder, "some text")
    assert code == 2
    assert "is one of citation; predict needs one of documents" in err
