import dataclasses

import pytest

from experiments.lab.citation.command import expand
from experiments.lab.citation.report.page import citation_page
from experiments.lab.citation.report.tables import node_runs, paired_rows, summary_rows, text_table
from experiments.records.records import RunRecord

RESULT = {
    "status": "ok",
    "reason": "",
    "steps": 9,
    "selected_step": 7,
    "stopped": "budget",
    "parameters": 5,
    "ms_per_step": 1.0,
    "seconds_total": 2.0,
    "chance": 0.3,
    "nodes": 20,
    "edges": 30,
    "features": 4,
    "classes": 2,
    "labelled": 4,
    "validation_nodes": 6,
    "test_nodes": 10,
}


def records(tmp_path, accuracies, status="ok"):
    """Runs of gcn and gat on Cora with these accuracies, by seed."""
    made = []
    for model, values in accuracies.items():
        for settings, value in zip(expand(["cora"], [model], range(len(values))), values):
            result = RESULT | {"test_accuracy": value, "validation_accuracy": value}
            if status != "ok":
                result = {"status": status, "reason": "<b>no memory</b>"}
            made.append(RunRecord(tmp_path / settings.folder, settings, result))
    return made


def test_mean_and_deviation_in_percent_with_the_paper_below(tmp_path):
    rows = summary_rows(node_runs(records(tmp_path, {"gcn": [0.8, 0.82], "gat": [0.83]})))
    assert [row["model"] for row in rows] == ["gat", "gat (paper)", "gcn", "gcn (paper)"]
    assert [row["accuracy %"] for row in rows] == ["83.0", "83.0 ± 0.7", "81.0 ± 1.4", "81.5"]
    assert [row["n"] for row in rows] == ["1", "100", "2", "100"]


def test_runs_with_other_settings_are_rows_of_their_own(tmp_path):
    runs = records(tmp_path, {"gcn": [0.8, 0.9]})
    train = dataclasses.replace(runs[1].settings.train, epochs=50)
    runs[1] = RunRecord(runs[1].path, dataclasses.replace(runs[1].settings, train=train), runs[1].result)
    rows = [row for row in summary_rows(node_runs(runs)) if "paper" not in row["model"]]
    assert [(row["accuracy %"], row["train.epochs"]) for row in rows] == [("90.0", "50"), ("80.0", "200")]


def test_differences_are_taken_seed_by_seed(tmp_path):
    rows = paired_rows(node_runs(records(tmp_path, {"gcn": [0.80, 0.82], "gat": [0.81, 0.85]})), "gcn")
    assert len(rows) == 1
    assert rows[0]["difference"] == pytest.approx(2.0)
    assert (rows[0]["model"], rows[0]["n"]) == ("gat", 2)


def test_text_says_how_much_one_node_counts(tmp_path):
    text = text_table(records(tmp_path, {"gcn": [0.8]}))
    assert (
        "cora: 20 nodes, 30 edges, 2 classes; 4 labelled, 6 validation, 10 test nodes (one is 10.0 %)" in text
    )


def test_failures_alone_still_make_a_table_and_a_page(tmp_path):
    runs = records(tmp_path, {"gcn": [0.0]}, status="failed")
    assert "0 (1 failed)" in text_table(runs)
    page = citation_page(runs, tmp_path)
    assert "&lt;b&gt;no memory&lt;/b&gt;" in page
