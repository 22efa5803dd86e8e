"""Errors of every origin of a walk forward, and of every horizon, beside one another."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.lab.forecasts.report.panels import panels, seen_edges
from experiments.reading.frames import LABEL, natural
from experiments.reading.results import Results
from experiments.reading.sections import Section, Table, Text

ORIGINS = (
    "Squared error of each origin's test block, mean over seeds; then the mean over origins, that of MASE, and in how "
    "many origins the model has the least squared error. Later origins train on more. Blocks of one series are no "
    "independent trials, and their training parts overlap: there is no interval and no verdict over them."
)
HORIZONS = (
    "Squared error by time steps from the last one seen to the one forecast, mean over seeds; then the mean over "
    "horizons, that of MASE, and in how many of them the model has the least squared error. All horizons forecast the "
    "same test times, each by a model of its own."
)
FOLD, HORIZON = "fold", "train.horizon"


def walk(results: Results) -> Section | None:
    """A table of origins for each series and setting; nothing where there is one split."""
    return _section(results, FOLD, "origin", Section("walk", "Over all origins", [Text(ORIGINS, soft=True)]))


def horizons(results: Results) -> Section | None:
    """A table of horizons for each series and setting; nothing where there is one."""
    return _section(
        results, HORIZON, "step", Section("horizons", "Error by horizon", [Text(HORIZONS, soft=True)])
    )


def _section(results: Results, column: str, word: str, section: Section) -> Section | None:
    blocks: list[Any] = []
    for title, part in panels(results, leave_out=(column,)).items():
        rows = beside(part.ended, column, word)
        if rows is not None:
            blocks += [*([Text(f"{title}:")] if title else []), Table(rows)]
    return Section(section.key, section.heading, [*section.blocks, *blocks]) if blocks else None


def beside(ended: pd.DataFrame, column: str, word: str) -> list[dict[str, str]] | None:
    """Rows of models, columns of origins or horizons; None where there are not several.

    A model without a result in one of them has no mean, because the others' are easier or harder.

    Args:
        ended: Runs that differ in model, edges, that setting and seed alone.
        column: The setting.
        word: What one of its values is called.
    """
    if column not in ended or ended[column].nunique() < 2:
        return None
    seen = [seen_edges(label, edges) for label, edges in zip(ended[LABEL], ended["edges"])]
    groups = ended.assign(seen=seen).groupby([LABEL, "seen", column])
    errors = groups["test_error"].mean().astype(float).unstack(column)
    scaled = groups["test_mase"].mean().astype(float).unstack(column)
    best = errors.eq(errors.min()).sum(axis=1)
    rows = []
    for label, edges in sorted(errors.index, key=lambda key: (natural(key[0]), key[1])):
        values = errors.loc[(label, edges)]
        rows.append(
            {
                "model": label,
                "edges": edges,
                **{f"{word} {number}": _told(value) for number, value in values.items()},
                "mean": _told(values.mean(skipna=False)),
                "MASE": _told(scaled.loc[(label, edges)].mean(skipna=False)),
                "best in": f"{best[(label, edges)]} of {len(values)}",
            }
        )
    return rows


def _told(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.4g}"
