"""The numbers of D(r) as tables, for the terminal and the report."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from experiments.memory.decay import describe_decay
from experiments.memory.memory_records import SENSITIVITY, read_rows
from experiments.plots import natural
from experiments.records import RunRecord

HEADINGS = (
    "model",
    "T",
    "weights",
    "decay a step",
    "half-distance",
    "mean radius",
    "reach",
    "D(1)",
    "D at reach",
)


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
        at = curve[curve.index >= 1]
        found.append(
            {
                "model": model,
                "T": int(length),
                "weights": when,
                "decay a step": decay.per_step,
                "half-distance": decay.half_distance,
                "mean radius": decay.mean_radius,
                "reach": decay.reach,
                "D(1)": float(at.iloc[0]) if len(at) else math.nan,
                "D at reach": float(curve[decay.reach]) if decay.reach else 0.0,
            }
        )
    return sorted(
        found, key=lambda row: (is_graph(row["model"]), natural(row["model"]), row["T"], row["weights"])
    )


def mean_curve(rows: pd.DataFrame) -> pd.Series:
    """D against r, the mean over the seeds of one model."""
    return rows.groupby("r")["sensitivity"].mean()


def is_graph(model: str) -> bool:
    """Whether a label is that of a graph model."""
    return model.split("-")[0] in ("gcn", "gat")


def as_text(row: dict[str, Any]) -> dict[str, str]:
    """A row for people."""
    return {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> str:
    if isinstance(value, float):
        if math.isnan(value):
            return "-"
        return "none lost" if math.isinf(value) else f"{value:.3g}"
    return str(value)


def text_table(runs: list[RunRecord]) -> str:
    """The table of a results folder as aligned columns."""
    table = read_rows(runs, SENSITIVITY)
    if table.empty:
        return "no run ended well"
    rows = [as_text(row) for row in decay_rows(table)]
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in HEADINGS}

    def line(row: dict[str, str]) -> str:
        left = ("model", "weights")
        cells = (row[n].ljust(widths[n]) if n in left else row[n].rjust(widths[n]) for n in HEADINGS)
        return "  ".join(cells).rstrip()

    head = line({name: name for name in HEADINGS})
    return "\n".join([head, "-" * len(head), *map(line, rows)])
