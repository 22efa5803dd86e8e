"""Figures of runs on documents: each takes results or a table and an ``ax``, and returns the ``ax``."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.lab.documents.report.variants import shares, variant_styles, variants
from experiments.reading.results import Results

MOST_WRITTEN = 12  # classes up to which the numbers of a confusion matrix are written


def plot_learning_curve(results: Results, ax: Axes) -> Axes:
    """Test accuracy against the share of labels, one line a variant, with dots for single seeds.

    Args:
        results: Runs on one corpus, under the same settings.
        ax: Where to draw.
    """
    frame, listed, styles = results.ended, variants(results), variant_styles(results)
    for place, variant in enumerate(listed):
        runs = variant.runs(frame)
        mean = runs.groupby("share")[variant.column].mean()
        shift = 1 + 0.02 * (place - (len(listed) - 1) / 2)  # a little apart, so that none hides another
        style = styles[variant.name]
        ax.plot(mean.index.to_numpy() * shift, mean.to_numpy(), ms=5, label=variant.name, **style)
        ax.plot(runs["share"] * shift, runs[variant.column], ".", color=style["color"], ms=3, alpha=0.5)
    chance = float(frame["chance"].median())
    ax.axhline(chance, color="0.4", lw=1, ls=(0, (1, 2)), label=f"most frequent class ({chance:.2f})")
    ax.set_xscale("log")
    labelled = frame.groupby("share")["labelled"].median()
    ax.set_xticks(shares(results), [f"{share:g}\n({labelled[share]:.0f})" for share in shares(results)])
    ax.set_xticks([], minor=True)
    ax.set(xlabel="share of the training labels, %", ylabel="test accuracy")
    ax.grid(axis="y", color="0.9")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8, frameon=False)
    return ax


def plot_document_accuracy(results: Results, ax: Axes) -> Axes:
    """Test accuracy at one share of labels: a dot per seed, the mean with its standard deviation, the paper's mean.

    Args:
        results: Runs on one corpus with one share, under the same settings.
        ax: Where to draw.
    """
    frame, listed, styles = results.ended, variants(results), variant_styles(results)
    papers = {
        paper.model: paper.mean
        for paper in results.experiment.published
        if all((frame[column] == value).all() for column, value in paper.task.items())
    }
    for place, variant in enumerate(listed):
        values, style = variant.runs(frame)[variant.column].to_numpy(dtype=float), styles[variant.name]
        spread = np.linspace(-0.24, 0.0, len(values)) if len(values) > 1 else np.zeros(len(values))
        ax.plot(values, place + spread, ".", color=style["color"], alpha=0.6)
        if len(values):
            std = values.std(ddof=1) if len(values) > 1 else 0.0
            face = {"color": style["color"], "mfc": style.get("mfc", style["color"])}
            ax.errorbar(values.mean(), place + 0.14, xerr=std, fmt=style["marker"], capsize=3, **face)
        if variant.name in papers:
            ax.plot(papers[variant.name], place + 0.14, "|", color="black", ms=18, mew=2)
    ax.set_yticks(range(len(listed)), [variant.name for variant in listed])
    ax.invert_yaxis()
    ax.set(xlabel="test accuracy")
    ax.grid(axis="x", color="0.9")
    return ax


def plot_confusion(counts: pd.DataFrame, ax: Axes, *, title: str) -> Axes:
    """A confusion matrix: rows are the true classes, and each is coloured by its shares.

    Args:
        counts: Documents by true (rows) and predicted class (columns).
        ax: Where to draw.
        title: Above it.
    """
    numbers = counts.to_numpy(dtype=float)
    parts = numbers / np.maximum(numbers.sum(1, keepdims=True), 1)
    ax.imshow(parts, cmap="Blues", vmin=0, vmax=1)
    if len(counts) <= MOST_WRITTEN:
        for row, column in np.ndindex(*numbers.shape):
            if numbers[row, column]:
                color = "white" if parts[row, column] > 0.55 else "0.25"
                text = f"{100 * parts[row, column]:.0f}"
                ax.text(column, row, text, ha="center", va="center", color=color, fontsize=7)
    ax.set_xticks(range(len(counts)), counts.columns, rotation=60, ha="right", fontsize=7)
    ax.set_yticks(range(len(counts)), counts.index, fontsize=7)
    ax.set_xlabel("predicted", fontsize=8)
    ax.set_ylabel("true", fontsize=8)
    ax.set_title(title, fontsize=9)
    return ax
