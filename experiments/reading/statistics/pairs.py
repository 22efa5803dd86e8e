"""Runs of two models on the same task and seed, under the same settings: their differences."""

from __future__ import annotations

import pandas as pd

from experiments.core.metric import Metric
from experiments.reading.frames import (
    LABEL,
    MACHINE,
    PROTOCOL,
    setting_columns,
    sortable,
    told_tasks,
    varying_within_a_model,
)
from experiments.reading.statistics.contrast import COLUMNS, contrast, resolution


def paired_differences(
    frame: pd.DataFrame,
    base: pd.DataFrame,
    metric: Metric,
    base_key: str = "",
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
        metric: A number of the results.
        base_key: Key of the number of the runs to compare with; the same when left out.
        relative: In percent of what it is compared with.

    Returns:
        One row per group (model, task, differing settings), with the columns of ``contrast``.
    """
    both = pd.concat([frame, base])
    both.attrs = frame.attrs
    tasks, settings = told_tasks(both), setting_columns(both)
    shared = [c for c in settings if not c.startswith("model.")]
    shared = [c for c in shared if c in varying_within_a_model(both, shared)]
    shared = [c for c in shared if base[c].nunique(dropna=False) > 1 or not _is_treatment(c, frame)]
    keys = [*tasks, "seed", *shared]
    partners = scored(base, base_key or metric.key)[[*keys, "_score"]]
    partners = partners.drop_duplicates(keys, keep=False).rename(columns={"_score": "_base"})
    pairs = scored(frame, metric.key).merge(partners, on=keys)
    # A pair of which both failed says nothing of the difference.
    pairs = pairs[pairs["_score"].notna() | pairs["_base"].notna()]
    groups = [LABEL, *tasks, *settings]
    floor = 0.0 if relative else resolution(both, metric.key)
    rows = []
    for key, group in pairs.groupby(groups, sort=False, dropna=False):
        scores, bases = (group[name].to_numpy(dtype=float) for name in ("_score", "_base"))
        found = contrast(scores, bases, metric, paired=True, relative=relative, floor=floor)
        if found["n"]:
            rows.append(dict(zip(groups, key)) | found)
    result = pd.DataFrame(rows, columns=[*groups, *COLUMNS])
    result = result.sort_values(groups, kind="stable", ignore_index=True, key=sortable)
    result.attrs |= {"keys": groups} | {name: frame.attrs[name] for name in ("settings", "tasks", "told")}
    return result


def scored(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Runs that ended with that number, and those that failed; their ``_score``, which is NaN for a failure."""
    score = frame[key].astype(float).where(frame["status"] == "ok")
    chosen = score.notna() | (frame["status"] == "failed")
    return frame.assign(_score=score)[chosen]


def _is_treatment(column: str, frame: pd.DataFrame) -> bool:
    """Whether a setting is what is compared: no task, no part of training, and no machine."""
    return not column.startswith("train.") and column not in (*MACHINE, *PROTOCOL, *frame.attrs["tasks"])
