import pytest

from experiments.lab.documents.command import expand
from experiments.lab.documents.report.tables import document_runs
from experiments.lab.documents.report.verdicts import verdicts
from experiments.lab.documents.settings import CorpusChoice
from experiments.records.records import RunRecord


@pytest.fixture
def frame(tmp_path):
    def made(accuracies):
        runs = []
        for (model, share), values in accuracies.items():
            for settings, value in zip(
                expand(CorpusChoice("own"), [model], [share], range(len(values))), values
            ):
                scores = {"test_accuracy": value, "inductive_accuracy": value}
                scores |= {"validation_accuracy": value, "inductive_validation_accuracy": value}
                result = {"status": "ok", "reason": "", "steps": 1, "parameters": 1, **scores}
                runs.append(RunRecord(tmp_path / settings.folder, settings, result))
        return document_runs(runs)

    return made


def test_they_say_where_a_graph_is_ahead_and_where_not(frame):
    table = frame(
        {
            ("docgcn", 1): [0.6, 0.7],
            ("lstm", 1): [0.3, 0.4],
            ("docgcn", 10): [0.6, 0.7],
            ("lstm", 10): [0.7, 0.6],
            ("docgcn", 100): [0.7, 0.8],
            ("lstm", 100): [0.8, 0.9],
        }
    )
    assert verdicts(table, "own") == [
        "docgcn is ahead of lstm with 1 % (+0.300) of the labels; level with lstm with 10 % (+0.000) of the labels; "
        "behind lstm with 100 % (-0.100) of the labels."
    ]


def test_the_linear_baseline_meets_the_best_by_validation(frame):
    table = frame({("docgcn", 5): [0.5, 0.5], ("docgat", 5): [0.7, 0.7], ("tfidf-lr", 5): [0.6, 0.6]})
    assert verdicts(table, "own") == [
        "tfidf-lr against the inductive graph model that validation prefers: behind it with 5 % (docgat, -0.100) of "
        "the labels."
    ]


def test_the_linear_baseline_meets_either_setting_of_a_corpus_graph(frame):
    table = frame({("textgcn", 5): [0.5, 0.5], ("tfidf-lr", 5): [0.6, 0.6]})
    assert verdicts(table, "own") == [
        f"tfidf-lr against the {kind} graph model that validation prefers: ahead of it with 5 % ({name}, +0.100) of "
        "the labels."
        for kind, name in (("transductive", "textgcn"), ("inductive", "textgcn inductive"))
    ]


def test_one_seed_says_nothing(frame):
    assert verdicts(frame({("docgcn", 1): [0.6], ("lstm", 1): [0.3]}), "own") == []
    assert verdicts(frame({("lstm", 1): [0.3, 0.4]}), "own") == []


def test_both_settings_of_a_corpus_graph_are_compared_with_another_layer_where_there_is_no_lstm(frame):
    table = frame({("textgcn", 1): [0.6, 0.7], ("gru", 1): [0.3, 0.4]})
    assert [sentence.split(" is ")[0] for sentence in verdicts(table, "own")] == [
        "textgcn",
        "textgcn inductive",
    ]
    assert all("ahead of gru with 1 % (+0.300)" in sentence for sentence in verdicts(table, "own"))
