"""The page of a results folder of node classification."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.core.catalogue import EXPERIMENTS
from experiments.lab.citation.report.plots import plot_node_accuracy
from experiments.lab.citation.report.tables import (
    data_rows,
    find_published,
    node_runs,
    paired_rows,
    summary_rows,
)
from experiments.lab.citation.settings import SOCIAL
from experiments.reading.page import figure_entry, pictures, render
from experiments.reading.plots import model_styles, plot_curves
from experiments.reading.run_section import read_curves, run_section
from experiments.reading.statistics import CONFIDENCE, check_baseline
from experiments.records.records import RunRecord


def citation_page(runs: list[RunRecord], out: Path, baseline: str | None = None) -> str:
    """The page: papers' numbers beside ours, every seed, training curves, the graphs, every run."""
    frame = node_runs(runs)
    if baseline is not None:
        check_baseline(frame, baseline)
    models = sorted(frame.loc[frame["status"] == "ok", "model.name"].unique())
    reference = baseline
    if reference is None and len(models) > 1:
        reference = "gcn" if "gcn" in models else models[0]
    curves = read_curves(runs)
    data = data_rows(frame)
    ended = [(model, row["dataset"]) for row in data for model in models]
    published = [paper for pair in ended if (paper := find_published(*pair)) is not None]
    context = {
        "title": "citation",
        "question": EXPERIMENTS["citation"].question,
        "social": {row["dataset"]: SOCIAL[row["dataset"]] for row in data if row["dataset"] in SOCIAL},
        "summary": summary_rows(frame),
        "sources": sorted({paper.source for paper in published}),
        "data": data,
        "figures": [_accuracy_figure(frame, data), _curve_figure(frame, curves, data)] if data else [],
        "pictures": pictures(out),
        "reference": reference,
        "paired": paired_rows(frame, reference) if reference else [],
        "confidence": CONFIDENCE,
        "settings": _settings(frame),
        "machine": _values(frame, "environment."),
        **run_section(frame, curves, out, step="epoch"),
    }
    return render("citation.html.j2", context)


def _accuracy_figure(frame: pd.DataFrame, data: list[dict[str, Any]]) -> dict[str, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(min(9.5, 3.6 * len(data) + 1.5), 3.8), layout="constrained")
    for row, ax in zip(data, figure.subplots(1, len(data), squeeze=False).ravel()):
        plot_node_accuracy(frame[frame["dataset"] == row["dataset"]], ax, chance=row["chance"])
    text = (
        "Dots: single seeds. Marks with bars: mean and one standard deviation. Black dashes: the papers' means, where "
        "there are any. Dotted line: always naming the most frequent class. The axis does not begin at 0."
    )
    return figure_entry("Test accuracy", text, figure)


def _curve_figure(
    frame: pd.DataFrame, curves: Mapping[str, pd.DataFrame], data: list[dict[str, Any]]
) -> dict[str, Any]:
    from matplotlib.figure import Figure

    order = sorted(frame["model.name"].unique())
    figure = Figure(figsize=(9, 2.9 * len(data) + 0.5), layout="constrained")
    axes = figure.subplots(len(data), 2, squeeze=False)
    for row, pair in zip(data, axes):
        ended = frame[(frame["dataset"] == row["dataset"]) & (frame["status"] == "ok")]
        by_model = {
            str(model): [curves[run] for run in runs] for model, runs in ended.groupby("model.name")["run"]
        }
        for metric, ax in zip(("validation_loss", "validation_accuracy"), pair):
            plot_curves(by_model, ax, metric=metric, order=order)
            ax.set(title=row["dataset"], xlabel="epoch")
    styles = model_styles(order)
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=styles[m]["color"], ls=styles[m]["linestyle"], label=m) for m in order]
    figure.legend(handles=handles, loc="outside lower center", ncols=5, fontsize=8, frameon=False)
    text = "Validation loss and accuracy against epochs, one line a seed. A line ends where its run did."
    return figure_entry("Training curves", text, figure)


def _settings(frame: pd.DataFrame) -> dict[str, dict[str, str]]:
    """The settings of each model, with the values they took."""
    return {
        model: _values(group, "model.") | _values(group, "train.")
        for model, group in frame.groupby("model.name")
    }


def _values(frame: pd.DataFrame, prefix: str) -> dict[str, str]:
    columns = [c for c in frame.columns if c.startswith(prefix) and frame[c].notna().any()]
    return {c.removeprefix(prefix): ", ".join(f"{v}" for v in frame[c].dropna().unique()) for c in columns}
