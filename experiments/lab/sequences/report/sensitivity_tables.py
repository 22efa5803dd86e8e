"""The numbers of D(r) as tables, for the terminal and the report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from experiments.lab.sequences.report.apart import over_lengths
from experiments.lab.sequences.report.decay import describe_decay
from experiments.lab.sequences.settings import LEAST, SENSITIVITY
from experiments.reading.frames import natural
from experiments.reading.results import Results

#: That a model was trained too makes no part of its own: what was measured at its initial weights is the same.
SAME_AT_FIRST = ("trained",)


def sensitivities(results: Results) -> dict[str, pd.DataFrame]:
    """The rows of ``sensitivity.csv`` by settings that differ, each part with a title; without settings that have none.

    D(r) is averaged over the seeds of one part alone.
    """
    parts = {
        title: read_measured(part, SENSITIVITY, "r")
        for title, part in over_lengths(results, SAME_AT_FIRST).items()
    }
    return {title: rows for title, rows in parts.items() if not rows.empty}


def read_measured(results: Results, name: str, place: str) -> pd.DataFrame:
    """One measurement of all runs, with ``model``, ``length`` and ``seed`` in front.

    What two runs measured alike, as one that was trained and one that was not did at their initial weights, stands
    once: twice the same seed would count double in every mean.

    Args:
        results: The runs.
        name: The file.
        place: The column that says where it was measured.
    """
    rows = results.rows(name, (place,), ("when",))
    if rows.empty:
        return rows
    lengths = {run.path.name: run.settings.length for run in results.runs}
    rows.insert(0, "length", rows["run"].map(lengths))
    return rows.drop_duplicates(["model", "length", "seed", "when", place], ignore_index=True)


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
        rows: From ``sensitivities``.

    Returns:
        Rows as numbers, models in their order.
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
                "decay per step": decay.per_step,
                "half-distance": decay.half_distance,
                "mean radius": decay.mean_radius,
                "reach": decay.reach,
                "exactly 0": ranges([int(r) for r in at.index[at == 0]]),
                "D(1)": float(at.iloc[0]) if len(at) else math.nan,
                "D at reach": float(curve[decay.reach]) if decay.reach else 0.0,
            }
        )
    return sorted(found, key=lambda row: (natural(row["model"]), row["T"], row["weights"]))


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
