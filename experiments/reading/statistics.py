"""Numbers over seeds: summaries by group, intervals, paired differences. Every table and verdict takes them from here.

Interquartile mean and stratified bootstrap as in Agarwal et al., "Deep Reinforcement Learning at the Edge of the
Statistical Precipice" (2021).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from experiments.core.metric import Metric
from experiments.core.naming import nearest
from experiments.reading.frames import (
    LABEL,
    MACHINE,
    ended,
    group_columns,
    setting_columns,
    setting_names,
    sortable,
    told_tasks,
    varying_within_a_model,
)

RESAMPLES = 2000
CONFIDENCE = 0.95


def interquartile_mean(values: Sequence[float] | np.ndarray, axis: int | None = None) -> Any:
    """Mean of the middle half of the values: a quarter of the weight is cut off at either end.

    Args:
        values: One value a run.
        axis: Of an array of several such rows, the axis along which to go; None for a plain list.

    Raises:
        ValueError: There are no values.

    Example:
        >>> interquartile_mean([0.0, 1.0, 1.0, 9.0])
        1.0
    """
    if len(values) == 0:
        raise ValueError("values: there should be at least one")
    array = np.asarray(values, dtype=float)
    return float(stats.trim_mean(array, 0.25)) if axis is None else stats.trim_mean(array, 0.25, axis=axis)


def bootstrap_interval(
    values: Sequence[float] | np.ndarray,
    statistic: Callable[..., Any] = interquartile_mean,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> tuple[float, float]:
    """Percentile bootstrap interval of a statistic over seeds.

    Args:
        values: One value a seed.
        statistic: Of a vector of values. One that takes ``axis`` is called once for all resamples.
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
    if "axis" in inspect.signature(statistic).parameters:
        estimates = statistic(draws, axis=1)
    else:
        estimates = np.apply_along_axis(statistic, 1, draws)
    low, high = np.quantile(estimates, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def summarize(frame: pd.DataFrame, metrics: Sequence[Metric]) -> pd.DataFrame:
    """One row a group of runs that differ in nothing but the seed: figures over seeds.

    Columns: model.name, the task's (length), every other setting that differs in the table; n (runs that ended with a
    value of the first metric), failed, parameters, hidden; mean, std (ddof 1), iqm with its interval and success of the
    first metric, KEY.mean and KEY.std of the others; steps, ms_per_step and seconds (medians).

    Args:
        frame: From ``runs_table``.
        metrics: What the figures are of; the first one judges.
    """
    keys = group_columns(frame)
    rows = []
    for key, group in frame.groupby(keys, sort=False, dropna=False):
        good = ended(group)
        values = good[metrics[0].key].dropna().to_numpy(dtype=float)
        low, high = bootstrap_interval(values)
        border = metrics[0].success
        row = dict(zip(keys, key)) | {
            "n": len(values),
            "failed": int((group["status"] == "failed").sum()),
            "parameters": _median(good["parameters"]),
            "hidden": _median(good["hidden"]),
            **_moments(values, ""),
            "iqm": interquartile_mean(values) if len(values) else np.nan,
            "iqm_low": low,
            "iqm_high": high,
            "success": (values >= border).mean() if len(values) and border is not None else np.nan,
        }
        for metric in metrics[1:]:
            row |= _moments(good[metric.key].dropna().to_numpy(dtype=float), f"{metric.key}.")
        row |= {name: _median(good[c]) for name, c in (("steps", "steps"), ("ms_per_step", "ms_per_step"))}
        rows.append(row | {"seconds": _median(good["seconds_total"])})
    summary = pd.DataFrame(rows).sort_values(keys, kind="stable", ignore_index=True, key=sortable)
    summary.attrs |= {"keys": keys} | {name: frame.attrs[name] for name in ("settings", "tasks", "told")}
    return summary


def _moments(values: np.ndarray, prefix: str) -> dict[str, float]:
    return {
        f"{prefix}mean": values.mean() if len(values) else np.nan,
        f"{prefix}std": values.std(ddof=1) if len(values) > 1 else np.nan,
    }


def _median(values: pd.Series) -> float:
    """NaN without a word where nothing was recorded; pandas 2 warns of an empty slice."""
    return float(pd.to_numeric(values).dropna().median())


def check_metric(frame: pd.DataFrame, metric: str) -> None:
    """Raise a ValueError unless some run has that number among its results; where no run ended, a column."""
    if metric in frame and ended(frame).empty:
        return
    settings = {*setting_names(frame), "format"}
    known = [c for c in frame if c not in settings and "." not in c and _is_number(frame[c])]
    if metric not in known:
        hint = nearest(metric, known)
        raise ValueError(f"metric: no run has a number {metric!r}{hint or '.'} Known: {', '.join(known)}")


def _is_number(column: pd.Series) -> bool:
    numbers = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    return bool(numbers and column.notna().any())


def check_baseline(frame: pd.DataFrame, name: str, argument: str = "baseline") -> None:
    """Raise a ValueError unless there are runs of a model of that name."""
    known = sorted(set(frame[LABEL]))
    if name not in known:
        raise ValueError(
            f"{argument}: no runs of {name!r}{nearest(name, known)}; there are {', '.join(known)}"
        )


def paired_differences(
    frame: pd.DataFrame,
    base: pd.DataFrame,
    metric: str,
    base_metric: str = "",
    *,
    relative: bool = False,
) -> pd.DataFrame:
    """A metric minus that of other runs on the same task and seed, under the same settings.

    A setting that no model was run with two values of is not matched, so that models may each have their own, and
    neither is a treatment, as the edges of a graph, that the runs to compare with have in one way only. A run whose
    partner is not one run but several is left out.

    Args:
        frame: Runs, from ``runs_table``.
        base: Runs to compare with, rows of the same table.
        metric: Column of the results.
        base_metric: Column of the runs to compare with; the same when left out.
        relative: In percent of what it is compared with.

    Returns:
        One row a group (model, task, differing settings): mean difference, its bootstrap interval, how many pairs are
        below zero, and the number of pairs.
    """
    both = pd.concat([frame, base])
    both.attrs = frame.attrs
    tasks, settings = told_tasks(both), setting_columns(both)
    shared = [c for c in settings if not c.startswith("model.")]
    shared = [c for c in shared if c in varying_within_a_model(both, shared)]
    shared = [c for c in shared if base[c].nunique(dropna=False) > 1 or not _is_treatment(c, frame)]
    keys = [*tasks, "seed", *shared]
    base_metric = base_metric or metric
    partners = ended(base).loc[ended(base)[base_metric].notna(), [*keys, base_metric]]
    partners = partners.drop_duplicates(keys, keep=False).rename(columns={base_metric: "_base"})
    runs = ended(frame)
    pairs = runs[runs[metric].notna()].merge(partners, on=keys)
    pairs["_difference"] = pairs[metric].astype(float) - pairs["_base"].astype(float)
    if relative:
        pairs["_difference"] *= 100 / pairs["_base"].astype(float)
    groups = [LABEL, *tasks, *settings]
    rows = []
    for key, group in pairs.groupby(groups, sort=False, dropna=False):
        values = group["_difference"].to_numpy(dtype=float)
        low, high = bootstrap_interval(values, np.mean)
        found = {"difference": values.mean(), "low": low, "high": high, "below": int((values < 0).sum())}
        rows.append(dict(zip(groups, key)) | found | {"n": len(values)})
    result = pd.DataFrame(rows, columns=[*groups, "difference", "low", "high", "below", "n"])
    result = result.sort_values(groups, kind="stable", ignore_index=True, key=sortable)
    result.attrs |= {"keys": groups} | {name: frame.attrs[name] for name in ("settings", "tasks", "told")}
    return result


def _is_treatment(column: str, frame: pd.DataFrame) -> bool:
    """Whether a setting is what is compared: no task, no part of training, and no machine."""
    return not column.startswith("train.") and column not in (*MACHINE, *frame.attrs["tasks"])
