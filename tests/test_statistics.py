import math
import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.statistics import bootstrap_interval, interquartile_mean, paired_differences, summarize

scores = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def frame(rows):
    """Runs of one length from (model, seed, accuracy or None for a failure)."""
    return pd.DataFrame(
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


@given(scores)
def test_interquartile_mean_drops_a_quarter_at_each_end(values):
    cut = len(values) // 4
    kept = sorted(values)[cut : len(values) - cut]
    assert interquartile_mean(values) == pytest.approx(statistics.fmean(kept), abs=1e-12)


def test_interquartile_mean_of_nothing_is_refused():
    with pytest.raises(ValueError, match="values"):
        interquartile_mean([])


@given(st.lists(st.floats(0, 1), min_size=2, max_size=12))
def test_interval_lies_between_the_extremes_and_is_ordered(values):
    low, high = bootstrap_interval(values, np.mean, resamples=200)
    assert min(values) - 1e-12 <= low <= high <= max(values) + 1e-12


def test_interval_honours_its_seed():
    values = np.random.default_rng(0).random(10)
    assert bootstrap_interval(values, seed=1) == bootstrap_interval(values, seed=1)
    assert bootstrap_interval(values, seed=1) != bootstrap_interval(values, seed=2)


def test_interval_of_the_mean_agrees_with_the_normal_approximation():
    # 400 values: the bootstrap's half width is 1.96 s / sqrt(n) up to about 1 / sqrt(2 * resamples) = 1.6 %.
    values = np.random.default_rng(3).normal(size=400)
    low, high = bootstrap_interval(values, np.mean)
    expected = 2 * 1.96 * values.std(ddof=1) / math.sqrt(400)
    assert high - low == pytest.approx(expected, rel=0.1)


def test_one_value_has_no_interval():
    assert all(math.isnan(end) for end in bootstrap_interval([0.5]))


def test_summary_by_hand():
    summary = summarize(frame([("lstm", 0, 1.0), ("lstm", 1, 0.99), ("lstm", 2, 0.5), ("lstm", 3, None)]))
    assert len(summary) == 1
    row = summary.iloc[0]
    assert row["n"] == 3
    assert row["failed"] == 1
    assert row["mean"] == pytest.approx(0.83)
    assert row["std"] == pytest.approx(statistics.stdev([1.0, 0.99, 0.5]))
    assert row["success"] == pytest.approx(2 / 3)


def test_runs_with_other_settings_are_not_mixed():
    runs = frame([("lstm", 0, 1.0), ("lstm", 1, 0.0)])
    runs["train.steps"] = [10, 20]
    assert summarize(runs)["n"].tolist() == [1, 1]


def test_differences_are_paired_by_seed():
    runs = frame([("lstm", 0, 0.5), ("lstm", 1, 0.9), ("gcn", 0, 0.4), ("gcn", 1, 0.7), ("gcn", 2, 0.0)])
    paired = paired_differences(runs, "lstm")
    assert paired["model"].tolist() == ["gcn"]
    assert paired["difference"].tolist() == pytest.approx([-0.15])
    assert paired["n"].tolist() == [2]


def test_reference_must_be_there():
    with pytest.raises(ValueError, match="reference: no runs of 'gat'"):
        paired_differences(frame([("lstm", 0, 0.5)]), "gat")
