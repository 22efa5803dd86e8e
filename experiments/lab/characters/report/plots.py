"""Figures of character models: each takes tables and an ``ax``, and returns the ``ax``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

BITS = "bits a character"


def plot_bits(
    frame: pd.DataFrame, ax: Axes, *, against: str, xlabel: str, styles: dict[str, dict[str, Any]]
) -> Axes:
    """Test loss in bits a character against a figure of the run, a mark a run.

    Args:
        frame: From ``character_tables.character_runs``, with ``label``; runs that ended.
        ax: Where to draw.
        against: Column for the horizontal axis.
        xlabel: What it is called.
        styles: Colour and marker by label.
    """
    for label, group in frame.groupby("label"):
        style = styles[label]
        ax.plot(
            group[against].astype(float),
            group["test_bits"].astype(float),
            style["marker"],
            color=style["color"],
            label=label,
        )
    ax.set(xlabel=xlabel, ylabel=f"test, {BITS}")
    ax.set_xlim(0, 1.1 * frame[against].astype(float).max())
    ax.grid(color="0.92")
    return ax


def plot_context(
    curves: dict[str, list[pd.DataFrame]], ax: Axes, *, styles: dict[str, dict[str, Any]]
) -> Axes:
    """Test loss against the number of characters read before the prediction, in groups that double in size.

    Args:
        curves: Tables of ``context.csv`` by label, one a seed.
        ax: Where to draw.
        styles: Colour, marker and line by label.
    """
    for label, tables in curves.items():
        style = styles[label]
        table = pd.concat(tables).groupby("context", as_index=False)["bits"].mean()
        group = np.ceil(np.log2(table["context"].to_numpy(dtype=float)))  # 1, 2, 3-4, 5-8, ...
        means = table.assign(group=group).groupby("group").mean()
        ax.plot(means["context"], means["bits"], ms=4, lw=1.2, label=label, **style)
    ax.set_xscale("log", base=2)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.set(xlabel="characters read before", ylabel=f"test, {BITS}")
    ax.grid(color="0.92")
    return ax


def plot_learning(
    curves: dict[str, list[pd.DataFrame]],
    ax: Axes,
    *,
    metric: str,
    ylabel: str,
    styles: dict[str, dict[str, Any]],
    line: str = "-",
) -> Axes:
    """A column of ``curve.csv`` against steps, one line a seed.

    Args:
        curves: Tables of ``curve.csv`` by label.
        ax: Where to draw.
        metric: Column.
        ylabel: What it is called.
        styles: Colour by label.
        line: Style of all lines.
    """
    for label, tables in curves.items():
        for table in tables:
            dot = "o" if len(table) == 1 else None  # a line of one point is not seen
            ax.plot(
                table["step"], table[metric], ls=line, marker=dot, ms=4, color=styles[label]["color"], lw=1.2
            )
    ax.set(xlabel="training step", ylabel=ylabel)
    ax.grid(color="0.92")
    return ax
