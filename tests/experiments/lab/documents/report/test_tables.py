import dataclasses

import pytest

from experiments.lab.documents.command import expand
from experiments.lab.documents.report.tables import (
    document_runs,
    find_published,
    model_order,
    named_apart,
    paired_accuracy,
    share_rows,
    summary_rows,
    text_table,
    variants,
)
from experiments.lab.documents.report.verdicts import verdicts
from experiments.lab.documents.settings import CorpusChoice
from experiments.records.records import RunRecord

RESULT = {
    "status": "ok",
    "reason": "",
    "steps": 9,
    "selected_step": 7,
    "stopped": "budget",
    "parameters": 5000,
    "ms_per_step": 1.0,
    "seconds_total": 2.0,
    "seconds_training": 1.0,
    "chance": 0.3,
    "classes": 2,
    "documents": 40,
    "labelled": 20,
    "validation_documents": 4,
    "test_documents": 10,
    "nodes": 90,
    "edges": 300,
}


def records(tmp_path, accuracies, corpus="mr", **changes):
    """Runs with these accuracies by (model, share), one a seed; a pair is transductive and inductive."""
    made = []
    for (model, share), values in accuracies.items():
        runs = expand(CorpusChoice(corpus), [model], [share], range(len(values)))
        for settings, value in zip(runs, values):
            first, second = value if isinstance(value, tuple) else (value, value)
            result = RESULT | {
                "test_accuracy": first,
                "inductive_accuracy": second,
                "test_macro_f1": first - 0.01,
                "validation_accuracy": first,
                "inductive_validation_accuracy": second,
            }
            settings = dataclasses.replace(settings, **changes)
            made.append(RunRecord(tmp_path / settings.folder, settings, result))
    return made


def test_ours_stand_beside_the_papers(tmp_path):
    runs = records(tmp_path, {("lstm", 100): [0.75, 0.77], ("textgcn", 100): [(0.7, 0.6), (0.8, 0.7)]})
    rows = {row["model"]: row for row in summary_rows(document_runs(runs))}
    assert list(rows) == ["textgcn", "textgcn (paper)", "lstm", "lstm (paper)"]
    assert rows["textgcn"]["transductive"] == "0.7500 ± 0.0707"
    assert rows["textgcn"]["inductive"] == "0.6500 ± 0.0707"
    assert rows["textgcn (paper)"]["transductive"] == "0.7674 ± 0.0020"
    assert rows["lstm"]["transductive"] == ""
    assert rows["lstm"]["inductive"] == "0.7600 ± 0.0141"
    assert rows["lstm (paper)"]["inductive"] == "0.7506 ± 0.0044"
    table = text_table(runs)
    assert "mr (): 40 documents of 2 classes; at most 20 labelled" in table
    assert "graph of 90 nodes and 300 edges" in table


def test_the_paper_had_all_labels_and_its_own_documents(tmp_path):
    few = summary_rows(document_runs(records(tmp_path, {("lstm", 10): [0.7]})))
    other = summary_rows(document_runs(records(tmp_path, {("lstm", 100): [0.7]}, corpus="own")))
    assert [row["model"] for row in few + other] == ["lstm", "lstm"]
    assert find_published("lstm", "mr").mean == 0.7506
    assert find_published("gru", "mr") is None


def test_runs_with_other_settings_are_told_apart(tmp_path):
    runs = records(tmp_path, {("lstm", 100): [0.5]}) + records(tmp_path, {("lstm", 100): [0.6]}, threads=2)
    rows = summary_rows(document_runs(runs))
    assert [(row["inductive"], row.get("threads")) for row in rows][:2] == [("0.5000", "1"), ("0.6000", "2")]


def test_shares_average_over_seeds_alone(tmp_path):
    runs = records(tmp_path, {("lstm", 10): [0.5, 0.7], ("gru", 10): [0.1]})
    runs += records(tmp_path, {("lstm", 10): [0.2, 0.2], ("lstm", 100): [0.9]}, threads=2)
    apart = named_apart(document_runs(runs))
    _, rows = share_rows(apart, "mr")
    assert rows == [
        ["lstm, threads 1", "0.6000 ± 0.1414", "-"],
        ["lstm, threads 2", "0.2000 ± 0.0000", "0.9000"],
        ["gru", "0.1000", "-"],
    ]
    assert "lstm, threads 2  0.2000 ± 0.0000" in text_table(runs)


def test_a_graph_is_compared_under_each_of_its_settings(tmp_path):
    runs = records(tmp_path, {("lstm", 10): [0.5, 0.6], ("textgcn", 10): [(0.6, 0.4), (0.7, 0.5)]})
    runs += records(tmp_path, {("textgcn", 10): [(0.4, 0.7), (0.5, 0.8)]}, threads=2)
    apart = named_apart(document_runs(runs))
    assert verdicts(apart, "mr")[:4] == [
        "textgcn, threads 1 is ahead of lstm with 10 % (+0.100) of the labels.",
        "textgcn, threads 1 inductive is behind lstm with 10 % (-0.100) of the labels.",
        "textgcn, threads 2 is behind lstm with 10 % (-0.100) of the labels.",
        "textgcn, threads 2 inductive is ahead of lstm with 10 % (+0.200) of the labels.",
    ]


def test_failures_are_rows(tmp_path):
    runs = records(tmp_path, {("lstm", 100): [0.5, 0.6]})
    failed = dataclasses.replace(runs[0], result={"status": "failed", "reason": "<b>no memory</b>"})
    assert summary_rows(document_runs([failed, runs[1]]))[0]["n"] == "1 (1 failed)"
    assert summary_rows(document_runs([failed]))[0]["inductive"] == "-"
    assert "lstm" in text_table([failed])


def test_shares_are_columns(tmp_path):
    runs = records(tmp_path, {("textgcn", 1): [(0.5, 0.4)], ("lstm", 1): [0.3], ("lstm", 100): [0.8]})
    headings, rows = share_rows(document_runs(runs), "mr")
    assert headings == ["model", "1 % (20)", "100 % (20)"]
    assert rows == [
        ["textgcn", "0.5000", "-"],
        ["textgcn inductive", "0.4000", "-"],
        ["lstm", "0.3000", "0.8000"],
    ]
    assert "test accuracy by share of labels" in text_table(runs)


def test_models_have_one_order():
    assert model_order(["gru-10", "gru-9", "lstm", "textgcn"]) == ["textgcn", "lstm", "gru-9", "gru-10"]


def test_pairs_are_of_one_seed(tmp_path):
    runs = records(tmp_path, {("lstm", 5): [0.5, 0.6, 0.9], ("textgcn", 5): [(0.6, 0.5), (0.9, 0.6)]})
    frame = document_runs(runs)
    transductive, inductive, lstm = variants(["lstm", "textgcn"])
    pair = paired_accuracy(frame, "mr", 5, transductive, lstm)
    assert (pair["difference"], pair["n"]) == (pytest.approx(0.2), 2)
    assert pair["low"] == pytest.approx(0.1)
    assert pair["high"] == pytest.approx(0.3)
    assert paired_accuracy(frame, "mr", 5, inductive, lstm)["difference"] == pytest.approx(0)
    assert paired_accuracy(frame, "mr", 10, inductive, lstm) is None
