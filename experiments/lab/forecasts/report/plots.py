"""Figures of forecasts: each takes tables and an ``ax``, and returns the ``ax``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogFormatter

from experiments.lab.forecasts.report.tables import seen_edges
from experiments.reading.plots import model_styles

HOLLOW: dict[str, Any] = {"markerfacecolor": "none"}


class _PlainNumbers(LogFormatter):
    """0.07 in place of 7 x 10^-2, at the ticks that matplotlib would name: errors seldom span decades."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return f"{x:.4g}" if super().__call__(x, pos) else ""


def plot_errors(frame: pd.DataFrame, ax: Axes) -> Axes:
    """Test error of every run: a dot a seed, the mean with its standard deviation; hollow where edges are shuffled.

    Args:
        frame: From ``forecast_tables.forecast_runs``.
        ax: Where to draw.
    """
    ended = frame[frame["status"] == "ok"]
    order = ended.groupby("model.label")["test_error"].min().sort_values().index.tolist()
    styles = model_styles(sorted(order))
    for place, label in enumerate(order):
        for edges, shift in (("given", -0.2), ("shuffled", 0.2)):
            chosen = ended[(ended["model.label"] == label) & (ended["edges"] == edges)]
            error = chosen.sort_values("seed")["test_error"].to_numpy(dtype=float)
            if not len(error):
                continue
            look: dict[str, Any] = HOLLOW if edges == "shuffled" else {}
            color = styles[label]["color"]
            spread = np.linspace(-0.1, 0.1, len(error)) if len(error) > 1 else np.zeros(1)
            ax.plot(place + shift + spread, error, "o", ms=4, color=color, alpha=0.7, **look)
            std = error.std(ddof=1) if len(error) > 1 else 0.0
            ax.errorbar(place + shift, error.mean(), std, fmt="_", ms=14, color=color, capsize=4)
    best = ended["best_error"].dropna()
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
    ax.set_xticks(range(len(order)), order)
    ax.set(ylabel="mean squared error on test times", xlim=(-0.6, len(order) - 0.4))
    ax.grid(axis="y", color="0.9")
    return ax


def plot_gain(rows: list[dict], ax: Axes) -> Axes:
    """Paired differences against the LSTM with their intervals; hollow where edges are shuffled.

    Args:
        rows: From ``forecast_tables.paired_rows``, of networks.
        ax: Where to draw.
    """
    styles = model_styles(sorted({row["model"] for row in rows}))
    for place, row in enumerate(reversed(rows)):
        color = styles[row["model"]]["color"]
        look = HOLLOW if row["edges"] == "shuffled" else {}
        if not np.isnan(row["low"]):
            ax.plot([row["low"], row["high"]], [place, place], color=color, lw=2)
        ax.plot(row["difference"], place, "o", color=color, **look)
    ax.axvline(0, color="0.3", lw=1)
    names = [
        ", ".join(filter(None, [row["model"], f"{row['edges']} edges", row["settings"]])) for row in rows
    ]
    ax.set_yticks(range(len(rows)), reversed(names))
    ax.set(xlabel="squared error minus that of lstm, % of the latter", ylim=(-0.6, len(rows) - 0.4))
    ax.grid(axis="x", color="0.9")
    return ax


def plot_error_curves(curves: dict[tuple[str, str], list[pd.DataFrame]], ax: Axes) -> Axes:
    """Validation error against steps, one line a seed; dashed where edges are shuffled.

    Args:
        curves: Curves of the seeds, by model and edges.
        ax: Where to draw.
    """
    styles = model_styles(sorted({label for label, _ in curves}))
    for (label, edges), seeds in curves.items():
        dashes = "--" if edges == "shuffled" else "-"
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
