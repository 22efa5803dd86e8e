"""The page of a results folder of character models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.core.catalogue import EXPERIMENTS
from experiments.lab.characters.report.plots import BITS, plot_bits, plot_context, plot_learning
from experiments.lab.characters.report.tables import (
    REPORTED_TEXT,
    character_rows,
    character_runs,
    data_lines,
    label_column,
    read_rows,
    reported_rows,
    sample_rows,
)
from experiments.reading.page import figure_entry, render
from experiments.reading.plots import model_styles, natural
from experiments.reading.run_section import read_curves, run_section
from experiments.records.records import RunRecord

Tables = dict[str, list[pd.DataFrame]]


def character_page(runs: list[RunRecord], out: Path) -> str:
    """The page: summary, figures, samples along training, others' numbers beside ours, every run."""
    frame = character_runs(runs)
    frame["label"] = label_column(frame)
    ended = frame[frame["status"] == "ok"]
    by_run = read_curves(runs)
    curves = _tables(runs, frame, lambda path: by_run[path.name])
    on_reported = [
        label
        for label, text in zip(ended["label"], ended["text"])
        if text == REPORTED_TEXT and label in curves
    ]
    context = {
        "title": "characters",
        "question": EXPERIMENTS["characters"].question,
        "summary": character_rows(frame),
        "data": data_lines(frame),
        "figures": _figures(frame, runs, curves) if len(ended) else [],
        "reported": reported_rows({label: curves[label][0] for label in dict.fromkeys(on_reported)}),
        "samples": [
            {"name": label, "seed": run.settings.seed, "rows": rows}
            for label, run in sorted(zip(frame["label"], runs), key=lambda pair: natural(pair[0]))
            if (rows := sample_rows(run.path))
        ],
        "settings": _values(frame, "train.") | _values(frame.drop(columns="corpus.text"), "corpus."),
        "streams": bool(frame["train.stream"].any()),
        "windows": not bool(frame["train.stream"].all()),
        "machine": _values(frame, "environment."),
        **run_section(frame, by_run, out),
    }
    return render("characters.html.j2", context)


def _tables(runs: list[RunRecord], frame: pd.DataFrame, read: Callable[[Path], pd.DataFrame]) -> Tables:
    """A table of each run that ended, by what the run is called, in natural order."""
    tables: Tables = {}
    for label, run in sorted(zip(frame["label"], runs), key=lambda pair: natural(pair[0])):
        if run.succeeded:
            tables.setdefault(label, []).append(read(run.path))
    return tables


def _figures(frame: pd.DataFrame, runs: list[RunRecord], curves: Tables) -> list[dict[str, Any]]:
    ended = frame[frame["status"] == "ok"]
    styles = model_styles(sorted(ended["label"].unique(), key=natural))
    context = _tables(runs, frame, lambda run: read_rows(run, "context.csv", ("context", "bits")))
    bits = (
        f"Test loss in {BITS}, a mark a run, against the number of parameters and the time in training steps; on the "
        "right against the number of characters that were read before the prediction, in groups that double in size. A "
        "graph network's curve is flat beyond its reach; a recurrent one's can go on. The vertical axes do not begin "
        "at 0."
    )
    learning = (
        f"Top: loss in {BITS}, training dashed (the mean since the last look), validation solid. Below: share of "
        "characters that were the most probable one, training dashed (the mean of the last 100 batches), validation "
        "solid; and the learning rate."
    )
    return [
        figure_entry("Bits against parameters, time and context", bits, _bits_figure(ended, context, styles)),
        figure_entry("Learning curves", learning, _learning_figure(curves, styles)),
    ]


def _bits_figure(ended: pd.DataFrame, context: Tables, styles: dict[str, dict[str, Any]]) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.5, 4.2), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    plot_bits(ended, left, against="parameters", xlabel="parameters", styles=styles)
    left.ticklabel_format(axis="x", style="sci", scilimits=(0, 3), useMathText=True)
    plot_bits(ended, middle, against="seconds_training", xlabel="seconds of training", styles=styles)
    plot_context(context, right, styles=styles)
    handles, labels = right.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5, fontsize=8, frameon=False)
    return figure


def _learning_figure(curves: Tables, styles: dict[str, dict[str, Any]]) -> Any:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    figure = Figure(figsize=(9.5, 8), layout="constrained")
    axes = figure.subplots(3, 1, sharex=True, height_ratios=(3, 3, 1.2))
    for ax, names, ylabel in (
        (axes[0], ("train_bits", "validation_bits"), BITS),
        (axes[1], ("train_accuracy_100", "validation_accuracy"), "accuracy"),
    ):
        for metric, line in zip(names, ("--", "-")):
            plot_learning(curves, ax, metric=metric, ylabel=ylabel, styles=styles, line=line)
        ax.set_xlabel("")
    plot_learning(curves, axes[2], metric="learning_rate", ylabel="learning rate", styles=styles)
    axes[2].set_ylim(bottom=0)
    handles = [Line2D([], [], color=styles[label]["color"], label=label) for label in curves]
    figure.legend(handles=handles, loc="outside lower center", ncols=5, fontsize=8, frameon=False)
    return figure


def _values(frame: pd.DataFrame, prefix: str) -> dict[str, str]:
    columns = [c for c in frame.columns if c.startswith(prefix) and frame[c].notna().any()]
    return {c.removeprefix(prefix): ", ".join(f"{v}" for v in frame[c].dropna().unique()) for c in columns}
