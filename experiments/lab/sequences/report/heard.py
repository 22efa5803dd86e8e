"""Accuracy beside D at the answer's own distance: what is answered, and what arrives of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.lab.sequences.experiment import ACCURACY
from experiments.lab.sequences.report.apart import over_lengths
from experiments.lab.sequences.report.losses import mean
from experiments.lab.sequences.report.reach import chance_of
from experiments.lab.sequences.report.sensitivity_tables import sensitivities
from experiments.reading.frames import LABEL
from experiments.reading.results import Results
from experiments.reading.sections import Picture, Section
from experiments.reading.standard import MOST_PANELS, left_out, titled

STRIP = 0.12  # of the height, below the axis's numbers, for what is exactly 0


def heard(results: Results) -> Section | None:
    """The figure, one for each set of settings; None where the answer has no fixed place."""
    blocks: list[Any] = []
    measured = sensitivities(results.compared)
    parts = over_lengths(results.compared)
    for title, part in list(parts.items())[:MOST_PANELS]:
        rows = answers_heard(part, measured.get(title, pd.DataFrame()))
        if rows.empty or rows["length"].nunique() < 2:  # over one length there is no line
            continue
        figure = Figure(figsize=(9.6, 4.8), layout="constrained")
        draw_heard(part, rows, figure)
        text = (
            f"Left: {part.metric.title}, a dot per seed and a line through the means. Right: the derivative of the "
            "answer with respect to the input that holds it, after training (before it, where nothing was trained): "
            "lines are geometric means, dots seeds. What lies in a strip at the bottom is exactly 0."
        )
        blocks.append(
            Picture(titled("What is answered, and what arrives of the answer", title), text, figure)
        )
    return Section("heard", "What arrives of the answer", [*blocks, *left_out(parts)]) if blocks else None


def answers_heard(part: Results, rows: pd.DataFrame) -> pd.DataFrame:
    """D at the input that holds the answer, with ``model``, ``length`` and ``seed``; empty where it has no fixed place.

    Args:
        part: Runs of one set of settings.
        rows: Of theirs, from ``sensitivities``.
    """
    ended = part.ended
    if rows.empty or ended["answer_at"].isna().all():
        return pd.DataFrame(columns=["model", "length", "seed", "sensitivity"])
    rows = rows.merge(ended[["run", "answer_at"]], on="run")
    rows = rows[rows["r"] == rows["answer_at"]]
    last = "trained" if (rows["when"] == "trained").any() else "initial"
    return rows[rows["when"] == last]


def draw_heard(part: Results, rows: pd.DataFrame, figure: Any) -> tuple[Axes, Axes]:
    """Two panels over length.

    Args:
        part: Runs of one set of settings.
        rows: From ``answers_heard``.
        figure: Where to draw.
    """
    labels = [label for label in part.models if label in set(part.ended[LABEL])]
    styles = {label: part.styles[label] for label in labels}
    left, right = figure.subplots(1, 2)
    # 1. what is answered
    plot_by_length(part.ended.rename(columns={LABEL: "model"}), part.metric.key, left, styles, np.mean)
    chance = chance_of(part.frame)
    if chance is not None:
        left.axhline(chance, color="0.4", lw=1, ls=(0, (1, 2)))
        left.text(
            1.0, chance, "chance", transform=left.get_yaxis_transform(), ha="right", va="bottom", fontsize=8
        )
    left.set(ylabel=part.metric.title)
    if part.metric.key == ACCURACY.key:
        left.set_ylim(-0.03, 1.05)
    # 2. what arrives
    positive = rows.loc[rows["sensitivity"] > 0, "sensitivity"]
    low, high = (positive.min(), positive.max()) if len(positive) else (1e-3, 1.0)
    low, high = 10 ** np.floor(np.log10(low)), 10 ** np.ceil(np.log10(high * 1.2))
    silent = bool((rows["sensitivity"] == 0).any())
    bottom = low * (low / high) ** STRIP if silent else low
    nothing = low * (low / high) ** (STRIP / 2)
    shown = rows.assign(sensitivity=rows["sensitivity"].where(rows["sensitivity"] > 0, nothing))
    plot_by_length(shown, "sensitivity", right, styles, lambda values: mean(pd.Series(values)))
    right.set(yscale="log", ylim=(bottom, high), ylabel="D of the answer's input")
    right.set_yticks([tick for tick in right.get_yticks() if low <= tick <= high])
    right.set_ylim(bottom, high)
    right.minorticks_off()
    if silent:
        right.axhline(low, color="0.3", lw=0.8)
        where: dict[str, Any] = {"transform": right.get_yaxis_transform(), "ha": "right", "va": "center"}
        right.text(0.99, nothing, "exactly 0", **where, fontsize=8, color="0.25")
    handles, names = left.get_legend_handles_labels()
    figure.legend(
        handles, names, loc="outside lower center", ncols=5, fontsize=8, frameon=False, handlelength=3.4
    )
    return left, right


def plot_by_length(
    rows: pd.DataFrame, column: str, ax: Axes, styles: dict[str, dict[str, Any]], middle: Any
) -> None:
    """Dots of single seeds and a line through their middles, a model each, over the length."""
    lengths = np.unique(rows["length"].to_numpy(dtype=float))
    gap = np.diff(lengths).min() if len(lengths) > 1 else 1.0
    for number, (label, style) in enumerate(styles.items()):
        own = rows[rows["model"] == label]
        if own.empty:
            continue
        # A little apart, so that models at the same height do not hide each other.
        shift = (number - (len(styles) - 1) / 2) * 0.5 * gap / max(len(styles), 2)
        middles = own.groupby("length")[column].apply(middle)
        ax.plot(
            own["length"] + shift, own[column], style["marker"], color=style["color"], ms=3, mew=0, alpha=0.5
        )
        ax.plot(middles.index + shift, middles, **style, ms=5, mfc="none", lw=1.5, label=label)
    ax.set_xlabel("length T")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(axis="y", color="0.9")
