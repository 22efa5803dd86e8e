"""What the page of Tree-NeighborsMatch shows: what is fitted, beside the paper, and what is answered anew."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from experiments.lab.sequences.report import sections as sequences
from experiments.lab.trees.experiment import FITTED, PAPER
from experiments.lab.trees.report.tables import reach_sentence, tree_rows, tree_table
from experiments.reading.frames import ended, natural
from experiments.reading.looks.models import model_styles
from experiments.reading.results import Results
from experiments.reading.sections import Picture, Section, Table, Text

SPLITS = (
    "An example is one of at most 1,000 ways to label the leaves with one of the 2^r questions; eight tenths of the "
    "examples are for training. Test questions were never asked in training, though their leaves were seen."
)


def accuracy(results: Results) -> Section | None:
    """Accuracy against radius with every seed and the paper's numbers."""
    frame = ended(tree_table(results.runs))
    if frame.empty:
        return None
    text = (
        "Dots: single seeds; lines: means. Left, what is fitted of the training examples, which the paper reports too "
        f"(crosses: {PAPER}); right, new questions about the same trees. Dotted: guessing."
    )
    blocks: list[Any] = [Picture("Accuracy against radius", text, radius_figure(frame))]
    sentence = reach_sentence(results.runs)
    return Section("figures", "Accuracy against radius", blocks + [Text(sentence)] * bool(sentence))


def table(results: Results) -> Section | None:
    """Every seed, and the paper's number where there is one."""
    rows = tree_rows(tree_table(results.runs))
    if not rows:
        return None
    sizes = sorted(results.frame["train.hidden"].unique())
    hidden = ", ".join(str(size) if size else "chosen for the budget" for size in sizes)
    note = f"Paper: {PAPER}. Its hidden size is 32 ({hidden} here), its number of layers r + 1. {SPLITS}"
    return Section("summary", "Summary", [Table(rows, note, open=True)])


def memory(results: Results) -> Section | None:
    """How much of each node is left at the root."""
    section = sequences.memory(results)
    if section is None:
        return None
    text = (
        "In the graph r counts hops to the root; in the sequence, which reads leaves first and the root last, it "
        "counts steps."
    )
    return Section(section.key, "How much of each node is left at the root", [Text(text), *section.blocks])


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
    """One accuracy against radius: a dot per seed, lines through means; the paper's as crosses where asked for."""
    styles = model_styles(sorted(frame["kind"].unique(), key=natural))
    drawn: set[str] = set()
    for number, (kind, style) in enumerate(styles.items()):
        own = frame[frame["kind"] == kind]
        shift = 0.05 * (number - (len(styles) - 1) / 2)
        mean = own.groupby("length")[column].mean()
        ax.plot(own["length"] + shift, own[column], style["marker"], color=style["color"], ms=4, alpha=0.5)
        ax.plot(mean.index + shift, mean, **style, ms=5, label=kind)
        conv = kind.partition(",")[0].split("-")[0]
        numbers = FITTED.get(conv, {}) if published else {}
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
    ax.set_xticks(sorted({*frame["length"], *(FITTED["gcn"] if published else ())}))
    ax.grid(axis="y", color="0.9")
    return ax
