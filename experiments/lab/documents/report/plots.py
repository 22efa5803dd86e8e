"""Figures of runs on documents: each takes tables and an ``ax``, and returns the ``ax``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.lab.documents.report.tables import find_published, plain, variants
from experiments.reading.plots import model_styles

MOST_WRITTEN = 12  # classes up to which the numbers of a confusion matrix are written


def variant_styles(models: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Colour, marker and line by variant; an inductive variant has its model's colour, dashed and hollow."""
    listed = variants(models)
    styles: dict[str, dict[str, Any]] = {}
    own = model_styles(dict.fromkeys(model for _, model, _ in listed))
    for name, model, _ in listed:
        style = {**own[model], "linestyle": "-"}
        styles[name] = style if name == model else {**style, "linestyle": "--", "mfc": "white"}
    return styles


def plot_learning_curve(frame: pd.DataFrame, ax: Axes, *, chance: float) -> Axes:
    """Test accuracy against the share of labels, one line a variant, with dots for single seeds.

    Args:
        frame: From ``document_tables.named_apart``, ended runs of one corpus.
        ax: Where to draw.
        chance: Accuracy of always naming the most frequent class.
    """
    listed = variants(frame["model.name"].tolist())
    styles = variant_styles(frame["model.name"].tolist())
    shares = np.array(sorted(frame["share"].unique()))
    for place, (name, model, column) in enumerate(listed):
        runs = frame[frame["model.name"] == model]
        mean = runs.groupby("share")[column].mean()
        shift = 1 + 0.02 * (place - (len(listed) - 1) / 2)  # a little apart, so that none hides another
        ax.plot(mean.index.to_numpy() * shift, mean.to_numpy(), ms=5, label=name, **styles[name])
        ax.plot(runs["share"] * shift, runs[column], ".", color=styles[name]["color"], ms=3, alpha=0.5)
    ax.axhline(chance, color="0.4", lw=1, ls=(0, (1, 2)), label=f"most frequent class ({chance:.2f})")
    ax.set_xscale("log")
    ax.set_xticks(shares, [f"{share:g}" for share in shares])
    ax.set_xticks([], minor=True)
    ax.set(xlabel="share of the training labels, %", ylabel="test accuracy")
    ax.grid(axis="y", color="0.9")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8, frameon=False)
    return ax


def plot_document_accuracy(frame: pd.DataFrame, ax: Axes) -> Axes:
    """Test accuracy at one share of labels: a dot a seed, the mean with its standard deviation, the paper's mean.

    Args:
        frame: From ``document_tables.named_apart``, ended runs of one corpus and share.
        ax: Where to draw.
    """
    listed = variants(frame["model.name"].tolist())
    styles = variant_styles(frame["model.name"].tolist())
    corpus = frame["corpus.name"].iloc[0]
    for place, (name, model, column) in enumerate(listed):
        values = frame.loc[frame["model.name"] == model].sort_values("seed")[column].to_numpy(dtype=float)
        style = styles[name]
        spread = np.linspace(-0.24, 0.0, len(values)) if len(values) > 1 else np.zeros(1)
        ax.plot(values, place + spread, ".", color=style["color"], alpha=0.6)
        std = values.std(ddof=1) if len(values) > 1 else 0.0
        face = style.get("mfc", style["color"])
        ax.errorbar(
            values.mean(),
            place + 0.14,
            xerr=std,
            fmt=style["marker"],
            color=style["color"],
            mfc=face,
            capsize=3,
        )
        paper = find_published(plain(model), corpus)
        if paper is not None and name == model and frame["share"].iloc[0] == 100:
            ax.plot(paper.mean, place + 0.14, "|", color="black", ms=18, mew=2)
    ax.set_yticks(range(len(listed)), [name for name, _, _ in listed])
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
    shares = numbers / np.maximum(numbers.sum(1, keepdims=True), 1)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if len(counts) <= MOST_WRITTEN:
        for row, column in np.ndindex(*numbers.shape):
            if numbers[row, column]:
                color = "white" if shares[row, column] > 0.55 else "0.25"
                text = f"{100 * shares[row, column]:.0f}"
                ax.text(column, row, text, ha="center", va="center", color=color, fontsize=7)
    ax.set_xticks(range(len(counts)), counts.columns, rotation=60, ha="right", fontsize=7)
    ax.set_yticks(range(len(counts)), counts.index, fontsize=7)
    ax.set_xlabel("predicted", fontsize=8)
    ax.set_ylabel("true", fontsize=8)
    ax.set_title(title, fontsize=9)
    return ax
