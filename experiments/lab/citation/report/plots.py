"""Figures of node classification: each takes tables and an ``ax``, and returns the ``ax``."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.lab.citation.report.tables import find_published
from experiments.reading.plots import model_styles


def plot_node_accuracy(frame: pd.DataFrame, ax: Axes, *, chance: float) -> Axes:
    """Test accuracy on one data set: a dot a seed, the mean with its standard deviation, the paper's mean.

    Args:
        frame: From ``citation_tables.node_runs``, rows of one data set.
        ax: Where to draw.
        chance: Accuracy of always naming the most frequent class, in 0..1.
    """
    ended = frame[frame["status"] == "ok"]
    models = sorted(ended["model.name"].unique())
    styles = model_styles(models)
    for place, model in enumerate(models):
        accuracy = 100 * ended.loc[ended["model.name"] == model, "test_accuracy"].to_numpy(dtype=float)
        style = styles[model]
        # Side by side in the order of the seeds, so that equal accuracies do not hide each other.
        spread = np.linspace(-0.22, 0.0, len(accuracy)) if len(accuracy) > 1 else np.zeros(1)
        ax.plot(place + spread, accuracy, ".", color=style["color"], alpha=0.6)
        std = accuracy.std(ddof=1) if len(accuracy) > 1 else 0.0
        ax.errorbar(place + 0.12, accuracy.mean(), std, fmt=style["marker"], color=style["color"], capsize=4)
        paper = find_published(model, ended["dataset"].iloc[0])
        if paper is not None:
            ax.plot(place + 0.28, paper.mean, "_", color="black", ms=16, mew=2)
    ax.axhline(100 * chance, color="0.4", lw=1, ls=(0, (1, 2)))
    ax.set_xticks(range(len(models)), models)
    ax.set(ylabel="test accuracy, %", xlim=(-0.5, len(models) - 0.5), title=ended["dataset"].iloc[0])
    ax.grid(axis="y", color="0.9")
    return ax
