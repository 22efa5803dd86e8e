"""Figures of claims on families of models: every seed beside what is left of an input at distance r."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.core.registry import family_of
from experiments.lab.sequences.report.sensitivity_plots import plot_sensitivity
from experiments.lab.sequences.report.sensitivity_tables import read_measured
from experiments.lab.sequences.settings import SENSITIVITY
from experiments.reading.frames import LABEL, natural
from experiments.reading.looks.models import model_styles
from experiments.reading.results import Results
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.measures.families.distance import (
    DEEP,
    GRAPHS,
    REACH,
    SQUASHING_AT,
    VANISHING_AT,
    losses_of,
    reference_distance,
)
from experiments.reproductions.measures.families.mixing import NAMES, kind_of

_CHANCE: dict[str, Any] = {"color": "0.4", "lw": 1, "ls": (0, (1, 2))}
_LEGEND: dict[str, Any] = {"fontsize": 8, "frameon": False, "handlelength": 3}


def draw_families(evidence: Evidence) -> Figure:
    """Four panels: accuracy of every seed and D(r) on recall; accuracy against distance and D(r) on a ring."""
    recall, ring = evidence.frame("recall"), evidence.frame("ring")
    styles = kind_styles([*recall[LABEL], *ring[LABEL]])
    figure = Figure(figsize=(10.2, 8.6), layout="constrained")
    axes = figure.subplots(2, 2)
    plot_seeds(recall, axes[0, 0], styles)
    axes[0, 0].set_title("recall: one dot per seed", fontsize=10)
    _plot_distances(evidence, "recall", int(recall["length"].max()), axes[0, 1], styles)
    plot_lengths(ring, axes[1, 0], styles)
    axes[1, 0].set(xlabel="T: hops from the label to the node that asks")
    axes[1, 0].set_title("ring: dots are seeds, lines means", fontsize=10)
    _plot_distances(evidence, "ring", int(ring["length"].max()), axes[1, 1], styles)
    _legend(figure, styles)
    return figure


def draw_recall(evidence: Evidence) -> Figure:
    """Accuracy of every seed beside D(r), a row a size of the task."""
    frame = evidence.frame()
    styles = kind_styles(frame[LABEL])
    sizes = sorted({(int(T), int(pairs)) for T, pairs in zip(frame["length"], frame["pairs"])})
    figure = Figure(figsize=(10.2, 0.7 + 3.9 * len(sizes)), layout="constrained")
    for (T, pairs), (left, right) in zip(sizes, figure.subplots(len(sizes), 2, squeeze=False)):
        plot_seeds(frame[(frame["length"] == T) & (frame["pairs"] == pairs)], left, styles)
        left.set_title(f"T = {T}, {pairs} pairs: one dot per seed", fontsize=10)
        _plot_distances(evidence, "recall", T, right, styles)
    _legend(figure, styles)
    return figure


def draw_copying(evidence: Evidence) -> Figure:
    """Accuracy of every seed by layers, beside D(r) of the longest T."""
    frame = evidence.frame()
    far = frame[frame["length"] == frame["length"].max()]
    styles = model_styles(sorted(far[LABEL].unique(), key=natural))
    figure = Figure(figsize=(10.2, 5.0), layout="constrained")
    left, right = figure.subplots(1, 2)
    plot_seeds(far, left, styles)
    T = int(far["length"].max())
    left.set_title(f"T = {T}: one dot per seed", fontsize=10)
    _plot_distances(evidence, "selective-copying", T, right, styles)
    _legend(figure, styles)
    return figure


def draw_squashing(evidence: Evidence) -> Figure:
    """Accuracy by width on each graph, and what the edges keep at initial weights against the resistance."""
    frames = {graph: evidence.frame(graph) for graph in GRAPHS}
    T = reference_distance(frames["ring"], SQUASHING_AT)
    looks = dict(zip(GRAPHS, ("#1b9e77", "#2166ac", "#542788")))
    figure = Figure(figsize=(10.2, 4.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    widths = sorted({int(w) for frame in frames.values() for w in frame["train.hidden"]})
    places = {width: number for number, width in enumerate(widths)}
    for number, (graph, frame) in enumerate(frames.items()):
        shift = 0.12 * (number - 1)
        far = frame[(frame["length"] == T) & (frame["status"] == "ok")]
        own, deep = far[far[LABEL] == REACH], far[far[LABEL] == DEEP]
        x = own["train.hidden"].map(places) + shift
        left.plot(x, own["test_accuracy"], "o", color=looks[graph], ms=4, alpha=0.5, mew=0)
        means = own.groupby("train.hidden")["test_accuracy"].mean()
        left.plot(
            [places[w] + shift for w in means.index],
            means,
            "-o",
            color=looks[graph],
            mfc="none",
            label=GRAPHS[graph],
        )
        beside = np.full(len(deep), len(widths) + shift)
        left.plot(beside, deep["test_accuracy"], "D", color=looks[graph], ms=4.5, alpha=0.5, mew=0)
        if len(deep):
            left.plot(
                len(widths) + shift, deep["test_accuracy"].mean(), "D", color=looks[graph], ms=8, mfc="none"
            )
        shares = losses_of(evidence, graph)
        kept = shares[(shares["model"] == REACH) & (shares["hidden"] == widths[-1])]
        for length, rows in kept.groupby("length"):
            marker = "os^Dv"[sorted(kept["length"].unique()).index(length) % 5]
            right.plot(rows["resistance"], rows["edges"], marker, color=looks[graph], ms=6, alpha=0.6, mew=0)
            right.annotate(f"T = {length}", (rows["resistance"].iloc[0], rows["edges"].max()), xytext=(5, 4),
                           textcoords="offset points", fontsize=8, color=looks[graph])  # fmt: skip
    left.axhline(0.2, **_CHANCE, label="chance")
    left.set_xticks(range(len(widths) + 1), [*map(str, widths), f"{widths[-1]},\n12 layers"])
    left.set(xlabel="channels, with as many layers as hops", ylabel="test accuracy", ylim=(-0.03, 1.05))
    left.set_title(f"T = {T}: small marks are seeds, lines and large marks means", fontsize=10)
    right.set(xlabel="effective resistance between label and asker", yscale="log")
    right.set_ylabel("share of the signal that the edges keep")
    right.set_title("initial weights, as many layers as hops: one mark per seed", fontsize=10)
    left.legend(loc="upper left", **_LEGEND)
    for ax in (left, right):
        ax.grid(axis="y", color="0.9")
    return figure


def draw_vanishing(evidence: Evidence) -> Figure:
    """What layers and what edges keep at initial weights, and accuracy, each by remedy and number of layers."""
    frame, shares = evidence.frame(), losses_of(evidence, "ring")
    T = reference_distance(frame, VANISHING_AT)
    frame, shares = frame[frame["length"] == T], shares[shares["length"] == T]
    labels = sorted(frame[LABEL].unique(), key=lambda label: (_layers(label), natural(label)))
    styles = model_styles(labels)
    figure = Figure(figsize=(10.2, 5.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    for place, label in enumerate(labels):
        rows, color = shares[shares["model"] == label], styles[label]["color"]
        for what, marker, filled in (("depth", "o", True), ("edges", "s", False)):
            values = rows[what].to_numpy(dtype=float)
            x = place + (-0.14 if filled else 0.14) + _apart(len(values))
            left.plot(x, values, marker, color=color, ms=5, mfc=color if filled else "none", alpha=0.8)
    left.set(yscale="log", ylabel="share of the signal that is kept")
    left.set_title("initial weights: one mark per seed", fontsize=10)
    left.legend(
        handles=[
            Line2D([], [], ls="none", marker="o", color="0.3", label="by the layers"),
            Line2D([], [], ls="none", marker="s", mfc="none", color="0.3", label="by the edges"),
        ],
        loc="lower left",
        **_LEGEND,
    )
    plot_seeds(frame, right, styles, order=labels)
    right.set_title(f"T = {T}: one dot per seed", fontsize=10)
    border = sum(_layers(label) == T for label in labels) - 0.5
    for ax in (left, right):
        ax.set_xticks(range(len(labels)), labels, rotation=40, ha="right", fontsize=8)
        ax.axvline(border, color="0.6", lw=0.8)
        ax.grid(axis="y", color="0.9")
    return figure


def _layers(label: str) -> int:
    return int(label.split("-")[1])


def kind_styles(labels: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Style of each model, the same for every number of layers of one kind."""
    labels = sorted(set(labels), key=natural)
    kinds = model_styles({kind_of(label): None for label in labels})
    return {label: kinds[kind_of(label)] for kind in kinds for label in labels if kind_of(label) == kind}


def plot_seeds(
    frame: pd.DataFrame, ax: Axes, styles: dict[str, dict[str, Any]], *, order: Sequence[str] = ()
) -> Axes:
    """Accuracy of every seed, models beside each other; a bar is the mean, and a cross a run that failed.

    Args:
        frame: Runs of one task and length.
        ax: Where to draw.
        styles: Of the models, in the order in which they stand.
        order: Another order.
    """
    there = set(frame[LABEL])
    labels = [label for label in order or styles if label in there]
    for place, label in enumerate(labels):
        own, color = frame[frame[LABEL] == label].sort_values("seed"), styles[label]["color"]
        scores = own["test_accuracy"].where(own["status"] == "ok").to_numpy(dtype=float)
        x = place + _apart(len(scores))
        ax.plot(x, scores, styles[label]["marker"], color=color, ms=5.5, alpha=0.75, mew=0)
        ax.plot(x[np.isnan(scores)], np.zeros(np.isnan(scores).sum()), "x", color=color)
        if not np.isnan(scores).all():
            ax.hlines(np.nanmean(scores), place - 0.3, place + 0.3, color=color, lw=1.6)
    for chance in frame["chance"].dropna().unique()[:1]:
        ax.axhline(chance, **_CHANCE)
    names = [NAMES[kind_of(label)] for label in labels]
    shown = labels if len(set(names)) < len(names) else names
    ax.set_xticks(range(len(labels)), shown, rotation=40, ha="right", fontsize=8)
    ax.set(ylabel="test accuracy", ylim=(-0.03, 1.05))
    ax.grid(axis="y", color="0.9")
    return ax


def plot_lengths(frame: pd.DataFrame, ax: Axes, styles: dict[str, dict[str, Any]]) -> Axes:
    """Accuracy against length: a dot per seed, a line through the means."""
    labels = [label for label in styles if label in set(frame[LABEL])]
    lengths = sorted(frame["length"].unique())
    gap = min(np.diff(lengths), default=1)
    for number, label in enumerate(labels):
        own = frame[(frame[LABEL] == label) & (frame["status"] == "ok")]
        shift = 0.5 * gap * (number - (len(labels) - 1) / 2) / len(labels)
        mean = own.groupby("length")["test_accuracy"].mean()
        style = styles[label]
        ax.plot(
            own["length"] + shift,
            own["test_accuracy"],
            style["marker"],
            color=style["color"],
            ms=4,
            alpha=0.5,
        )
        ax.plot(mean.index + shift, mean, **{**style, "marker": ""}, lw=1.5)
    for chance in frame["chance"].dropna().unique()[:1]:
        ax.axhline(chance, **_CHANCE)
    ax.set_xticks(lengths)
    ax.set(ylabel="test accuracy", ylim=(-0.03, 1.05))
    ax.grid(axis="y", color="0.9")
    return ax


def _plot_distances(
    evidence: Evidence, experiment: str, T: int, ax: Axes, styles: dict[str, dict[str, Any]]
) -> None:
    """D(r) of trained weights at one length."""
    runs = [
        run for run in evidence.runs if run.settings.experiment == experiment and run.settings.length == T
    ]
    rows = read_measured(Results(runs[0].path.parent, runs), SENSITIVITY, "r")
    if rows.empty:
        return
    rows = rows[rows["when"] == "trained"]
    shown = {label: style for label, style in styles.items() if label in set(rows["model"])}
    plot_sensitivity(rows, ax, styles=shown)
    ax.set_title(f"{experiment}, T = {T}: what is left at distance r after training", fontsize=10)


def _apart(count: int) -> np.ndarray:
    """Small shifts, so that equal seeds do not hide each other."""
    return 0.36 * (np.arange(count) - (count - 1) / 2) / max(count, 2)


def _legend(figure: Figure, styles: dict[str, dict[str, Any]]) -> None:
    """One entry a look, in the order of families."""
    several = len({kind_of(label) for label in styles}) < len({id(style) for style in styles.values()})
    entries: dict[str, Line2D] = {}
    for label, style in styles.items():
        name = label if several else NAMES[kind_of(label)]
        entries.setdefault(name, Line2D([], [], **style, ms=5, label=f"{name} ({family_of(label)})"))
    columns = 5 if max(map(len, entries)) < 16 else 3  # long names need more room than the figure is wide
    figure.legend(handles=list(entries.values()), loc="outside lower center", ncols=columns, **_LEGEND)
