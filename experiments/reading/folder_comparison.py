"""Two results folders side by side: what got better, got worse, or differs by no more than seeds do.

Runs are matched by model, task and settings. Where both folders hold the same seeds, the differences are paired.
Verdicts are those of every page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.core.catalogue import experiment_of
from experiments.core.metric import Metric, check_equivalent, metric_of
from experiments.reading.frames import (
    LABEL,
    ended,
    runs_table,
    setting_columns,
    setting_names,
    task_columns,
    varying_within_a_model,
)
from experiments.reading.statistics.checks import check_metric
from experiments.reading.statistics.contrast import contrast, resolution
from experiments.reading.statistics.pairs import scored
from experiments.reading.statistics.verdicts import judge
from experiments.records.records import RunRecord


@dataclass(frozen=True)
class FolderComparison:
    """What two folders say about each other.

    Args:
        groups: One row per group that both hold: its keys, how it was compared (``paired`` by seed or ``unpaired``),
            means, the columns of ``contrast`` (second minus first), and those of ``judge``.
        keys: Columns of ``groups`` that name a group.
        told: Those of them that a table always names.
        metric: What the groups are compared by.
        only_first: Ended runs of the first folder without a counterpart.
        only_second: The same of the second.
        differing: Settings and versions whose values are not the same in both folders, each with both values.
        failed_first: Runs of the first folder that failed.
        failed_second: The same of the second.
    """

    groups: pd.DataFrame
    keys: list[str]
    told: list[str]
    metric: Metric
    only_first: list[str]
    only_second: list[str]
    differing: dict[str, tuple[str, str]]
    failed_first: list[str]
    failed_second: list[str]


def compare_folders(
    first: Sequence[RunRecord],
    second: Sequence[RunRecord],
    *,
    metric: str | None = None,
    equivalent: float | None = None,
) -> FolderComparison:
    """Compare the runs of two folders.

    Args:
        first: Runs of the folder to compare with.
        second: Runs of the folder in question.
        metric: Column of the results to compare by; what the experiment judges by when left out.
        equivalent: A difference of it that would be none to you.

    Raises:
        ValueError: The folders hold different experiments, no run in common, or no such metric.
    """
    a, b = runs_table(first), runs_table(second)
    experiments = [sorted({run.settings.subject for run in runs}) for runs in (first, second)]
    if experiments[0] != experiments[1]:
        raise ValueError(
            f"folders: the first holds runs of {', '.join(experiments[0])}, the second of "
            f"{', '.join(experiments[1])}; they should be of one experiment"
        )
    declared = experiment_of(first[0].settings).metrics
    by = metric_of(metric or declared[0].key, declared)
    for frame in (a, b):
        check_metric(frame, by.key)
    check_equivalent(equivalent, by)
    keys = _keys(a, b)
    ended_a, ended_b = (_comparable(frame, [*keys, "seed"], by.key) for frame in (a, b))
    rows: list[dict[str, Any]] = []
    used_a: set[str] = set()
    used_b: set[str] = set()
    groups_b = dict(iter(ended_b.groupby(keys, dropna=False, sort=False)))
    for key, group_a in ended_a.groupby(keys, dropna=False):
        if key in groups_b:
            chosen_a, chosen_b, paired = _choose(group_a, groups_b[key])
            found = _compare_group(chosen_a, chosen_b, by, paired=paired)
            if not found["n"] or not found["n_base"]:
                continue  # one side failed with every seed, and there is no border to tell success by
            rows.append(dict(zip(keys, key)) | found)
            used_a |= set(chosen_a["run"])
            used_b |= set(chosen_b["run"])
    if not rows:
        raise ValueError(f"folders: {_why_nothing_matches(ended_a, ended_b, keys)}")
    return FolderComparison(
        groups=judge(pd.DataFrame(rows), by, equivalent=equivalent),
        keys=keys,
        told=[LABEL, *a.attrs["told"]],
        metric=by,
        only_first=_left_over(a, used_a),
        only_second=_left_over(b, used_b),
        differing=_differing(a, b, keys),
        failed_first=list(a.loc[a["status"] == "failed", "run"]),
        failed_second=list(b.loc[b["status"] == "failed", "run"]),
    )


def _keys(a: pd.DataFrame, b: pd.DataFrame) -> list[str]:
    """Model and task, and every setting that tells groups of one model apart within a folder."""
    tasks = [c for c in task_columns(a) if c in b]
    both = [c for c in setting_names(a) if c in setting_names(b)]
    varying = varying_within_a_model(a, setting_columns(a)) | varying_within_a_model(b, setting_columns(b))
    return [LABEL, *tasks, *(c for c in both if c in varying)]


def _comparable(frame: pd.DataFrame, keys: list[str], metric: str) -> pd.DataFrame:
    """Runs with a value, and those that failed, and no two that stand for the same place."""
    return scored(frame, metric).drop_duplicates(keys, keep=False)


def _choose(a: pd.DataFrame, b: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, bool]:
    """The runs to compare, in the order of their seeds, and whether they are pairs.

    Those with common seeds; all, unpaired, where fewer than two seeds are common and each side has two runs.
    """
    a, b = a.sort_values("seed"), b.sort_values("seed")
    common = set(a["seed"]) & set(b["seed"])
    if not common or (len(common) == 1 and min(len(a), len(b)) >= 2):
        return a, b, False
    return a[a["seed"].isin(common)], b[b["seed"].isin(common)], True


def _compare_group(a: pd.DataFrame, b: pd.DataFrame, metric: Metric, *, paired: bool) -> dict[str, Any]:
    floor = max(resolution(a, metric.key), resolution(b, metric.key))
    x, y = (frame["_score"].to_numpy(dtype=float) for frame in (a, b))
    found = contrast(y, x, metric, paired=paired, floor=floor)
    means = {
        "first": float(np.nanmean(x)) if not np.isnan(x).all() else math.nan,
        "second": float(np.nanmean(y)) if not np.isnan(y).all() else math.nan,
    }
    return {"how": "paired" if paired else "unpaired", **means, **found}


def _left_over(frame: pd.DataFrame, used: set[str]) -> list[str]:
    return [run for run in ended(frame)["run"] if run not in used]


def _differing(a: pd.DataFrame, b: pd.DataFrame, keys: Sequence[str]) -> dict[str, tuple[str, str]]:
    models = set(a[LABEL]) & set(b[LABEL])
    a, b = a[a[LABEL].isin(models)], b[b[LABEL].isin(models)]
    settings = list(dict.fromkeys([*setting_names(a), *setting_names(b)]))
    versions = [c for c in a.columns if c.startswith("environment.") and c in b]
    found = {}
    for name in [*settings, *versions]:
        if name in ("seed", LABEL, "environment.command", *task_columns(a)):
            continue
        values = [_values(frame, name) for frame in (a, b)]
        if values[0] != values[1]:
            found[name] = (values[0], values[1])
    return found


def _values(frame: pd.DataFrame, name: str) -> str:
    if name not in frame or frame[name].dropna().empty:
        return "-"
    # One unfinished run makes numbers with a fraction of a whole column: 2.0 is still 2.
    whole = (int(v) if isinstance(v, float) and v.is_integer() else v for v in frame[name].dropna())
    values = {f"{value}": value for value in whole}
    # Numbers by size: as text, 10 would come before 5.
    return ", ".join(sorted(values, key=lambda text: (isinstance(values[text], str), values[text])))


def _why_nothing_matches(a: pd.DataFrame, b: pd.DataFrame, keys: Sequence[str]) -> str:
    for name, frame in (("first", a), ("second", b)):
        if not frame["_score"].notna().any():
            return f"the {name} holds no run that ended well"
    apart = [key for key in keys if not set(a[key]) & set(b[key])]
    names = "; ".join(
        f"{key} is {_values(a, key)} in one and {_values(b, key)} in the other" for key in apart
    )
    return "no run of one has a counterpart in the other" + (f": {names}" if names else "")
