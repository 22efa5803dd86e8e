"""Numbers over seeds: summaries by group, bootstrap intervals, paired differences.

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

from experiments.core.naming import nearest
from experiments.records.records import MEASURES, RunRecord, flat_row, flat_settings

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
METRIC = "test_accuracy"
RESAMPLES = 2000
CONFIDENCE = 0.95
# How a task is attempted, and on what; all other settings say what the task is.
_TREATMENT = ("train.", "model.", "keep.")
_MACHINE = ("device", "threads", "deterministic")
_TOLD = ("length", "dataset")
_USUAL_SETTINGS = ("experiment", *_TOLD, "seed", *_MACHINE)


def runs_table(runs: Sequence[RunRecord]) -> pd.DataFrame:
    """One row a run, settings and results as columns; failed and unfinished runs are rows too.

    The names of the columns that are settings stand in ``frame.attrs["settings"]``.
    """
    frame = pd.DataFrame([flat_row(run) for run in runs])
    absent = [column for column in RESULT_COLUMNS if column not in frame]  # of a table of failures alone
    frame = frame.assign(**dict.fromkeys(absent, np.nan))
    kinds = {(type(run.settings), type(getattr(run.settings, "model", None))): run for run in runs}
    settings = dict.fromkeys(name for run in kinds.values() for name in flat_settings(run))
    for name in settings:
        if frame[name].map(type).eq(list).any():
            frame[name] = frame[name].map(lambda value: tuple(value) if isinstance(value, list) else value)
    frame.attrs["settings"] = list(settings)
    return frame


def setting_names(frame: pd.DataFrame) -> list[str]:
    """Columns that are settings of a run; of a table made by hand, those with a setting's usual name."""
    usual = [c for c in frame if c.startswith(("train.", "model.")) or c in _USUAL_SETTINGS]
    return [c for c in frame.attrs.get("settings", usual) if c in frame]


def task_columns(frame: pd.DataFrame) -> list[str]:
    """Settings that say what was to be learned (length, data set, corpus): never averaged across, nor compared."""
    no_task = ("experiment", "seed", *_MACHINE)
    return [c for c in setting_names(frame) if c not in no_task and not c.startswith(_TREATMENT)]


def told_tasks(frame: pd.DataFrame) -> list[str]:
    """Those of them that a table names: length and data set always, any other where it differs."""
    return [c for c in task_columns(frame) if c in _TOLD or frame[c].nunique(dropna=False) > 1]


def setting_columns(frame: pd.DataFrame) -> list[str]:
    """Settings, beside model, task and seed, that differ between runs, so that groups are told apart by them.

    A field of a model counts only where models of one name differ in it.
    """
    skipped = {"experiment", "seed", "model.name", *task_columns(frame)}
    candidates = [c for c in setting_names(frame) if c not in skipped]
    varying = {c for c in candidates if frame[c].nunique(dropna=False) > 1}
    fields = [c for c in varying if c.startswith("model.")]
    within = varying_within_a_model(frame, fields)
    return [c for c in candidates if c in varying and (c in within or not c.startswith("model."))]


def varying_within_a_model(frame: pd.DataFrame, columns: Sequence[str]) -> set[str]:
    """Those of the columns that take more than one value among the runs of one model."""
    if not columns:
        return set()
    counts = frame.groupby("model.name")[list(columns)].nunique(dropna=False)
    return {c for c in columns if (counts[c] > 1).any()}


def group_columns(frame: pd.DataFrame) -> list[str]:
    """What a group of runs shares: everything but the seed, as far as it differs in this table."""
    return ["model.name", *told_tasks(frame), *setting_columns(frame)]


def usual_metric(frame: pd.DataFrame) -> str:
    """What the runs of a table are judged by: the first of ``MEASURES`` that some run has.

    Args:
        frame: From ``runs_table``.
    """
    found = (name for name in MEASURES if name in frame and frame[name].notna().any())
    return next(found, METRIC)


def check_metric(frame: pd.DataFrame, metric: str) -> None:
    """Raise a ValueError unless some run has that number among its results; where no run ended, a column."""
    if metric in frame and not (frame["status"] == "ok").any():
        return
    settings = {*setting_names(frame), "format"}
    known = [c for c in frame if c not in settings and "." not in c and _is_number(frame[c])]
    if metric not in known:
        hint = nearest(metric, known)
        raise ValueError(f"metric: no run has a number {metric!r}{hint or '.'} Known: {', '.join(known)}")


def _is_number(column: pd.Series) -> bool:
    numbers = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    return bool(numbers and column.notna().any())


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


def summarize(frame: pd.DataFrame, metric: str = METRIC) -> pd.DataFrame:
    """One row a group of runs that differ in nothing but the seed: figures over seeds.

    Columns: model.name, the task's (length), every other setting that differs in the table; n (runs that ended with
    a value), failed, parameters, mean, std (ddof 1), iqm with its interval, success (share of runs with a test
    accuracy of at least ``SUCCESS``), ms_per_step and seconds (medians).

    Args:
        frame: From ``runs_table``.
        metric: Column of the results that mean, std and iqm are of; success is of the test accuracy alone.
    """
    keys = group_columns(frame)
    rows = []
    for key, group in frame.groupby(keys, sort=False, dropna=False):
        ended = group[group["status"] == "ok"]
        values = ended[metric].dropna().to_numpy(dtype=float)
        low, high = bootstrap_interval(values)
        rows.append(
            dict(zip(keys, key))
            | {
                "n": len(values),
                "failed": int((group["status"] == "failed").sum()),
                "parameters": _median(ended["parameters"]),
                "hidden": _median(ended["hidden"]),
                "mean": values.mean() if len(values) else np.nan,
                "std": values.std(ddof=1) if len(values) > 1 else np.nan,
                "iqm": interquartile_mean(values) if len(values) else np.nan,
                "iqm_low": low,
                "iqm_high": high,
                "success": (values >= SUCCESS).mean() if len(values) and metric == METRIC else np.nan,
                "steps": _median(ended["steps"]),
                "ms_per_step": _median(ended["ms_per_step"]),
                "seconds": _median(ended["seconds_total"]),
            }
        )
    summary = pd.DataFrame(rows).sort_values(keys, kind="stable", ignore_index=True, key=_sortable)
    summary.attrs["settings"] = keys
    return summary


def _median(values: pd.Series) -> float:
    """NaN without a word where nothing was recorded; pandas 2 warns of an empty slice."""
    return float(values.dropna().median())


def _sortable(column: pd.Series) -> pd.Series:
    """Numbers by size, anything else, and a mixture, as text."""
    return column if pd.api.types.is_numeric_dtype(column) else column.astype(str)


def check_baseline(frame: pd.DataFrame, name: str, argument: str = "baseline") -> None:
    """Raise a ValueError unless there are runs of a model of that name."""
    known = sorted(set(frame["model.name"]))
    if name not in known:
        raise ValueError(
            f"{argument}: no runs of {name!r}{nearest(name, known)}; there are {', '.join(known)}"
        )


def paired_differences(frame: pd.DataFrame, reference: str, metric: str = METRIC) -> pd.DataFrame:
    """Test accuracy (or another metric) minus the reference model's on the same task and seed, under the same settings.

    A setting that no model was run with two values of is not matched, so that models may each have their own.
    A run whose partner is not one run but several is left out.

    Args:
        frame: From ``runs_table``.
        reference: Label of the model to compare with.
        metric: Column of the results.

    Returns:
        One row a group (model, task, differing settings): mean difference, its bootstrap interval, and the number
        of pairs.

    Raises:
        ValueError: The reference is not among the models.
    """
    check_baseline(frame, reference, "reference")
    tasks, settings = told_tasks(frame), setting_columns(frame)
    shared = [c for c in settings if not c.startswith("model.")]
    keys = [*tasks, "seed", *(c for c in shared if c in varying_within_a_model(frame, shared))]
    ended = frame[(frame["status"] == "ok") & frame[metric].notna()]
    base = ended.loc[ended["model.name"] == reference, [*keys, metric]]
    base = base.drop_duplicates(keys, keep=False)
    pairs = ended[ended["model.name"] != reference].merge(base, on=keys, suffixes=("", "_reference"))
    pairs["difference"] = pairs[metric] - pairs[f"{metric}_reference"]
    groups = ["model.name", *tasks, *settings]
    rows = []
    for key, group in pairs.groupby(groups, sort=False, dropna=False):
        values = group["difference"].to_numpy(dtype=float)
        low, high = bootstrap_interval(values, np.mean)
        rows.append(
            dict(zip(["model", *groups[1:]], key))
            | {"difference": values.mean(), "low": low, "high": high, "n": len(values)}
        )
    columns = ["model", *tasks, *settings, "difference", "low", "high", "n"]
    return pd.DataFrame(rows, columns=columns).sort_values(
        ["model", *tasks, *settings], kind="stable", ignore_index=True, key=_sortable
    )
