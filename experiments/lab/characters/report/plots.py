"""Figures of character models: each takes tables and an ``ax``, and returns the ``ax``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.reading.frames import LABEL, natural
from experiments.reading.plots import plot_curves

BITS = "bits per character"
Styles = Mapping[str, dict[str, Any]]


def plot_bits(ended: pd.DataFrame, ax: Axes, *, against: str, xlabel: str, styles: Styles) -> Axes:
    """Test loss in bits per character against a figure of the run, a mark per run.

    Args:
        ended: Runs that ended, under the same settings.
        ax: Where to draw.
        against: Column for the horizontal axis.
        xlabel: What it is called.
        styles: Colour and marker by model.
    """
    for model, group in ended.groupby(LABEL):
        style = styles[model]
        x, y = (group[column].astype(float) for column in (against, "test_bits"))
        ax.plot(x, y, style["marker"], color=style["color"], label=model)
    ax.set(xlabel=xlabel, ylabel=f"test, {BITS}")
    ax.set_xlim(0, 1.1 * ended[against].astype(float).max())
    ax.grid(color="0.92")
    return ax


def plot_context(rows: pd.DataFrame, ax: Axes, *, styles: Styles) -> Axes:
    """Test loss against the number of characters read before the prediction, in groups that double in size.

    Args:
        rows: Of ``context.csv`` of runs under the same settings, with ``model``; empty where there are none.
        ax: Where to draw.
        styles: Colour, marker and line by model.
    """
    for model in sorted(rows["model"].unique() if len(rows) else (), key=natural):
        table = rows[rows["model"] == model].groupby("context", as_index=False)["bits"].mean()
        group = np.ceil(np.log2(table["context"].to_numpy(dtype=float)))  # 1, 2, 3-4, 5-8, ...
        means = table.assign(group=group).groupby("group").mean()
        ax.plot(means["context"], means["bits"], ms=4, lw=1.2, label=model, **styles[model])
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
    styles: Styles,
    line: str = "-",
) -> Axes:
    """A column of ``curve.csv`` against steps, one line per seed.

    Args:
        curves: Tables of ``curve.csv`` by model.
        ax: Where to draw.
        metric: Column.
        ylabel: What it is called.
        styles: Colour by model.
        line: Style of all lines.
    """
    alike = {model: {**style, "linestyle": line} for model, style in styles.items()}
    ax = plot_curves(curves, ax, metric=metric, styles=alike)
    ax.set_ylabel(ylabel)
    return ax
