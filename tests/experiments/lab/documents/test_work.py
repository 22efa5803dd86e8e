import json
import statistics

import pandas as pd
import pytest

from experiments.command.cli import main
from experiments.lab.documents.corpora.corpus import Corpus, Document
from experiments.lab.documents.corpora.sources import keep_copy, load_corpus
from experiments.lab.documents.prediction import DocumentPredictor
from experiments.records.records import read_runs
from experiments.running.runs import execute


def run(*arguments):
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    assert stop.value.code == 0


def test_a_run_on_other_documents_fails_with_its_reason(tmp_path):
    from experiments.lab.documents.command import expand
    from experiments.lab.documents.settings import CorpusChoice

    rows = tuple(Document(split, label, "word") for split in ("train", "train", "test") for label in "ab")
    keep_copy(Corpus("docstrings-small", rows), tmp_path)
    settings = expand(CorpusChoice("docstrings-small", "", "0" * 16), ["tfidf-lr"], [100.0], [0])[0]
    result = execute(settings, tmp_path)
    assert result["status"] == "failed"
    assert "what is installed here are not those of the record" in result["reason"]
    assert json.loads((tmp_path / settings.folder / "result.json").read_text()) == result


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize(
    ("model", "seeds", "low", "high"),
    [
        ("textgcn", 5, 0.7674 - 0.006, 0.7674 + 0.006),
        ("lstm", 2, 0.7506 - 0.01, 1),
        ("tfidf-lr", 2, 0.7459, 1),
    ],
)
def test_movie_reviews_reach_the_paper(model, seeds, low, high, public_data, tmp_path):
    options = ("--models", model, "--shares", "100", "--seeds", seeds, "--workers", "2")
    run("run", "documents", "--corpus", "mr", *options, "--out", tmp_path)
    records = read_runs(tmp_path)
    assert low <= statistics.mean(record.result["test_accuracy"] for record in records) <= high
    if model == "textgcn":
        sizes = {(record.result["nodes"], record.result["words_known"]) for record in records}
        # Words of test documents alone are in the transductive graph only.
        assert {nodes for nodes, _ in sizes} == {29426}
        assert max(words for _, words in sizes) < 18764


@pytest.mark.slow
@pytest.mark.parametrize("model", ["textgcn", "textgat", "docgcn", "docgat", "lstm", "tfidf-lr", "bow-mlp"])
def test_held_out_documents_are_predicted_as_well_as_recorded(model, tmp_path):
    options = ("--models", model, "--shares", "100", "--seeds", "1", "--epochs", "12", "--workers", "1")
    run("run", "documents", *options, "--out", tmp_path)
    [record] = read_runs(tmp_path)
    corpus = load_corpus(record.settings.corpus, tmp_path)
    predictor = DocumentPredictor(record.path)
    right = []
    for row in corpus.rows("test"):  # one by one, as a user asks
        [answer] = predictor.predict([corpus.documents[row].text])
        best = answer.probabilities.argmax()
        right.append(predictor.class_names[best] == corpus.documents[row].label)
        if len(right) == 200:  # each of them attaches to a graph of thousands of nodes anew
            break
    table = pd.read_csv(record.path / "predictions.csv")[:200]
    assert abs(statistics.mean(right) - (table["inductive"] == table["label"]).mean()) <= 0.02
