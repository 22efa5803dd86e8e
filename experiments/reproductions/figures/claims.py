"""Figures of claims that rest on runs: accuracy against length, training curves, seeds beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reading import plots
from experiments.reading.frames import natural
from experiments.records.records import RunRecord
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.figures.smoothing import Smoothing, box_filter, running_mean
from experiments.reproductions.measures.frequency import NAMES, PUBLISHED, scores

CURVES_SHOWN = 4  # lengths whose training curves are drawn


def draw_lengths(evidence: Evidence) -> Figure:
    """Accuracy against length with every seed, and training curves as they are."""
    return _lengths(evidence, None, "")


def draw_lengths_running_mean(evidence: Evidence) -> Figure:
    """The same, training curves with a running mean of 21 looks."""
    return _lengths(evidence, partial(running_mean, window=21), ", running mean of 21 looks")


def draw_lengths_box_filter(evidence: Evidence) -> Figure:
    """The same, training curves with a box filter of 10 looks."""
    return _lengths(evidence, partial(box_filter, window=10), ", box filter of 10 looks")


def _lengths(evidence: Evidence, smooth: Smoothing | None, how: str) -> Figure:
    frame = evidence.frame()
    figure = Figure(figsize=(9, 7.2), layout="constrained")
    parts: Any = figure.subfigures(2, 1, height_ratios=(1.15, 1))
    top, bottom = parts
    chance = next(iter(frame["chance"].dropna()), None)
    ax = plots.plot_accuracy(frame, top.subplots(), chance=chance, seed_lines=True)
    ax.set_title(
        "Test accuracy against length: dots and thin lines are seeds, thick lines means", fontsize=10
    )
    lengths = _spread_over(sorted(frame["length"].unique()), CURVES_SHOWN)
    axes = bottom.subplots(1, len(lengths), sharey=True, squeeze=False)[0]
    for T, ax in zip(lengths, axes):
        runs = [(run, curve) for run, curve in evidence.curves() if run.settings.length == T]
        _training_curves(runs, ax, smooth)
        ax.set_title(f"T = {T}", fontsize=10)
    bottom.suptitle(f"Accuracy in training, one line per seed{how}", fontsize=10)
    axes[0].set_ylabel("train accuracy")
    return figure


def _training_curves(
    runs: Sequence[tuple[RunRecord, pd.DataFrame]], ax: Axes, smooth: Smoothing | None
) -> None:
    curves: dict[str, list[pd.DataFrame]] = {}
    for run, curve in runs:
        curves.setdefault(run.settings.model.label, []).append(curve)
    styles = plots.model_styles(sorted(curves, key=natural))
    plots.plot_curves(curves, ax, metric="train_accuracy", styles=styles, smooth=smooth)
    ax.set(ylabel="", ylim=(-0.03, 1.05))
    ax.tick_params(axis="x", labelrotation=30)


def _spread_over(values: Sequence[int], count: int) -> list[int]:
    """So many of the values, from the first to the last.

    Example:
        >>> _spread_over([5, 10, 15, 20, 25], 3)
        [5, 15, 25]
    """
    places = np.linspace(0, len(values) - 1, min(count, len(values))).round().astype(int)
    return [int(values[place]) for place in places]


def draw_steps(evidence: Evidence) -> Figure:
    """Validation accuracy by step, a panel a length, a line per seed."""
    lengths = sorted({run.settings.length for run in evidence.runs})
    styles = plots.model_styles(sorted({run.settings.model.label for run in evidence.runs}, key=natural))
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    axes = figure.subplots(1, len(lengths), sharey=True, squeeze=False)[0]
    for n, ax in zip(lengths, axes):
        curves: dict[str, list[pd.DataFrame]] = {}
        for run, curve in evidence.curves():
            if run.settings.length == n:
                curves.setdefault(run.settings.model.label, []).append(curve)
        plots.plot_curves(curves, ax, metric="validation_accuracy", styles=styles)
        for label, runs in curves.items():
            for curve in runs:
                last = curve.iloc[-1]
                ax.plot(last["step"], last["validation_accuracy"], "o", ms=4, color=styles[label]["color"])
        ax.axhline(2 / 3, color="0.4", lw=1, ls=(0, (1, 2)), label="always answering 1")
        ax.set(title=f"n = {n}", ylim=(0.4, 1.03), xlim=(0, None))
    for ax in axes[1:]:
        ax.set_ylabel("")
    axes[0].legend(loc="lower right", fontsize=8, frameon=False)
    figure.suptitle("One line per seed; a dot where a run ended", fontsize=10)
    return figure


def draw_frequency(evidence: Evidence) -> Figure:
    """Accuracy of every seed by way of sampling beside the published means, and validation accuracy by step."""
    frame = evidence.frame()
    figure = Figure(figsize=(9, 6.6), layout="constrained")
    parts: Any = figure.subfigures(2, 1)
    top, bottom = parts
    ax = top.subplots()
    styles = plots.model_styles(("phased", "lstm"))
    for place, (experiment, published) in enumerate(PUBLISHED.items()):
        found = {cell: group.scores for cell, group in scores(frame, experiment).items()}
        for cell, theirs, side in zip(("phased", "lstm"), published, (-0.16, 0.16)):
            style, first = styles[cell], place == 0
            x = place + side + np.linspace(-0.05, 0.05, len(found[cell]))
            ax.plot(
                x,
                found[cell],
                "o",
                color=style["color"],
                alpha=0.7,
                label=f"{cell}, a seed" if first else None,
            )
            mean = np.nanmean(found[cell])
            ax.hlines(mean, place + side - 0.1, place + side + 0.1, color=style["color"], lw=2)
            label = f"{cell}, published mean" if first else None
            ax.plot(place + side, theirs, "*", ms=11, mfc="none", color=style["color"], label=label)
    ax.axhline(0.5, color="0.4", lw=1, ls=(0, (1, 2)), label="chance")
    ax.set_xticks(range(len(PUBLISHED)), [NAMES[name] for name in PUBLISHED])
    ax.set(ylabel="test accuracy", ylim=(0.4, 1.03))
    ax.grid(axis="y", color="0.9")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8, frameon=False)
    axes = bottom.subplots(1, len(PUBLISHED), sharey=True)
    for experiment, ax in zip(PUBLISHED, axes):
        curves: dict[str, list[pd.DataFrame]] = {}
        for run, curve in evidence.curves():
            if run.settings.experiment == experiment:
                curves.setdefault(run.settings.model.label, []).append(curve)
        plots.plot_curves(curves, ax, metric="validation_accuracy", styles=styles)
        ax.set(title=NAMES[experiment], ylim=(0.4, 1.03))
    for ax in axes[1:]:
        ax.set_ylabel("")
    return figure


def draw_combinations(evidence: Evidence) -> Figure:
    """Accuracy against length with every seed."""
    frame = evidence.frame()
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    ax = plots.plot_accuracy(frame, figure.subplots(), seed_lines=True)
    lengths = sorted(frame["length"].unique())
    ax.plot(lengths, [1 / T for T in lengths], color="0.4", lw=1, ls=(0, (1, 2)), label="chance, 1/T")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8, frameon=False)
    ax.set_title("Test accuracy against length: dots and thin lines are seeds", fontsize=10)
    return figure
