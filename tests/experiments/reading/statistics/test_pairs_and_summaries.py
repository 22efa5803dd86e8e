import math
import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.core.catalogue import find_experiment
from experiments.core.metric import Metric, metric_of
from experiments.reading.frames import group_columns, runs_table, setting_columns, setting_names
from experiments.reading.statistics import summary as summaries
from experiments.reading.statistics.checks import check_baseline, check_metric
from experiments.reading.statistics.pairs import paired_differences
from tests.experiments.runs import ENDED, in_memory, sequence_run


def frame(rows):
    """Runs of one length from (model, seed, accuracy or None for a failure)."""
    table = pd.DataFrame(
        [
            {
                "run": f"{model}{seed}",
                "status": "ok" if accuracy is not None else "failed",
                "model.name": model,
                "length": 5,
                "seed": seed,
                "test_accuracy": accuracy if accuracy is not None else np.nan,
                "parameters": 11,
                "hidden": 3,
                "steps": 7,
                "ms_per_step": 2.0,
                "seconds_total": 1.0,
            }
            for model, seed, accuracy in rows
        ]
    )
    return with_settings(table)


def with_settings(table, *more):
    """The table, told which of its columns are settings."""
    table.attrs |= {
        "settings": ["model.name", "length", "seed", *more],
        "tasks": ["length", *(c for c in more if c.startswith("corpus."))],
        "told": ["length"],
    }
    return table


def summarize(runs, *metrics):
    return summaries.summarize(runs, metrics or find_experiment("palindrome").metrics)


def paired(runs, baseline, metric="test_accuracy", **options):
    is_base = runs["model.name"] == baseline
    return paired_differences(runs[~is_base], runs[is_base], metric_of(metric), **options)


def test_summary_by_hand():
    summary = summarize(frame([("lstm", 0, 1.0), ("lstm", 1, 0.99), ("lstm", 2, 0.5), ("lstm", 3, None)]))
    assert len(summary) == 1
    row = summary.iloc[0]
    assert row["n"] == 3
    assert row["failed"] == 1
    assert row["mean"] == pytest.approx(0.83)
    assert row["std"] == pytest.approx(statistics.stdev([1.0, 0.99, 0.5]))
    assert row["success"] == 2 / 4  # the run that failed has not learned it
    assert row["bimodal"]


def test_the_interval_of_a_mean_ends_where_the_number_ends():
    runs = frame([("lstm", 0, 0.1), ("lstm", 1, 0.4), ("lstm", 2, 0.2), ("lstm", 3, 0.1)])
    free, bound = (
        summarize(runs, Metric("test_accuracy", "a", **ends)) for ends in ({}, {"least": 0, "most": 0.3})
    )
    values = np.array([0.1, 0.4, 0.2, 0.1])
    width = 3.182446 * values.std(ddof=1) / 2  # Student's t, three degrees of freedom
    assert free[["low", "high"]].iloc[0].tolist() == pytest.approx([0.2 - width, 0.2 + width])
    assert free["low"].item() < 0
    assert bound[["low", "high"]].iloc[0].tolist() == [0, 0.3]
    assert free["mean"].item() == bound["mean"].item()


def test_runs_with_other_settings_are_not_mixed():
    runs = frame([("lstm", 0, 1.0), ("lstm", 1, 0.0)])
    runs["train.steps"] = [10, 20]
    with_settings(runs, "train.steps")
    assert summarize(runs)["n"].tolist() == [1, 1]


def test_differences_are_paired_by_seed():
    runs = frame([("lstm", 0, 0.5), ("lstm", 1, 0.9), ("gcn", 0, 0.4), ("gcn", 1, 0.7), ("gcn", 2, 0.0)])
    found = paired(runs, "lstm")
    assert found["model.name"].tolist() == ["gcn"]
    assert found["difference"].tolist() == pytest.approx([-0.15])
    assert found[["below", "n"]].to_numpy().tolist() == [[2, 2]]


def test_a_relative_difference_is_in_percent_of_what_it_is_compared_with():
    runs = frame([("lstm", 0, 0.5), ("lstm", 1, 0.25), ("gcn", 0, 0.75), ("gcn", 1, 0.25)])
    assert paired(runs, "lstm", relative=True)["difference"].tolist() == pytest.approx([25.0])


def test_a_place_that_several_runs_stand_for_has_no_partner():
    runs = frame([("lstm", 0, 0.5), ("lstm", 0, 0.9), ("lstm", 1, 0.5), ("gcn", 0, 0.4), ("gcn", 1, 0.75)])
    assert paired(runs, "lstm")[["difference", "n"]].to_numpy().tolist() == [[0.25, 1]]


def test_reference_must_be_there():
    with pytest.raises(ValueError, match="reference: no runs of 'gat'"):
        check_baseline(frame([("lstm", 0, 0.5)]), "gat", "reference")


def grid(values):
    """Runs from (model, length, learning rate, seed, accuracy)."""
    runs = frame([(model, seed, accuracy) for model, _, _, seed, accuracy in values])
    runs["length"] = [length for _, length, _, _, _ in values]
    runs["train.learning_rate"] = [rate for _, _, rate, _, _ in values]
    return with_settings(runs, "train.learning_rate")


grids = st.lists(
    st.tuples(
        st.sampled_from(["lstm", "gcn-2", "gcn-10"]),
        st.sampled_from([5, 7]),
        st.sampled_from([0.1, 0.01, math.nan]),
        st.integers(0, 4),
        st.integers(0, 20).map(lambda k: k / 20),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda run: (run[0], run[1], str(run[2]), run[3]),
)


@given(grids)
def test_groups_of_a_grid_share_everything_but_the_seed(values):
    groups = {}
    for model, length, rate, _, accuracy in values:
        groups.setdefault((model, length, str(rate)), []).append(accuracy)
    summary = summarize(grid(values))
    told = "train.learning_rate" in summary
    # A step size that each model has in its own way tells no groups apart.
    assert told == (not own_rates(values))
    assert len(summary) == len(groups)
    for _, row in summary.iterrows():
        own = next(str(rate) for model, _, rate, _, _ in values if model == row["model.name"])
        rate = str(row["train.learning_rate"]) if told else own
        accuracies = groups[row["model.name"], row["length"], rate]
        assert row["n"] == len(accuracies)
        assert row["mean"] == pytest.approx(statistics.fmean(accuracies))
        assert row["success"] == pytest.approx(sum(a >= 0.99 for a in accuracies) / len(accuracies))
        if len(accuracies) > 1:
            assert row["std"] == pytest.approx(statistics.stdev(accuracies), abs=1e-12)


def own_rates(values):
    """Whether no model was run with two learning rates."""
    rates = {}
    for model, _, rate, _, _ in values:
        rates.setdefault(model, set()).add(str(rate))
    return all(len(found) == 1 for found in rates.values())


@given(grids)
def test_pairs_of_a_grid_share_task_seed_and_settings(values):
    if "lstm" not in {run[0] for run in values}:
        return
    accuracy = {(m, length, str(rate), seed): a for m, length, rate, seed, a in values}
    expected = {}
    for (model, length, rate, seed), a in accuracy.items():
        partners = [
            b
            for (m, t, r, s), b in accuracy.items()
            if (m, t, s) == ("lstm", length, seed) and (own_rates(values) or r == rate)
        ]
        if model != "lstm" and partners:
            expected.setdefault((model, length, rate), []).append(a - partners[0])
    differences = paired(grid(values), "lstm")
    several = "train.learning_rate" in differences
    found = {
        (row["model.name"], row["length"]) + ((str(row["train.learning_rate"]),) if several else ()): row
        for _, row in differences.iterrows()
    }
    assert set(found) == {key if several else key[:2] for key in expected}
    for key, differences in expected.items():
        row = found[key if several else key[:2]]
        assert row["n"] == len(differences)
        assert row["difference"] == pytest.approx(statistics.fmean(differences), abs=1e-12)


def test_models_may_each_have_a_setting_of_their_own():
    runs = grid([("lstm", 5, 0.1, 0, 0.5), ("gcn", 5, 0.2, 0, 0.75)])
    assert paired(runs, "lstm")[["model.name", "difference", "n"]].to_numpy().tolist() == [["gcn", 0.25, 1]]


def test_a_field_of_models_counts_only_where_models_of_one_name_differ_in_it():
    runs = frame([("lstm", 0, 1.0), ("gcn", 0, 1.0)])
    runs["model.layers"] = [1, 4]
    with_settings(runs, "model.layers")
    assert setting_columns(runs) == []
    runs = frame([("gcn", 0, 1.0), ("gcn", 0, 0.5)])
    runs["model.heads"] = [1, 8]
    with_settings(runs, "model.heads")
    assert setting_columns(runs) == ["model.heads"]
    assert summarize(runs)["mean"].tolist() == [1.0, 0.5]


def test_settings_of_recorded_runs_are_told_from_results():
    table = runs_table([in_memory(sequence_run("lstm", steps=9), **ENDED, test_accuracy=0.5)])
    names = setting_names(table)
    assert {"length", "train.steps", "model.name", "seed"} <= set(names)
    assert not {"steps", "parameters", "test_accuracy", "status", "run"} & set(names)


def test_a_baseline_that_is_not_there_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match="baseline: no runs of 'lstn', did you mean lstm"):
        check_baseline(frame([("lstm", 0, 0.5)]), "lstn")


def test_a_constant_of_the_task_is_no_column_and_one_that_differs_is():
    runs = frame([("lstm", 0, 1.0), ("lstm", 1, 0.5)])
    runs["corpus.name"] = ["tales", "tales"]
    runs["deterministic"] = [False, True]
    with_settings(runs, "corpus.name", "deterministic")
    assert group_columns(runs) == ["model.name", "length", "deterministic"]
    runs["corpus.name"] = ["tales", "prose"]
    assert group_columns(runs) == ["model.name", "length", "corpus.name", "deterministic"]


def test_a_metric_is_a_number_that_some_run_has():
    runs = frame([("lstm", 0, 0.5)]).assign(test_loss=np.nan, stopped="budget")
    check_metric(runs, "test_accuracy")
    for name in ("test_loss", "stopped", "seed", "nothing"):
        with pytest.raises(ValueError, match="metric: no run has a number"):
            check_metric(runs, name)
    failures = frame([("lstm", 0, None)])
    check_metric(failures, "test_accuracy")
    with pytest.raises(ValueError, match="metric: no run has a number"):
        check_metric(failures, "nothing")


def test_summary_and_pairs_of_another_metric():
    runs = frame([("lstm", 0, 1.0), ("lstm", 1, 1.0), ("gcn", 0, 1.0), ("gcn", 1, 1.0)])
    runs["test_loss"] = [0.5, 0.25, 1.0, np.nan]
    summary = summarize(runs, Metric("test_loss", "loss", lower_is_better=True)).set_index("model.name")
    assert summary.loc["lstm", "mean"] == 0.375
    assert summary["n"].to_dict() == {"lstm": 2, "gcn": 1}
    assert summary["success"].isna().all()
    assert paired(runs, "lstm", "test_loss")[["difference", "n"]].to_numpy().tolist() == [[0.5, 1]]
