"""Figures of a ranking: the score matrix, interquartile means, performance profiles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from experiments.reading.looks.models import model_styles
from experiments.reading.ranking.profiles import levels_of, profile
from experiments.reading.ranking.ranking import Ranking
from experiments.reading.tables import form_of

FONT = 10  # points, of all text
_ROW = 0.42  # inches
_LONG = 8  # characters of a task's title above which it stands aslant


def score_matrix(ranking: Ranking) -> Any:
    """Mean score of every model on every task as a map with numbers; the better, the brighter."""
    from matplotlib.figure import Figure

    scores = ranking.scores
    means = scores.metric.scale * scores.means[[one.place for one in ranking.standings]]
    models, tasks = means.shape
    form = form_of(scores.metric, scores.means)
    figure = Figure(figsize=(3.4 + 0.85 * tasks, 1.6 + _ROW * models), layout="constrained")
    ax = figure.subplots()
    image = ax.imshow(means, aspect="auto", cmap=_bright(scores.metric.lower_is_better))
    for (row, column), value in np.ndenumerate(means):
        ax.text(column, row, f"{value:{form}}", ha="center", va="center", fontsize=FONT, color="black")
    slant: dict[str, Any] = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"}
    turned = slant if max(map(len, scores.tasks)) > _LONG else {}
    ax.set_xticks(range(tasks), scores.tasks, fontsize=FONT, **turned)
    ax.set_yticks(range(models), [one.model for one in ranking.standings], fontsize=FONT)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    bar = figure.colorbar(image, ax=ax, pad=0.02)
    bar.ax.tick_params(labelsize=FONT)
    bar.set_label(scores.metric.heading, fontsize=FONT)
    return figure


def _bright(reverse: bool) -> Any:
    """Colours without the darkest half, so that dark numbers are read on all of them."""
    import matplotlib
    from matplotlib.colors import LinearSegmentedColormap

    colors = matplotlib.colormaps["viridis"](np.linspace(0.45, 1.0, 256))
    return LinearSegmentedColormap.from_list("bright", colors[::-1] if reverse else colors)


def interquartile_means(ranking: Ranking) -> Any:
    """The interquartile mean of each model with its interval, and a small dot for the mean on each task."""
    from matplotlib.figure import Figure

    scores = ranking.scores
    scale, styles = scores.metric.scale, model_styles(scores.models)
    figure = Figure(figsize=(6.5, 1.2 + _ROW * len(scores.models)), layout="constrained")
    ax = figure.subplots()
    for row, one in enumerate(ranking.standings):
        style = styles[one.model]
        means = scale * scores.means[one.place]
        ax.plot(means, np.full(len(means), row + 0.22), "|", color=style["color"], ms=7, alpha=0.8)
        if not math.isnan(one.low):
            ax.plot([scale * one.low, scale * one.high], [row, row], color=style["color"], lw=3, alpha=0.5)
        ax.plot(scale * one.iqm, row, style["marker"], color=style["color"], ms=7)
    ax.set_yticks(range(len(ranking.standings)), [one.model for one in ranking.standings], fontsize=FONT)
    ax.set_ylim(len(ranking.standings) - 0.4, -0.6)
    ax.set_xlabel(f"IQM of {scores.metric.heading}; strokes: tasks", fontsize=FONT)
    ax.tick_params(labelsize=FONT)
    ax.grid(axis="x", color="0.9")
    ax.set_axisbelow(True)
    return figure


def performance_profiles(ranking: Ranking) -> Any:
    """The share of each model's runs that are better than a score, with a band that holds at each score for itself."""
    from matplotlib.figure import Figure

    scores = ranking.scores
    scale, styles, levels = scores.metric.scale, model_styles(scores.models), levels_of(scores)
    figure = Figure(figsize=(7.5, max(4.0, 0.8 + 0.22 * len(scores.models))), layout="constrained")
    ax = figure.subplots()
    faint = 0.12 if len(scores.models) <= 4 else 0.06  # many bands lie over each other
    for one in ranking.standings:
        style, found = styles[one.model], profile(scores, one.model, levels)
        ax.fill_between(scale * levels, found.low, found.high, color=style["color"], alpha=faint, lw=0)
        ax.plot(
            scale * levels, found.share, color=style["color"], ls=style["linestyle"], lw=1.8, label=one.model
        )
    if scores.metric.lower_is_better:
        ax.invert_xaxis()  # to the right is harder in every profile
    ax.set_xlabel(f"{scores.metric.heading} τ", fontsize=FONT)
    ax.set_ylabel("share of runs better than τ", fontsize=FONT)
    ax.set_ylim(-0.02, 1.02)
    ax.margins(x=0)
    ax.tick_params(labelsize=FONT)
    ax.grid(color="0.92")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=FONT, frameon=False)
    return figure
