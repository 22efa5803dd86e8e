"""Figures of a sweep: each takes tables and an ``ax``, and returns the ``ax``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from experiments.core.metric import Metric
from experiments.reading.frames import natural
from experiments.reading.looks.models import model_styles

ACCURACY = Metric("test_accuracy", "test accuracy")
Smoothing = Callable[[np.ndarray], np.ndarray]
MANY = (
    300  # marks or lines of one kind above which they are a picture of dots: paths would make the page slow
)


SPREAD = 0.2  # of the gap between two lengths: marks stand close to their length, and centred over it


def _offsets(count: int, lengths: np.ndarray) -> np.ndarray:
    """Small shifts along the length axis, so that models at the same height do not hide each other."""
    gap = np.diff(np.unique(lengths)).min() if len(np.unique(lengths)) > 1 else 1.0
    return (np.arange(count) - (count - 1) / 2) * gap * SPREAD / max(count, 2)


def _apart(runs: pd.DataFrame) -> pd.Series:
    """A place in -0.5..0.5 for each run among those of its length, by seed: equal accuracies stay all visible."""
    rank = runs.groupby("length")["seed"].rank(method="first") - 1
    count = runs.groupby("length")["seed"].transform("size")
    return (rank - (count - 1) / 2) / count


def plot_accuracy(
    frame: pd.DataFrame,
    ax: Axes,
    *,
    chance: float | None = None,
    seed_lines: bool = False,
    order: Sequence[str] | None = None,
    metric: Metric = ACCURACY,
) -> Axes:
    """A metric against length: a dot per seed, a line through the means, a band of one standard deviation.

    Args:
        frame: From ``runs_table``.
        ax: Where to draw.
        chance: Accuracy of guessing, drawn as a line.
        seed_lines: A thin line through the dots of each seed.
        order: All models of the report, so that colours agree between figures; by default those of the table.
        metric: What is shown.
    """
    key = metric.key
    share = key == ACCURACY.key
    labels = order or sorted(frame["model.name"].unique(), key=natural)
    styles, shifts = model_styles(labels), _offsets(len(labels), frame["length"].to_numpy(dtype=float))
    slot = np.diff(shifts).min() if len(shifts) > 1 else 0.1
    ended = frame[frame["status"] == "ok"]
    for label, shift in zip(labels, shifts):
        runs = ended[ended["model.name"] == label]
        if runs.empty:
            continue
        style = styles[label]
        by_length = runs.groupby("length")[key]
        mean, std = by_length.mean(), by_length.std(ddof=1).fillna(0.0)
        x = mean.index.to_numpy(dtype=float) + shift
        ax.plot(
            runs["length"] + shift + _apart(runs) * 0.8 * slot,
            runs[key],
            style["marker"],
            color=style["color"],
            ms=3.5,
            mew=0,
            alpha=0.6,
            rasterized=len(ended) > MANY,
        )
        for _, one in runs.sort_values("length").groupby("seed") if seed_lines else ():
            ax.plot(one["length"] + shift, one[key], color=style["color"], lw=0.6, alpha=0.5)
        ax.plot(
            x,
            mean,
            color=style["color"],
            linestyle=style["linestyle"],
            marker=style["marker"],
            ms=6.5,
            mfc="none",
            label=label,
        )
        low, high = mean - std, mean + std
        if share:
            low, high = low.clip(lower=0), high.clip(upper=1)
        ax.fill_between(x, low, high, color=style["color"], alpha=0.12, lw=0)
    if chance is not None:
        ax.axhline(chance, color="0.4", lw=1, ls=(0, (1, 2)), label=f"chance ({chance:g})")
    _length_axis(ax, frame)
    ax.set(ylabel=metric.heading)
    if share:
        ax.set_ylim(-0.03, 1.05)
    return ax


def plot_models(
    frame: pd.DataFrame,
    ax: Axes,
    *,
    styles: Mapping[str, dict[str, Any]],
    chance: float | None = None,
    metric: Metric = ACCURACY,
) -> Axes:
    """A metric by model, for runs of one length: a row per model, a dot per seed, an open mark and a bar for the mean.

    Args:
        frame: From ``runs_table``; runs that differ in model and seed alone.
        ax: Where to draw.
        styles: Of all models of the report, in its order.
        chance: Accuracy of guessing, drawn as a line.
        metric: What is shown.
    """
    ended = frame[frame["status"] == "ok"]
    labels = [label for label in styles if (ended["model.name"] == label).any()]
    for place, label in enumerate(labels):
        scores = metric.scale * ended.loc[ended["model.name"] == label, metric.key].to_numpy(dtype=float)
        style = styles[label]
        # Side by side, so that equal scores do not hide each other.
        above = np.linspace(-0.32, 0.02, len(scores)) if len(scores) > 1 else np.zeros(len(scores))
        look: dict[str, Any] = {"ms": 3.5, "mew": 0, "alpha": 0.6, "rasterized": len(ended) > MANY}
        ax.plot(scores, place + above, style["marker"], color=style["color"], **look)
        spread = scores.std(ddof=1) if len(scores) > 1 else 0.0
        ax.errorbar(
            scores.mean(),
            place + 0.2,
            xerr=spread,
            fmt=style["marker"],
            color=style["color"],
            mfc="none",
            capsize=3,
        )
    if chance is not None:
        ax.axvline(metric.scale * chance, color="0.4", lw=1, ls=(0, (1, 2)))
    ax.set_yticks(range(len(labels)), labels)
    ax.set(xlabel=metric.heading, ylim=(len(labels) - 0.5, -0.6))
    if metric.key == ACCURACY.key:
        ax.set_xlim(-0.03 * metric.scale, 1.03 * metric.scale)
    ax.grid(axis="x", color="0.9")
    return ax


def plot_success(summary: pd.DataFrame, ax: Axes, *, order: Sequence[str] | None = None) -> Axes:
    """Share of seeds that learned the task, against length.

    Args:
        summary: From ``summarize``.
        ax: Where to draw.
        order: All models of the report, as for ``plot_accuracy``.
    """
    labels = order or sorted(summary["model.name"].unique(), key=natural)
    styles, shifts = model_styles(labels), _offsets(len(labels), summary["length"].to_numpy(dtype=float))
    for label, shift in zip(labels, shifts):
        rows = summary[summary["model.name"] == label]
        if rows.empty:
            continue
        rate = rows.groupby("length")["success"].mean()
        ax.plot(rate.index + shift, rate, ms=6, label=label, **styles[label])
    _length_axis(ax, summary)
    ax.set(ylabel="success rate (share of seeds)", ylim=(-0.05, 1.05))
    return ax


def _length_axis(ax: Axes, frame: pd.DataFrame) -> None:
    lengths = sorted(frame["length"].unique())
    ax.set_xticks(lengths)
    ax.set_xlabel("length T")
    ax.grid(axis="y", color="0.9")
    if ax.get_legend_handles_labels()[0]:  # not where every run failed
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8, frameon=False)


def plot_curves(
    curves: dict[str, list[pd.DataFrame]],
    ax: Axes,
    *,
    metric: str,
    styles: Mapping[str, dict[str, Any]],
    smooth: Smoothing | None = None,
) -> Axes:
    """A metric against training steps, one line per seed.

    Args:
        curves: Tables of ``curve.csv`` by model.
        ax: Where to draw.
        metric: Column to draw.
        styles: Of all models of the report, so that colours agree between figures.
        smooth: Applied to each line, as in ``functools.partial(running_mean, window=21)``; the values themselves are
            then drawn faintly behind it.
    """
    count = sum(map(len, curves.values()))
    for label in sorted(curves, key=natural):
        style = styles[label]
        shown = curves[label]
        points = [np.column_stack((curve["step"], curve[metric])) for curve in shown]
        if smooth is not None:
            ax.add_collection(LineCollection(points, colors=[style["color"]], lw=0.6, alpha=0.25))
            points = [np.column_stack((curve["step"], smooth(curve[metric].to_numpy()))) for curve in shown]
        lines = LineCollection(
            points,
            colors=[style["color"]],
            linestyles=style["linestyle"],
            lw=1.1 if count <= MANY else 0.5,
            alpha=0.8 if count <= MANY else 0.3,
            label=label,
            rasterized=count > MANY,
        )
        ax.add_collection(lines)
        alone = [line[0] for line in points if len(line) == 1]  # a line of one point is not seen
        if alone:
            ax.plot(*zip(*alone), "o", ms=3, color=style["color"])
    if curves:  # without any, limits around 0 would be left, which no logarithmic axis takes
        ax.autoscale_view()
    ax.set(xlabel="training step", ylabel=metric.replace("_", " "))
    ax.grid(axis="y", color="0.9")
    return ax
