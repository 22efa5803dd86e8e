import dataclasses

import pytest

from experiments.core import catalogue
from experiments.core.catalogue import find_experiment
from experiments.core.metric import Metric, Published
from experiments.reading.results import Results
from experiments.reading.table_formats import heading
from experiments.reading.tables import (
    form_of,
    model_rows,
    paired_rows,
    summary_rows,
    text_summary,
    with_differences,
)
from tests.experiments.runs import ENDED, in_memory, sequence_run

RESULT = {**ENDED, "parameters": 1234, "hidden": 5, "steps": 11, "ms_per_step": 2.0, "seconds_total": 3.0}


def run(label, seed, accuracy, length=7, **train):
    """A run with that accuracy; None is one that failed."""
    settings = sequence_run(label, seed=seed, length=length, **train)
    if accuracy is None:
        return in_memory(settings, status="failed", reason="no memory")
    return in_memory(settings, **RESULT, test_accuracy=accuracy)


def read(tmp_path, *values):
    return Results(tmp_path, [run(*value) for value in values])


def test_rows_have_models_in_natural_order_and_n_with_failures(tmp_path):
    rows = summary_rows(
        read(tmp_path, ("gcn-10", 0, 0.5), ("gcn-9", 0, 0.25), ("gcn-9", 1, 0.75), ("gcn-9", 2, None))
    )
    assert [row["model"] for row in rows] == ["gcn-9", "gcn-10"]
    assert [row["n"] for row in rows] == ["2 (1 failed)", "1"]
    assert rows[0]["test accuracy"] == "0.500 ± 0.354"
    assert rows[1]["test accuracy"] == "0.500"
    assert rows[0]["T"] == "7"


def test_a_setting_that_differs_stands_beside_the_figure_of_the_same_name(tmp_path):
    runs = [run("lstm", 0, 0.5, steps=100), run("lstm", 0, 0.75, steps=200)]
    rows = summary_rows(Results(tmp_path, runs))
    assert [(row["train.steps"], row["steps"]) for row in rows] == [("100", "11"), ("200", "11")]


def test_a_table_of_steps_has_their_mean(tmp_path):
    runs = [run("lstm", seed, 0.5) for seed in (0, 1)]
    for record, steps in zip(runs, (6, 10)):
        record.result["steps"] = steps
    (row,) = summary_rows(Results(tmp_path, runs), metric="steps")
    assert row["steps"] == "8.000 ± 2.828"


def test_differences_stand_in_the_row_of_their_group(tmp_path):
    values = [("lstm", 0, 0.5), ("lstm", 1, 0.5), ("gcn-2", 0, 0.75), ("gcn-2", 1, 0.5), ("rnn", 5, 0.5)]
    results = read(tmp_path, *values)
    paired, summary = results.paired("lstm"), results.summary()
    rows = with_differences(summary_rows(results), paired, summary, results.metric)
    rows = {row["model"]: row for row in rows}
    assert rows["gcn-2"]["difference"].startswith("+0.125 [")
    assert [rows[model]["pairs"] for model in ("lstm", "gcn-2", "rnn")] == ["0", "2", "0"]
    (row,) = paired_rows(paired, results.metric)
    assert (row["model"], row["T"], row["difference"], row["n"]) == ("gcn-2", "7", "+0.125", "2")


def test_differences_find_their_group_beside_a_figure_of_the_same_name(tmp_path):
    values = [("lstm", 0.5, 0.25), ("gcn-2", 0.75, 1.0)]
    runs = [run(m, 0, v[k], steps=s) for m, *v in values for k, s in enumerate((100, 200))]
    results = Results(tmp_path, runs)
    paired, summary = results.paired("lstm"), results.summary()
    rows = with_differences(summary_rows(results), paired, summary, results.metric)
    found = {(row["model"], row["train.steps"]): row["difference"] for row in rows}
    assert found["gcn-2", "100"] == "+0.250"
    assert found["gcn-2", "200"] == "+0.750 1 of 1 against 0 of 1 succeed"


def test_relative_differences_are_percent(tmp_path):
    results = read(tmp_path, ("lstm", 0, 0.5), ("gcn-2", 0, 0.75))
    (row,) = paired_rows(results.paired("lstm", relative=True), results.metric, percent=True)
    assert row["difference %"] == "+50.0"


def test_text_is_aligned(tmp_path):
    lines = text_summary(read(tmp_path, ("lstm", 0, 0.5), ("gcn-2-mirrored", 0, 1.0))).split("\n")
    assert len({line.rstrip()[-4:] for line in lines[2:]}) == 1
    assert lines[0].startswith("model ")
    assert "IQM" not in lines[0]


def test_models_are_described_once(tmp_path):
    rows = model_rows(read(tmp_path, ("gcn-2", 0, 0.1), ("gcn-2", 1, 0.1), ("lstm", 0, 0.1)).frame)
    assert [(row["model"], row["layers"], row["hidden size"]) for row in rows] == [
        ("lstm", "1", "5"),
        ("gcn-2", "2", "5"),
    ]
    assert [(row["cell"], row["conv"]) for row in rows] == [("lstm", "-"), ("-", "gcn")]


@pytest.fixture
def in_percent(monkeypatch):
    """Palindromes judged in percent, with a second metric, and a paper that had them first."""
    paper = Published("lstm", "test_accuracy", 0.5, "A paper, table 2", std=0.01, runs=7, task={"length": 7})
    metrics = (
        Metric("test_accuracy", "accuracy", digits=1, scale=100, unit="%"),
        Metric("test_loss", "loss", lower_is_better=True, digits=None),
    )
    changed = dataclasses.replace(find_experiment("palindrome"), metrics=metrics, published=(paper,))
    monkeypatch.setitem(catalogue.experiments(), "palindrome", changed)


def test_a_published_figure_stands_below_its_model_and_its_task(tmp_path, in_percent):
    rows = summary_rows(
        read(tmp_path, ("lstm", 0, 0.25), ("lstm", 1, 0.75), ("lstm", 0, 0.5, 9), ("rnn", 0, 1.0))
    )
    assert [(row["model"], row["T"], row["accuracy %"], row["n"]) for row in rows] == [
        ("rnn", "7", "100.0", "1"),
        ("lstm", "7", "50.0 ± 35.4", "2"),
        ("lstm (paper)", "", "50.0 ± 1.0", "7"),
        ("lstm", "9", "50.0", "1"),
    ]


def test_every_metric_has_a_column_and_differences_have_its_unit(tmp_path, in_percent):
    runs = [run(*v) for v in (("lstm", 0, 0.25), ("gcn-2", 0, 0.75))]
    for record, loss in zip(runs, (0.00123456, 0.0034567)):
        record.result["test_loss"] = loss
    results = Results(tmp_path, runs)
    rows = {row["model"]: row["loss"] for row in summary_rows(results)}
    assert (rows["lstm"], rows["gcn-2"]) == ("0.001235", "0.003457")
    (row,) = paired_rows(results.paired("lstm"), results.metric)
    assert row["difference %"] == "+50.0"


@pytest.mark.parametrize(
    ("values", "shown"), [([0.123456], "0.1235"), ([12345.6], "12346"), ([1e-9], "1.000e-09"), ([], "0")]
)
def test_numbers_of_any_size_have_four_digits(values, shown):
    value = values[0] if values else 0.0
    assert f"{value:{form_of(Metric('test_error', 'error', digits=None), values)}}" == shown


def test_headings_are_words():
    assert heading("train.batch_size") == "batch size"
    assert heading("dataset") == "data set"
