import json
import re
import statistics

import pandas as pd
import pytest
import torch
from sklearn.metrics import f1_score

from experiments.command.cli import main
from experiments.core.execution import Execution
from experiments.lab.documents.corpora.sources import load_corpus
from experiments.lab.documents.prediction import DocumentPredictor
from experiments.lab.documents.work import again, prepare
from experiments.reading.page import write_report
from experiments.records.records import read_run, read_runs
from experiments.running.execute import execute

FILES = ("curve.csv", "predictions.csv", "vocabulary.json")
TIMES = (
    "ms_per_step",
    "seconds_training",
    "seconds_total",
    "seconds_inductive",
    "ms_per_document",
    "resumed_step",
)


def run(*arguments):
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    assert stop.value.code == 0


def contents(folder):
    """All that a run leaves, but for times."""
    result = json.loads((folder / "result.json").read_text())
    weights = torch.load(folder / "weights.pt", weights_only=True)["state"]
    return (
        {name: value for name, value in result.items() if name not in (*TIMES, "environment")},
        {name: (folder / name).read_bytes() for name in FILES},
        {name: value.tolist() for name, value in weights.items()},
    )


MODELS = ("textgcn", "textgat", "docgcn", "docgat", "lstm-bidirectional", "gcn-gru", "bow-mlp", "tfidf-lr")


class Ended(BaseException):
    """A process that ends in the middle, as one that is killed does."""


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("calls", [3, 9])
def test_a_run_that_ended_in_the_middle_goes_on_with_the_same_bits(tmp_path, own, set_up, model, calls):
    """Five epochs (or ten settings) a part: the second end falls into the second training where there are two."""
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    [settings] = set_up(own, whole, [model], epochs=5)
    set_up(own, broken, [model], epochs=5)
    assert execute(settings, whole)["status"] == "ok"
    how = Execution(checkpoint_seconds=0, checkpoint_every=1)
    seen = []

    def end(step):
        seen.append(step)
        if len(seen) == calls:
            raise Ended

    ends = calls == 3 or settings.model.kind.transductive or model == "tfidf-lr"
    if ends:
        with pytest.raises(Ended):
            execute(settings, broken, end, how)
        assert not (broken / settings.folder / "result.json").exists()
    resumed = execute(settings, broken, how=how)
    assert bool(resumed["resumed_step"]) == ends
    assert contents(broken / settings.folder) == contents(whole / settings.folder)


def test_a_run_on_other_documents_fails_with_its_reason(tmp_path, own, set_up, moved):
    [settings] = set_up(own, tmp_path / "out", ["tfidf-lr"])
    settings = moved(settings)
    result = execute(settings, tmp_path / "out")
    assert result["status"] == "failed"
    assert "own.tsv are not those of the record" in result["reason"]
    assert json.loads((tmp_path / "out" / settings.folder / "result.json").read_text()) == result


def test_a_run_is_redone_from_the_copy_even_where_the_file_has_changed(tmp_path, own, set_up):
    out, other = tmp_path / "out", tmp_path / "again"
    [settings] = set_up(own, out, ["lstm"], epochs=2)
    execute(settings, out)
    own.write_text(own.read_text().replace("star", "sun"))
    other.mkdir()
    again(settings, out, other)
    execute(settings, other)
    assert contents(other / settings.folder) == contents(out / settings.folder)


def test_other_documents_of_the_same_name_need_another_folder(tmp_path, own, set_up):
    out = tmp_path / "out"
    [settings] = set_up(own, out, ["tfidf-lr"])
    execute(settings, out)
    assert prepare([settings], out, {})  # the same documents again
    own.write_text(own.read_text().replace("star", "sun"))
    before = sorted(out.rglob("*"))
    with pytest.raises(ValueError, match="holds runs on other documents named 'own'; name another folder"):
        set_up(own, out, ["tfidf-lr"])
    assert sorted(out.rglob("*")) == before


def test_records_say_what_was_seen(tmp_path, own, set_up):
    out = tmp_path / "out"
    for settings in set_up(own, out, ["textgcn", "lstm", "tfidf-lr"], epochs=30):
        execute(settings, out)
        record = read_run(out / settings.folder)
        result = record.result
        table = pd.read_csv(record.path / "predictions.csv")
        assert result["test_accuracy"] == pytest.approx((table["label"] == table["predicted"]).mean())
        assert result["inductive_accuracy"] == pytest.approx((table["label"] == table["inductive"]).mean())
        assert table[["p(sea)", "p(sky)"]].sum(axis=1).to_numpy() == pytest.approx(1)
        assert (result["labelled"], result["validation_documents"], result["test_documents"]) == (14, 2, 8)
        assert record.settings.corpus.source == str(own)
        curve = pd.read_csv(record.path / "curve.csv")
        parts = {"textgcn": ["transductive", "inductive"]}.get(settings.model.name, ["inductive"])
        assert curve["setting"].unique().tolist() == parts
        if settings.model.name == "tfidf-lr":
            best = curve.loc[curve["validation_accuracy"].idxmax()]  # the first of the best
            assert (result["selected_step"], result["steps"]) == (best["step"], 10)


@pytest.mark.parametrize("model", ["textgcn", "gru", "tfidf-lr"])
def test_a_text_of_unknown_words_alone_gets_no_class_and_is_wrong(tmp_path, own, set_up, model):
    with own.open("a") as file:
        file.write("test\tsea\tzeppelin zoo\ntest\tsky\tzebra\ntest\tsea\tzebra wave\n")
    out = tmp_path / "out"
    [settings] = set_up(own, out, [model], epochs=10)
    execute(settings, out)
    record = read_run(out / settings.folder)
    table = pd.read_csv(record.path / "predictions.csv", keep_default_na=False)
    alone = table.tail(3).head(2)
    assert alone["inductive"].tolist() == ["", ""]
    assert alone["p(sea)"].tolist() == alone["p(sky)"].tolist() == ["", ""]
    assert "" not in table["inductive"].drop(alone.index).tolist()
    right = (table["label"] == table["inductive"]).mean()
    assert record.result["inductive_accuracy"] == pytest.approx(right)
    assert right < 1
    assert record.result["unknown_documents"] == 2
    names = ["sea", "sky"]
    expected = f1_score(table["label"], table["inductive"], labels=names, average="macro", zero_division=0)
    assert record.result["inductive_macro_f1"] == pytest.approx(expected)
    if model == "textgcn":  # with the test documents in its graph it has heard of all words
        assert "" not in table["predicted"].tolist()
    page = re.sub("</?span[^>]*>", "", write_report(out).read_text())
    assert f"on average 2.0 for {model} with 100 % of the labels. They get no class" in page


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
