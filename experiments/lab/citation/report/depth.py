"""How far networks hear on a graph, how alike neighbours become, and what more layers do to both."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter, NullLocator, ScalarFormatter, StrMethodFormatter

from experiments.lab.citation.settings import HOPS
from experiments.reading.frames import LABEL
from experiments.reading.results import Results
from experiments.reading.sections import Picture, Section, Text
from experiments.reading.standard import legend_below

LAYERS = "model.layers"
IN_A_ROW, MOST_PANELS = 3, 9  # panels of a figure
DEFINITION = (
    "D(r) says how much the logits of a test node depend on the features of all nodes r hops away: the root of the sum "
    "of their squared derivatives, a mean over test nodes; it is shown as a share of the sum over all distances. Reach "
    "is the mean distance under these shares. Energy kept is the Dirichlet energy over the squared norm of what the "
    "last layer is given, measured against that of the features: where it falls towards 0, neighbours have become "
    "alike (over-smoothing). All are measured once, with the weights that were tested. mlp hears no node but its own, "
    "and its energy is what the same layers keep without edges: the control of both."
)
HEARD = "Share of D(r) at each distance: means over seeds. A line ends where nothing is heard any more."
DEPTH = (
    "Against the number of layers: means over seeds, bars from the lowest to the highest seed. Left the test score, in "
    "the middle the energy that is kept (logarithmic), right the mean distance of what is heard."
)


def depth(results: Results) -> Section | None:
    """Figures of D(r), and of score, energy and reach against layers where several were tried."""
    if "energy" not in results.ended or results.ended["energy"].isna().all():
        return None
    blocks: list[Any] = [Text(DEFINITION)]
    for title, part in results.panels([LAYERS]).items():
        ended = part.ended[part.ended["energy"].notna()]
        if ended[LAYERS].nunique() > 1:
            blocks.append(Picture(f"Depth: {title}", DEPTH, _depth_figure(part, ended)))
    heard = {title: part for title, part in results.panels().items() if len(_shares(part))}
    if heard:
        shown = dict(list(heard.items())[:MOST_PANELS])
        blocks.append(Picture("Heard from", HEARD, _heard_figure(shown)))
        if len(heard) > MOST_PANELS:
            blocks.append(
                Text(f"{len(heard) - MOST_PANELS} more combinations of settings are in {HOPS} of each run.")
            )
    return Section("depth", "How far a node hears, and how alike neighbours become", blocks)


def _depth_figure(part: Results, ended: pd.DataFrame) -> Figure:
    figure = Figure(figsize=(10.0, 3.6), layout="constrained")
    axes = figure.subplots(1, 3)
    metric = part.metric
    for ax, column, scale, label in zip(
        axes,
        (metric.key, "energy", "reach"),
        (metric.scale, 1.0, 1.0),
        (metric.heading, "energy kept", "reach (hops)"),
    ):
        plot_by_layers(part, ended, ax, column, scale).set_ylabel(label)
    axes[1].set_yscale("log")
    axes[1].yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    low, high = axes[1].get_ylim()
    if high < 20 * low:  # the powers of ten alone would be too few
        axes[1].yaxis.set_minor_formatter(StrMethodFormatter("{x:g}"))
        axes[1].tick_params(axis="y", which="minor", labelsize="small")
    axes[0].axhline(metric.scale * ended["chance"].iloc[0], color="0.4", lw=1, ls=(0, (1, 2)))
    legend_below(figure, part, [model for model in part.models if (ended[LABEL] == model).any()])
    return figure


def plot_by_layers(part: Results, ended: pd.DataFrame, ax: Axes, column: str, scale: float = 1.0) -> Axes:
    """A recorded number of each model against its layers: the mean, and bars from the lowest to the highest seed.

    Args:
        part: Runs that differ in model, layers and seed alone.
        ended: Those of its runs that are drawn.
        ax: Where to draw.
        column: Which number.
        scale: What it is multiplied by.
    """
    layers = sorted(ended[LAYERS].unique())
    for model in (m for m in part.models if (ended[LABEL] == m).any()):
        groups = (scale * ended[ended[LABEL] == model].set_index(LAYERS)[column].astype(float)).groupby(
            level=0
        )
        mean, style = groups.mean(), part.styles[model]
        bars = [mean - groups.min(), groups.max() - mean]
        ax.errorbar(mean.index, mean, bars, label=model, capsize=2, ms=5, mfc="none", elinewidth=0.8, **style)
    ax.set_xscale("log", base=2)
    ax.set_xticks(layers)
    ax.xaxis.set_major_formatter(ScalarFormatter())
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel("layers")
    ax.grid(color="0.9")
    return ax


def _heard_figure(parts: dict[str, Results]) -> Figure:
    columns = min(IN_A_ROW, len(parts))
    rows = math.ceil(len(parts) / columns)
    figure = Figure(figsize=(min(10.0, 3.4 * columns + 1.5), 3.2 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    for ax in axes[len(parts) :]:
        ax.set_axis_off()
    for ax, (title, part) in zip(axes, parts.items()):
        plot_heard(part, ax).set_title(title, fontsize=10, wrap=True)
    first = next(iter(parts.values()))
    drawn = set().union(*(_shares(part).index.get_level_values("model") for part in parts.values()))
    legend_below(figure, first, [model for model in first.models if model in drawn])
    return figure


def plot_heard(part: Results, ax: Axes) -> Axes:
    """The share of D(r) at each distance, means over seeds.

    Args:
        part: Runs that differ in model and seed alone.
        ax: Where to draw.
    """
    shares = _shares(part)
    for model in (m for m in part.models if m in shares.index.get_level_values("model")):
        mean = shares.loc[model].mean()
        mean = mean.loc[: mean[mean > 0].index[-1]]
        ax.plot(mean.index, mean, label=model, ms=5, mfc="none", **part.styles[model])
    ax.set(xlabel="hops r", ylabel="share of D(r)", ylim=(-0.03, 1.03))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(color="0.9")
    return ax


def _shares(part: Results) -> pd.DataFrame:
    """Share of each distance (columns) in what a run hears (rows: model and run)."""
    hops = part.rows(HOPS, ("hop", "sensitivity"))
    if hops.empty:
        return hops
    totals = hops.groupby("run")["sensitivity"].transform("sum")
    heard = hops.assign(share=hops["sensitivity"] / totals)[totals > 0]
    return heard.pivot_table("share", ["model", "run"], "hop", fill_value=0.0)
