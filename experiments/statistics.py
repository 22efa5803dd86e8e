"""Numbers over seeds: summaries by group, bootstrap intervals, paired differences.

Interquartile mean and stratified bootstrap as in Agarwal et al., "Deep Reinforcement Learning at the Edge of the
Statistical Precipice" (2021).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from experiments.records import RunRecord, flat_row

SUCCESS = 0.99  # a run that answers this share of unseen examples has learned the task
RESULT_COLUMNS = (
    "reason",
    "test_accuracy",
    "steps",
    "selected_step",
    "stopped",
    "parameters",
    "hidden",
    "ms_per_step",
    "seconds_total",
    "chance",
    "hops",
    "in_reach",
    "answer_share",
    "disjoint",
)
RESAMPLES = 2000
CONFIDENCE = 0.95


def runs_table(runs: Sequence[RunRecord]) -> pd.DataFrame:
    """One row a run, settings and results as columns; failed and unfinished runs are rows too."""
    frame = pd.DataFrame([flat_row(run) for run in runs])
    absent = [column for column in RESULT_COLUMNS if column not in frame]  # of a table of failures alone
    return frame.assign(**dict.fromkeys(absent, np.nan))


def setting_columns(frame: pd.DataFrame) -> list[str]:
    """Training and device settings that differ between runs, so that groups have to be told apart by them."""
    candidates = [c for c in frame.columns if c.startswith("train.")] + ["device", "threads"]
    return [c for c in candidates if c in frame and frame[c].nunique(dropna=False) > 1]


def interquartile_mean(values: Sequence[float] | np.ndarray) -> float:
    """Mean of the middle half of the values: a quarter of the weight is cut off at either end.

    Raises:
        ValueError: There are no values.

    Example:
        >>> interquartile_mean([0.0, 1.0, 1.0, 9.0])
        1.0
    """
    if len(values) == 0:
        raise ValueError("values: there should be at least one")
    return float(stats.trim_mean(np.asarray(values, dtype=float), 0.25))


def bootstrap_interval(
    values: Sequence[float] | np.ndarray,
    statistic: Callable[[np.ndarray], float] = interquartile_mean,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> tuple[float, float]:
    """Percentile bootstrap interval of a statistic over seeds.

    Args:
        values: One value a seed.
        statistic: Of a vector of values.
        seed: Fixes the resamples.
        resamples: How many.
        confidence: Share of resamples inside the interval, in 0..1.

    Returns:
        Lower and upper end; NaN for fewer than two values, which say nothing about spread.
    """
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        return (float("nan"), float("nan"))
    rng = np.random.default_rng(seed)
    draws = values[rng.integers(len(values), size=(resamples, len(values)))]
    estimates = np.apply_along_axis(statistic, 1, draws)
    low, high = np.quantile(estimates, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def summarize(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a (model, length) and whatever other setting differs: figures over seeds.

    Columns: n (runs that ended), failed, parameters, mean, std (ddof 1), iqm with its interval, success (share of
    runs with a test accuracy of at least ``SUCCESS``), ms_per_step and seconds (medians).
    """
    keys = ["model.name", "length", *setting_columns(frame)]
    rows = []
    for key, group in frame.groupby(keys, sort=False, dropna=False):
        ended = group[group["status"] == "ok"]
        accuracy = ended["test_accuracy"].to_numpy(dtype=float)
        low, high = bootstrap_interval(accuracy)
        rows.append(
            dict(zip(keys, key))
            | {
                "n": len(ended),
                "failed": int((group["status"] == "failed").sum()),
                "parameters": ended["parameters"].median(),
                "hidden": ended["hidden"].median(),
                "mean": accuracy.mean() if len(accuracy) else np.nan,
                "std": accuracy.std(ddof=1) if len(accuracy) > 1 else np.nan,
                "iqm": interquartile_mean(accuracy) if len(accuracy) else np.nan,
                "iqm_low": low,
                "iqm_high": high,
                "success": (accuracy >= SUCCESS).mean() if len(accuracy) else np.nan,
                "steps": ended["steps"].median(),
                "ms_per_step": ended["ms_per_step"].median(),
                "seconds": ended["seconds_total"].median(),
            }
        )
    return pd.DataFrame(rows).sort_values(["model.name", "length"], kind="stable", ignore_index=True)


def paired_differences(frame: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Test accuracy minus the reference model's on the same length, seed and settings.

    Args:
        frame: From ``runs_table``.
        reference: Label of the model to compare with.

    Returns:
        One row a (model, length): mean difference, its bootstrap interval, and the number of pairs.

    Raises:
        ValueError: The reference is not among the models.
    """
    if reference not in set(frame["model.name"]):
        known = ", ".join(sorted(set(frame["model.name"])))
        raise ValueError(f"reference: no runs of {reference!r}; there are {known}")
    keys = ["length", "seed", *setting_columns(frame)]
    ended = frame[frame["status"] == "ok"]
    base = ended[ended["model.name"] == reference][[*keys, "test_accuracy"]]
    pairs = ended[ended["model.name"] != reference].merge(base, on=keys, suffixes=("", "_reference"))
    pairs["difference"] = pairs["test_accuracy"] - pairs["test_accuracy_reference"]
    rows = []
    for (model, length), group in pairs.groupby(["model.name", "length"], sort=False):
        values = group["difference"].to_numpy(dtype=float)
        low, high = bootstrap_interval(values, np.mean)
        rows.append(
            {
                "model": model,
                "length": length,
                "difference": values.mean(),
                "low": low,
                "high": high,
                "n": len(values),
            }
        )
    return pd.DataFrame(rows, columns=["model", "length", "difference", "low", "high", "n"]).sort_values(
        ["model", "length"], kind="stable", ignore_index=True
    )
