"""The test figure at the step that validation chose, at the last step, and the highest along training."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.reading.frames import ended, group_columns, sortable
from experiments.reading.results import Results
from experiments.reading.sections import Section, Table, Text
from experiments.reading.table_formats import heading, number, shown
from experiments.reading.tables import form_of

CHOSEN, LAST, BEST = (
    "at the step chosen by validation",
    "at the last step",
    "best along training (not to be reported)",
)
WITHOUT = (
    "The test part was read once, at the step that validation chose. --audit reads it along training as well, and "
    "shows here what the last step, and choosing by the test part itself, would have given."
)
WITH = (
    "Means over the audited runs. The first is what all other tables report. The last one picks, of all looks at the "
    "test part, the best one: it is never worse than the first, flatters the model, and must not be reported. How far "
    "it lies from the first is what choosing by the test part would have added."
)


def selection(results: Results) -> Section:
    """The three figures of audited runs, or why there are none."""
    rows = selection_rows(results)
    heading_ = "What the choice of the step does"
    if not rows:
        return Section("selection", heading_, [Text(WITHOUT, soft=True)])
    return Section("selection", heading_, [Table(rows), Text(WITH, soft=True)])


def selection_rows(results: Results) -> list[dict[str, str]]:
    """A row per group of runs with the three figures; none where no run was audited."""
    table = selection_table(results)
    metric = results.metric
    form = form_of(metric, table[[CHOSEN, LAST, BEST]].to_numpy()) if len(table) else ""
    keys = [c for c in table.columns if c not in (CHOSEN, LAST, BEST, "n")]
    return [
        {heading(c): shown(row[c]) for c in keys}
        | {name: number(metric.scale * row[name], form) for name in (CHOSEN, LAST, BEST)}
        | {"n": f"{row['n']}"}
        for _, row in table.iterrows()
    ]


def selection_table(results: Results) -> pd.DataFrame:
    """The same, not rounded."""
    key, frame = results.metric.key, ended(results.frame)
    best = np.nanmin if results.metric.lower_is_better else np.nanmax
    keys = group_columns(results.frame)
    columns = [*keys, CHOSEN, LAST, BEST, "n"]
    if not frame["audit"].fillna(False).astype(bool).any():
        return pd.DataFrame(columns=columns)
    found = []
    for _, run in frame.iterrows():
        curve = results.curves.get(run["run"])
        if curve is None or key not in curve or curve[key].isna().all():
            continue
        looks = curve[key].to_numpy(dtype=float)
        values = {CHOSEN: run[key], LAST: looks[-1], BEST: best(looks)}
        found.append({**run[keys].to_dict(), **values})
    if not found:
        return pd.DataFrame(columns=columns)
    groups = pd.DataFrame(found).groupby(keys, sort=False, dropna=False)
    table = groups[[CHOSEN, LAST, BEST]].mean().assign(n=groups.size()).reset_index()
    return table.sort_values(keys, kind="stable", ignore_index=True, key=sortable)[columns]
