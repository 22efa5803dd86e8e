"""The page of Tree-NeighborsMatch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from experiments.core.catalogue import EXPERIMENTS
from experiments.lab.memory.page import memory_section
from experiments.lab.sequences.report.memory_plots import family_styles
from experiments.lab.trees.tables import PAPER, PUBLISHED, reach_sentence, tree_rows, tree_table
from experiments.reading.page import inline, pictures, render
from experiments.reading.run_section import read_curves, run_section
from experiments.records.records import RunRecord


def tree_page(runs: list[RunRecord], out: Path) -> str:
    """The page: accuracy against radius with every seed and the paper's numbers, D(r), every run."""
    frame = tree_table(runs)
    ended = frame[frame["status"] == "ok"]
    context = {
        "title": "tree-neighbors",
        "question": EXPERIMENTS["tree-neighbors"].question,
        "source": PAPER,
        "same_hidden": bool((frame["train.hidden"] > 0).all()),
        "hidden": ", ".join(
            str(size) if size else "chosen for the budget" for size in sorted(frame["train.hidden"].unique())
        ),
        "rows": tree_rows(frame),
        "svg": inline(radius_figure(ended), "Accuracy against radius") if len(ended) else "",
        "memory": memory_section(runs),
        "pictures": pictures(out),
        "reach": reach_sentence(runs),
        "settings": _values(frame),
        **run_section(frame, read_curves(runs), out),
    }
    return render("tree.html.j2", context)


def radius_figure(frame: pd.DataFrame) -> Any:
    """Accuracy against radius, on training examples and on new questions.

    Args:
        frame: Runs that ended, from ``tree_table``.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    plot_radius(frame, left, column="fitted", published=True)
    plot_radius(frame, right, column="test_accuracy")
    left.set(ylabel="accuracy", title="training examples: is it fitted?")
    right.set(title="test: new questions")
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=8, frameon=False)
    return figure


def plot_radius(frame: pd.DataFrame, ax: Axes, *, column: str, published: bool = False) -> Axes:
    """One accuracy against radius: a dot a seed, lines through means; the paper's as crosses where asked for."""
    styles = family_styles(frame["kind"].unique())
    drawn: set[str] = set()
    for number, (kind, style) in enumerate(styles.items()):
        own = frame[frame["kind"] == kind]
        shift = 0.05 * (number - (len(styles) - 1) / 2)
        mean = own.groupby("length")[column].mean()
        ax.plot(own["length"] + shift, own[column], style["marker"], color=style["color"], ms=4, alpha=0.5)
        ax.plot(mean.index + shift, mean, **style, ms=5, label=kind)
        conv = kind.partition(",")[0].split("-")[0]
        numbers = PUBLISHED.get(conv, {}) if published else {}
        if numbers and conv not in drawn:  # several models may have one convolution
            drawn.add(conv)
            x = [radius + shift for radius in numbers]
            ax.plot(
                x,
                list(numbers.values()),
                "x",
                color=style["color"],
                ms=8,
                label=f"{conv}, paper",
            )
    chance = frame.groupby("length")["chance"].first()
    # A step at each radius: a line through a single radius would not be seen.
    for radius, level in chance.items():
        label = "chance" if radius == chance.index[0] else None
        ax.plot([radius - 0.4, radius + 0.4], [level, level], ":", color="0.4", lw=1, label=label)
    ax.set(xlabel="radius r of the tree (2^r leaves)", ylim=(-0.03, 1.05))
    ax.set_xticks(sorted({*frame["length"], *(PUBLISHED["gcn"] if published else ())}))
    ax.grid(axis="y", color="0.9")
    return ax


def _values(frame: pd.DataFrame) -> dict[str, str]:
    columns = [c for c in frame.columns if c.startswith(("train.", "environment."))]
    values = {c.partition(".")[2]: ", ".join(f"{v}" for v in frame[c].dropna().unique()) for c in columns}
    return {name: value for name, value in values.items() if value}
