import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.core import catalogue
from experiments.core.catalogue import find_experiment
from experiments.core.metric import Metric
from experiments.reading import explorer as module
from experiments.reading.explorer import explorer, thin
from experiments.reading.results import Results
from tests.experiments.runs import in_memory, sequence_run


def record(seed, accuracy, *, label="lstm", commit="a1", **train):
    result = {
        "status": "ok",
        "reason": "",
        "test_accuracy": accuracy,
        "steps": 7,
        "parameters": 11,
        "environment": {"commit": commit, "device": "cpu"},
    }
    return in_memory(sequence_run(label, seed=seed, **train), **result)


def curve(points, value=0.123456789):
    return pd.DataFrame({"step": np.arange(1, points + 1), "validation_accuracy": value, "train_loss": 2.0})


def made_of(runs, curves, frame=None, folder="results"):
    """The explorer of runs whose curves stand nowhere on disk."""
    results = Results(Path(folder), runs)
    results.__dict__["curves"] = curves
    if frame is not None:
        results.__dict__["frame"] = frame
    return explorer(results)


def content(runs, curves):
    made = made_of(runs, curves)
    return json.loads(made["data"]), json.loads(made["curves"]), made["note"]


def test_rows_hold_what_the_records_say():
    data, _, _ = content([record(0, 0.25, learning_rate=0.01), record(3, 0.5, label="gcn-2")], {})
    keys = [column["key"] for column in data["columns"]]
    rows = [dict(zip(keys, row)) for row in data["rows"]]
    assert [(r["model"], r["length"], r["seed"], r["test_accuracy"]) for r in rows] == [
        ("lstm", 5, 0, 0.25),
        ("gcn-2", 5, 3, 0.5),
    ]
    assert [row["train.learning_rate"] for row in rows] == [0.01, 0.003]


def test_settings_and_environment_of_each_run_are_whole():
    runs = [record(0, 0.1), record(1, 0.2, learning_rate=0.5), record(2, 0.3, commit="b2")]
    data, _, _ = content(runs, {})
    for i, run in enumerate(runs):
        settings = data["settings"]["shared"] | data["settings"]["sets"][data["settings"]["index"][i]]
        assert settings["train.learning_rate"] == run.settings.train.learning_rate
        assert settings["model.cell"] == "lstm"
        environment = (
            data["environment"]["shared"] | data["environment"]["sets"][data["environment"]["index"][i]]
        )
        assert environment == run.result["environment"]


def test_nothing_in_the_data_can_end_its_script_element():
    run = record(0, 0.5)
    run.result.update(status="failed", reason="</script><script>alert(1)</script><!--")
    made = made_of([run], {}, folder="</script>")
    assert "<" not in made["data"]
    keys = [column["key"] for column in json.loads(made["data"])["columns"]]
    assert json.loads(made["data"])["rows"][0][keys.index("reason")] == run.result["reason"]


def test_a_table_of_numbers_that_json_has_not():
    run = record(0, math.inf)
    data, curves, _ = content([run], {run.path.name: curve(2, math.nan)})
    assert "inf" in data["rows"][0]
    assert curves["runs"][0][1] == [None, None]


def test_curves_follow_the_order_of_the_rows_and_share_their_steps():
    runs = [record(seed, 0.5) for seed in range(3)]
    _, curves, note = content(runs, {runs[2].path.name: curve(3), runs[0].path.name: curve(3, 0.5)})
    assert curves["metrics"] == ["validation_accuracy", "train_loss"]
    assert curves["steps"] == [[1, 2, 3]]
    assert curves["runs"] == [[0, [0.5] * 3, [2] * 3], None, [0, [0.1235] * 3, [2] * 3]]
    assert "all their points" in note


def test_long_curves_are_thinned_and_the_page_says_so(monkeypatch):
    monkeypatch.setattr(module, "VALUES", 100)
    runs = [record(seed, 0.5) for seed in range(2)]
    _, curves, note = content(runs, {run.path.name: curve(97) for run in runs})
    (steps,) = curves["steps"]
    assert len(steps) == 25
    assert (steps[0], steps[-1]) == (1, 97)
    assert "thinned to at most 25 points" in note


@given(st.integers(1, 300), st.integers(2, 60))
def test_thinning_keeps_both_ends_and_repeats_nothing(length, most):
    kept = thin(length, most).tolist()
    assert kept[0] == 0
    assert kept[-1] == length - 1
    assert kept == sorted(set(kept))
    assert len(kept) == min(length, most)


def test_no_curves_at_all():
    data, curves, _ = content([record(0, 0.5)], {})
    assert curves["runs"] == [None]
    assert len(data["rows"]) == 1


@pytest.mark.parametrize("count", [1, 5])
def test_columns_are_marked_as_text_or_numbers(count):
    data, _, _ = content([record(seed, 0.5) for seed in range(count)], {})
    kinds = {column["key"]: column["text"] for column in data["columns"]}
    assert kinds["run"]
    assert kinds["status"]
    assert not kinds["test_accuracy"]
    assert not kinds["seed"]


def made_table(**columns):
    """The table of three runs that ended, with these results or settings."""
    frame = Results(Path("results"), [record(seed, 0.5) for seed in range(3)]).frame
    frame = frame.assign(**columns)
    corpus = [c for c in columns if c.startswith("corpus.")]
    frame.attrs |= {name: [*frame.attrs[name], *corpus] for name in ("settings", "tasks")}
    return frame


def labels(frame=None, runs=None):
    runs = runs or [record(seed, 0.5) for seed in range(3)]
    data = json.loads(made_of(runs, {}, frame)["data"])
    return [column["label"] for column in data["columns"]], data


@pytest.fixture
def judged_by(monkeypatch):
    """A function that has palindromes judged by another metric, in steps of another name."""

    def judged_by(*metrics, step="step"):
        changed = dataclasses.replace(find_experiment("palindrome"), metrics=metrics, step=step)
        monkeypatch.setitem(catalogue.experiments(), "palindrome", changed)

    return judged_by


ERROR = Metric("test_error", "error", lower_is_better=True, digits=None)
BITS = Metric("test_bits", "bits", lower_is_better=True)


def test_what_no_run_has_is_no_column():
    shown, data = labels(made_table(test_accuracy=math.nan))
    assert "test accuracy" not in shown
    assert "reason" not in shown  # all of them ended well
    assert data["measure"] is None


@pytest.mark.parametrize("metric", [ERROR, BITS])
def test_runs_are_judged_by_what_the_experiment_says(metric, judged_by):
    judged_by(metric)
    assert labels(made_table(**{metric.key: 2.0}))[1]["measure"] == metric.key


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_errors_are_shown_to_five_digits_in_any_unit(scale, judged_by):
    judged_by(ERROR)
    _, data = labels(made_table(test_error=np.array([1.23456789, 2.3456789, 3.456789]) * scale))
    (column,) = (c for c in data["columns"] if c["key"] == "test_error")
    shown = f"{1.23456789 * scale:.{column['digits']}f}"
    assert float(shown) == pytest.approx(1.23456789 * scale, rel=1e-4)
    assert len(shown) <= 12


def test_steps_are_called_what_they_are(judged_by):
    judged_by(ERROR, step="epoch")
    shown, data = labels(made_table(ms_per_step=1.5, selected_step=4))
    assert {"epochs", "selected epoch", "ms/epoch"} < set(shown)
    assert data["step"] == "epoch"


def test_a_setting_does_not_take_the_name_of_a_result():
    shown, _ = labels(runs=[record(0, 0.5, steps=10), record(1, 0.5, steps=30)])
    assert shown.count("steps") == 1
    assert shown.index("most steps") < shown.index("status")


def test_what_each_model_has_in_its_own_way_comes_after_the_results():
    shown, _ = labels(runs=[record(0, 0.5, steps=10), record(0, 0.5, label="rnn", steps=30)])
    assert shown.index("most steps") > shown.index("test accuracy")


def test_a_version_is_told_where_nothing_else_tells_it():
    versions = {"corpus.text": [("x", "y"), ("x", "y"), ("z",)], "corpus.sha256": ["a", "a", "b"]}
    shown, data = labels(made_table(**versions))
    assert "text" in shown
    assert "sha256" not in shown
    place = shown.index("text")
    assert [row[place] for row in data["rows"]] == ["x, y", "x, y", "z"]
    shown, _ = labels(made_table(**{"corpus.sha256": ["a", "a", "b"]}))
    assert "sha256" in shown


def test_the_metrics_of_the_experiment_are_the_first_curves(judged_by):
    judged_by(BITS, ERROR)
    run = record(0, 0.5)
    table = curve(3).assign(validation_bits=1.0, validation_error=2.0)
    _, curves, _ = content([run], {run.path.name: table})
    assert curves["metrics"] == ["validation_bits", "validation_error", "validation_accuracy", "train_loss"]
