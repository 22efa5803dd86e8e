"""The numbers of D(r) as tables, for the terminal and the report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from experiments.lab.memory.settings import LEAST
from experiments.lab.sequences.report.decay import describe_decay
from experiments.lab.sequences.report.memory_records import SENSITIVITY, read_rows
from experiments.reading.plots import natural
from experiments.reading.statistics import runs_table, setting_columns
from experiments.reading.table_formats import aligned
from experiments.reading.tables import heading, shown
from experiments.records.records import RunRecord


def by_settings(runs: Sequence[RunRecord]) -> dict[str, list[RunRecord]]:
    """Runs by the settings that differ, each part with a title; one part with an empty title where none does.

    D(r) is averaged over the seeds of one part alone. That a model was trained too makes no part of its own: what was
    measured at its initial weights is the same.
    """
    frame = runs_table(runs)
    columns = [c for c in setting_columns(frame) if c != "trained"]
    if not columns:
        return {"": list(runs)}
    places = frame.reset_index(drop=True).groupby(columns, dropna=False).indices
    return {
        ", ".join(f"{heading(c)} {shown(frame[c].iloc[rows[0]])}" for c in columns): [runs[i] for i in rows]
        for rows in places.values()
    }


def sensitivities(runs: Sequence[RunRecord]) -> dict[str, pd.DataFrame]:
    """The rows of ``sensitivity.csv`` by settings that differ; without settings that have none."""
    parts = {title: read_rows(part, SENSITIVITY) for title, part in by_settings(runs).items()}
    return {title: rows for title, rows in parts.items() if not rows.empty}


def number_rows(parts: Mapping[str, pd.DataFrame]) -> list[dict[str, str]]:
    """The numbers of a results folder for people, with a column of settings where these differ.

    Args:
        parts: From ``sensitivities``.
    """
    return [
        ({"settings": title} if title else {}) | as_text(row)
        for title, rows in parts.items()
        for row in decay_rows(rows)
    ]


def decay_rows(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """One row a (model, length, initial or trained): the numbers of D(r), averaged over seeds first.

    Args:
        rows: From ``read_rows`` of ``sensitivity.csv``.

    Returns:
        Rows as numbers, recurrent models first, both in natural order.
    """
    found = []
    for (model, length, when), group in rows.groupby(["model", "length", "when"], sort=False):
        curve = mean_curve(group)
        decay = describe_decay(curve.index.to_numpy(), curve.to_numpy())
        at = curve[curve.index >= 1].sort_index()
        found.append(
            {
                "model": model,
                "T": int(length),
                "weights": when,
                "decay a step": decay.per_step,
                "half-distance": decay.half_distance,
                "mean radius": decay.mean_radius,
                "reach": decay.reach,
                "exactly 0": ranges([int(r) for r in at.index[at == 0]]),
                "D(1)": float(at.iloc[0]) if len(at) else math.nan,
                "D at reach": float(curve[decay.reach]) if decay.reach else 0.0,
            }
        )
    return sorted(
        found, key=lambda row: (is_graph(row["model"]), natural(row["model"]), row["T"], row["weights"])
    )


def ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers, those that follow each other as a range.

    Example:
        >>> ranges([3, 5, 6, 7]), ranges([])
        ('3, 5-7', '-')
    """
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(f"{p[0]}-{p[-1]}" if len(p) > 1 else f"{p[0]}" for p in parts) or "-"


def mean_curve(rows: pd.DataFrame) -> pd.Series:
    """D against r, the mean over the seeds of one model."""
    return rows.groupby("r")["sensitivity"].mean()


def is_graph(model: str) -> bool:
    """Whether a label is that of a graph model."""
    return model.partition(",")[0].split("-")[0] in ("gcn", "gat")


def as_text(row: dict[str, Any]) -> dict[str, str]:
    """A row for people."""
    text = {name: _text(value) for name, value in row.items()}
    if 0 < row["D at reach"] < LEAST:
        text["reach"] += " or more"
    return text


def _text(value: Any) -> str:
    if isinstance(value, float):
        if math.isnan(value):
            return "-"
        return "none lost" if math.isinf(value) else f"{value:.3g}"
    return str(value)


def text_table(runs: list[RunRecord]) -> str:
    """The table of a results folder as aligned columns."""
    rows = number_rows(sensitivities(runs))
    return aligned(rows, left=("settings", "model", "weights")) if rows else "no run ended well"
