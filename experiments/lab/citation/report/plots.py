"""Figures of node classification: each takes runs and an ``ax``, and returns the ``ax``."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from experiments.reading.frames import LABEL
from experiments.reading.results import Results


def plot_node_accuracy(results: Results, ax: Axes) -> Axes:
    """Test accuracy in percent: a dot per seed, the mean with its standard deviation, the paper's mean.

    Args:
        results: Runs on one data set that differ in model and seed alone.
        ax: Where to draw.
    """
    ended, metric = results.ended.sort_values("seed"), results.metric
    models = [model for model in results.models if (ended[LABEL] == model).any()]
    papers = {
        paper.model: paper.mean
        for paper in results.experiment.published
        if all((ended.loc[ended[LABEL] == paper.model, c] == value).all() for c, value in paper.task.items())
    }
    for place, model in enumerate(models):
        accuracy = metric.scale * ended.loc[ended[LABEL] == model, metric.key].to_numpy(dtype=float)
        style = results.styles[model]
        # Side by side in the order of the seeds, so that equal accuracies do not hide each other.
        spread = np.linspace(-0.22, 0.0, len(accuracy)) if len(accuracy) > 1 else np.zeros(1)
        ax.plot(place + spread, accuracy, ".", color=style["color"], alpha=0.6)
        std = accuracy.std(ddof=1) if len(accuracy) > 1 else 0.0
        ax.errorbar(place + 0.12, accuracy.mean(), std, fmt=style["marker"], color=style["color"], capsize=4)
        if model in papers:
            ax.plot(place + 0.28, metric.scale * papers[model], "_", color="black", ms=16, mew=2)
    ax.axhline(metric.scale * ended["chance"].iloc[0], color="0.4", lw=1, ls=(0, (1, 2)))
    ax.set_xticks(range(len(models)), models, rotation=30, ha="right", rotation_mode="anchor")
    ax.set(ylabel=metric.heading, xlim=(-0.5, len(models) - 0.5))
    ax.grid(axis="y", color="0.9")
    return ax
