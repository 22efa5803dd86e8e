"""The figures of memory: D(r) of both families, and what each step or layer does. Each takes an ``ax``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from experiments.lab.sequences.report.sensitivity_tables import mean_curve
from experiments.reading.frames import natural
from experiments.reading.looks.models import model_styles

NAME_OF_DEPTH = 80  # points that one takes, with air around it
Styles = Mapping[str, dict[str, Any]]


def plot_sensitivity(
    rows: pd.DataFrame,
    ax: Axes,
    *,
    depths: Sequence[int] = (),
    styles: Styles | None = None,
    limits: tuple[float, float] | None = None,
) -> Axes:
    """log D(r) against r: a line per model through the means over seeds, a band from the lowest seed to the highest.

    Where D is exactly 0, a mark stands in the strip below the axis's numbers, which a logarithm cannot show.

    Args:
        rows: Of one length and one time of measurement, with ``model``, ``seed``, ``r`` and ``sensitivity``.
        ax: Where to draw.
        depths: Layers of plain paths; beyond each of them r is shaded, darker with every depth.
        styles: Of all models of the page, so that several figures agree.
        limits: Lowest and highest D to show; all of them when left out.
    """
    styles = styles or model_styles(sorted(rows["model"].unique(), key=natural))
    rows = rows[rows["r"] >= 1]
    positive = rows.loc[rows["sensitivity"] > 0, "sensitivity"]
    low, high = limits or (positive.min(), positive.max()) if len(positive) else (1e-3, 1.0)
    low, high = 10 ** np.floor(np.log10(low)), 10 ** np.ceil(np.log10(high * 1.2))
    strip = (np.log10(high) - np.log10(low)) * 0.1  # in decades
    bottom = low * 10 ** (-strip)
    last = int(rows["r"].max())
    room = last * NAME_OF_DEPTH / (ax.bbox.width * 72 / ax.figure.dpi)
    before, line = -last, 0
    for depth in sorted({d for d in depths if d < last}):
        ax.axvspan(depth + 0.5, last + 0.5, color="0.35", alpha=0.1, lw=0)
        line = line + 1 if depth - before < room else 0  # above one that would run into it
        at_the_end = last - depth < room
        ax.text(
            last + 0.4 if at_the_end else depth + 0.6,
            0.1 + 0.075 * line,
            f"r > {depth}: out of\nreach of {depth} layer{'s' if depth > 1 else ''}",
            transform=ax.get_xaxis_transform(),
            ha="right" if at_the_end else "left",
            va="bottom",
            fontsize=7.5,
            color="0.25",
        )
        before = depth
    means = {label: mean_curve(own) for label in styles if not (own := rows[rows["model"] == label]).empty}
    silent = [label for label, mean in means.items() if (mean == 0).any()]
    for label, mean in means.items():
        own, style = rows[rows["model"] == label], styles[label]
        by_r = own.groupby("r")["sensitivity"]
        lowest = own[own["sensitivity"] > 0].groupby("r")["sensitivity"].min()
        heard = mean > 0
        x = mean.index.to_numpy()
        ax.plot(x, mean.where(heard), **style, ms=4, lw=1.6, markevery=max(1, len(x) // 12), label=label)
        ax.fill_between(x, lowest.reindex(x), by_r.max(), where=heard, color=style["color"], alpha=0.1, lw=0)
        if not heard.all():
            # A row of its own for each model, so that none hides another.
            height = bottom * (low / bottom) ** ((silent.index(label) + 1) / (len(silent) + 1))
            ax.plot(x[~heard], np.full((~heard).sum(), height), style["marker"], color=style["color"], ms=3)
    ax.axhline(low, color="0.3", lw=0.8)
    if ax.yaxis.get_tick_params()["labelleft"]:  # among the numbers: inside, marks of a small r would hide it
        where: dict[str, Any] = {"transform": ax.transAxes, "ha": "right", "va": "center"}
        ax.text(-0.012, 0.045, "exactly 0", **where, fontsize=8, color="0.25")
    ax.set(yscale="log", ylim=(bottom, high), xlim=(0.5, last + 0.5))
    ax.set_xlabel("r: steps, or hops, from the read-out")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_ylabel("D(r) = ‖∂ logits / ∂ input‖")
    ticks = [t for t in ax.get_yticks() if low <= t <= high]
    ax.set_yticks(ticks)
    ax.set_ylim(bottom, high)
    ax.minorticks_off()
    ax.grid(axis="y", color="0.9")
    ax.set_axisbelow(True)
    return ax


def plot_depth(rows: pd.DataFrame, axes: Sequence[Axes], styles: Styles) -> None:
    """Singular values, feature norm and Dirichlet energy against depth or time, one ``ax`` each.

    Args:
        rows: Of one length and one time of measurement, from ``depth.csv``.
        axes: Three.
        styles: Of all models of the page.
    """
    for label, style in styles.items():
        own = rows[rows["model"] == label]
        if own.empty:
            continue
        mean = own.groupby("depth").mean(numeric_only=True)
        every: dict[str, Any] = {"markevery": max(1, len(mean) // 8), "ms": 3.5, "lw": 1.4}
        axes[0].plot(mean.index, mean["singular_max"], **style, **every, label=label)
        median = mean["singular_median"].where(mean["singular_median"] > 1e-6 * mean["singular_max"])
        axes[0].plot(mean.index, median, color=style["color"], linestyle=style["linestyle"], lw=0.7)
        axes[1].plot(mean.index, mean["norm"], **style, **every)
        if mean["energy"].notna().any():
            axes[2].plot(mean.index, mean["energy"], **style, **every)
    axes[0].axhline(1.0, color="0.3", lw=0.8)
    titles = (
        "singular values of the Jacobian:\nlargest (marked) and median (thin)",
        "size of the features\n(root mean square)",
        "Dirichlet energy / ‖X‖²\n(graph models)",
    )
    for ax, title in zip(axes, titles):
        ax.set_title(title, fontsize=9.5)
        ax.set(xlabel="layer, or time step")
        if any((np.asarray(line.get_ydata(), dtype=float) > 0).any() for line in ax.get_lines()):
            ax.set_yscale("log")  # of nothing but zeros there is no logarithm
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.grid(axis="y", color="0.9")
