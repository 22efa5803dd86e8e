"""Summaries of a table of runs: one row per group of runs that differ in nothing but the seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from experiments.core.metric import Metric
from experiments.reading.frames import ended, group_columns, sortable
from experiments.reading.statistics.intervals import (
    interquartile_interval,
    interquartile_mean,
    paired_t,
    success_interval,
)
from experiments.reading.statistics.successes import is_bimodal


def summarize(frame: pd.DataFrame, metrics: Sequence[Metric]) -> pd.DataFrame:
    """One row per group of runs that differ in nothing but the seed: figures over seeds.

    Columns: model.name, the task's (length), every other setting that differs in the table; n (runs that ended with a
    value of the first metric), failed, parameters, hidden. Of the first metric: mean, std (ddof 1), low and high
    (Student's 95 % interval of the mean, cut where the metric ends), iqm with iqm_low and iqm_high (from four runs),
    bimodal (whether some runs learned the task and others are far from it), and where it has a border of success, the
    share of all runs that reached it, failed ones too, as success with Wilson's success_low and success_high. KEY.mean
    and KEY.std of the other metrics; steps, ms_per_step and seconds (medians).

    Args:
        frame: From ``runs_table``.
        metrics: What the figures are of; the first one judges.
    """
    keys = group_columns(frame)
    rows = []
    for key, group in frame.groupby(keys, sort=False, dropna=False):
        good = ended(group)
        values = good[metrics[0].key].dropna().to_numpy(dtype=float)
        failed = int((group["status"] == "failed").sum())
        row = dict(zip(keys, key)) | {
            "n": len(values),
            "failed": failed,
            "parameters": _median(good["parameters"]),
            "hidden": _median(good["hidden"]),
            **_moments(values, ""),
            **_intervals(values, failed, metrics[0]),
        }
        for metric in metrics[1:]:
            row |= _moments(good[metric.key].dropna().to_numpy(dtype=float), f"{metric.key}.")
        row |= {name: _median(good[c]) for name, c in (("steps", "steps"), ("ms_per_step", "ms_per_step"))}
        rows.append(row | {"seconds": _median(good["seconds_total"])})
    summary = pd.DataFrame(rows).sort_values(keys, kind="stable", ignore_index=True, key=sortable)
    summary.attrs |= {"keys": keys} | {name: frame.attrs[name] for name in ("settings", "tasks", "told")}
    return summary


def runs_of_groups(frame: pd.DataFrame) -> list[list[int]]:
    """Of each row of ``summarize``, the places of its runs in the table."""
    keys = group_columns(frame)
    counted = frame[keys].reset_index(drop=True)
    counted["_place"] = range(len(counted))
    groups = [
        (key, group["_place"].tolist()) for key, group in counted.groupby(keys, sort=False, dropna=False)
    ]
    table = pd.DataFrame([dict(zip(keys, key)) | {"_place": place} for place, (key, _) in enumerate(groups)])
    table = table.sort_values(keys, kind="stable", key=sortable)
    return [groups[place][1] for place in table["_place"]]


def _moments(values: np.ndarray, prefix: str) -> dict[str, float]:
    return {
        f"{prefix}mean": values.mean() if len(values) else np.nan,
        f"{prefix}std": values.std(ddof=1) if len(values) > 1 else np.nan,
    }


def _intervals(values: np.ndarray, failed: int, metric: Metric) -> dict[str, float | bool]:
    """Intervals of mean, interquartile mean and success rate; a run that failed has no success."""
    border = metric.success
    low, high = _cut(paired_t(values).interval, metric)
    iqm_low, iqm_high = _cut(interquartile_interval(values), metric)
    runs = len(values) + failed
    hits = int((values >= border).sum()) if border is not None else 0
    success_low, success_high = success_interval(hits, runs if border is not None else 0)
    return {
        "low": low,
        "high": high,
        "iqm": interquartile_mean(values),
        "iqm_low": iqm_low,
        "iqm_high": iqm_high,
        "bimodal": is_bimodal(np.append(values, [np.nan] * failed), border),
        "success": hits / runs if border is not None and runs else np.nan,
        "success_low": success_low,
        "success_high": success_high,
    }


def _cut(interval: tuple[float, float], metric: Metric) -> np.ndarray:
    """The part of an interval in which a mean can be: it holds the mean as often as the whole does."""
    least, most = (
        -np.inf if metric.least is None else metric.least,
        np.inf if metric.most is None else metric.most,
    )
    return np.clip(interval, least, most)


def _median(values: pd.Series) -> float:
    """NaN without a word where nothing was recorded; pandas 2 warns of an empty slice."""
    return float(pd.to_numeric(values).dropna().median())
