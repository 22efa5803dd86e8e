"""Figures of forecasts: each takes tables and an ``ax``, and returns the ``ax``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogFormatter

from experiments.lab.forecasts.report.panels import seen_edges
from experiments.lab.forecasts.settings import GIVEN, SHUFFLED
from experiments.reading.frames import LABEL
from experiments.reading.results import Results

MOST_LETTERS = 60  # of names that stand beside each other
HOLLOW: dict[str, Any] = {"markerfacecolor": "none"}


class _PlainNumbers(LogFormatter):
    """0.07 in place of 7 x 10^-2, at the ticks that matplotlib would name: errors seldom span decades."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return f"{x:.4g}" if super().__call__(x, pos) else ""


def plot_errors(results: Results, ax: Axes) -> Axes:
    """Test error of every run: a dot per seed, the mean with its standard deviation; hollow where edges are shuffled.

    Args:
        results: Runs that differ in model, edges and seed alone.
        ax: Where to draw.
    """
    ended = results.ended.sort_values("seed")
    order = [model for model in results.models if (ended[LABEL] == model).any()]
    for place, label in enumerate(order):
        for edges, shift in ((GIVEN, -0.2), (SHUFFLED, 0.2)):
            chosen = ended[(ended[LABEL] == label) & (ended["edges"] == edges)]
            error = chosen["test_error"].to_numpy(dtype=float)
            if not len(error):
                continue
            look: dict[str, Any] = HOLLOW if edges == SHUFFLED else {}
            color = results.styles[label]["color"]
            spread = np.linspace(-0.1, 0.1, len(error)) if len(error) > 1 else np.zeros(1)
            ax.plot(place + shift + spread, error, "o", ms=4, color=color, alpha=0.7, **look)
            std = error.std(ddof=1) if len(error) > 1 else 0.0
            ax.errorbar(place + shift, error.mean(), std, fmt="_", ms=14, color=color, capsize=4)
    best = ended["best_error"].dropna().astype(float)
    if len(best):
        ax.axhline(best.mean(), color="0.3", lw=1, ls=(0, (1, 2)))
        ax.annotate(
            "true probabilities known",
            (0.99, best.mean()),
            xycoords=("axes fraction", "data"),
            ha="right",
            va="top",
            fontsize=8,
            color="0.3",
            xytext=(0, -2),
            textcoords="offset points",
        )
    long = sum(map(len, order)) > MOST_LETTERS
    ax.set_xticks(range(len(order)), order, rotation=30 if long else 0, ha="right" if long else "center")
    ax.set(ylabel="mean squared error on test times", xlim=(-0.6, len(order) - 0.4))
    ax.grid(axis="y", color="0.9")
    return ax


def plot_gain(
    rows: Sequence[Mapping[str, Any]], ax: Axes, styles: Mapping[str, dict[str, Any]], baseline: str
) -> Axes:
    """Paired differences against a model with their intervals; hollow where edges are shuffled.

    Args:
        rows: From ``findings.against``, of networks.
        ax: Where to draw.
        styles: Of all models of the page.
        baseline: The model.
    """
    for place, row in enumerate(reversed(rows)):
        color = styles[row["model"]]["color"]
        look = HOLLOW if row["edges"] == SHUFFLED else {}
        if not np.isnan(row["low"]):
            ax.plot([row["low"], row["high"]], [place, place], color=color, lw=2)
        ax.plot(row["difference"], place, "o", color=color, **look)
    ax.axvline(0, color="0.3", lw=1)
    names = [
        ", ".join(filter(None, [row["model"], f"{row['edges']} edges", row["settings"]])) for row in rows
    ]
    ax.set_yticks(range(len(rows)), reversed(names))
    ax.set(xlabel=f"squared error minus that of {baseline}, % of the latter", ylim=(-0.6, len(rows) - 0.4))
    ax.grid(axis="x", color="0.9")
    return ax


def plot_error_curves(
    curves: Mapping[tuple[str, str], list[pd.DataFrame]], ax: Axes, styles: Mapping[str, dict[str, Any]]
) -> Axes:
    """Validation error against steps, one line per seed; dashed where edges are shuffled.

    Args:
        curves: Curves of the seeds, by model and edges.
        ax: Where to draw.
        styles: Of all models of the page.
    """
    for (label, edges), seeds in curves.items():
        dashes = "--" if edges == SHUFFLED else "-"
        seen = seen_edges(label, edges)
        for number, curve in enumerate(seeds):
            name = f"{label}, {'no' if seen == 'none' else seen} edges" if number == 0 else None
            dot = "o" if len(curve) == 1 else None  # a line of one point is not seen
            line = {
                "color": styles[label]["color"],
                "ls": dashes,
                "lw": 1,
                "alpha": 0.8,
                "marker": dot,
                "ms": 4,
            }
            ax.plot(curve["step"], curve["validation_error"], label=name, **line)
    ax.set(xlabel="step", ylabel="validation squared error", yscale="log")
    ax.yaxis.set_major_formatter(_PlainNumbers())
    ax.yaxis.set_minor_formatter(_PlainNumbers())
    ax.grid(color="0.9")
    ax.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return ax
