"""A results folder as one self-contained page, and the page of a comparison on sequences."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.core.catalogue import EXPERIMENTS, Experiment, load
from experiments.lab.memory.page import memory_section
from experiments.reading import plots
from experiments.reading.figure_files import FigureFiles, keep_figures
from experiments.reading.page import figure_entry, pictures, render
from experiments.reading.run_section import read_curves, run_section
from experiments.reading.statistics import (
    CONFIDENCE,
    SUCCESS,
    check_baseline,
    paired_differences,
    runs_table,
    setting_columns,
    summarize,
)
from experiments.reading.tables import (
    heading,
    markdown_summary,
    model_rows,
    paired_rows,
    reach_rows,
    shown,
    summary_rows,
)
from experiments.records.files import write_text
from experiments.records.records import FolderError, RunRecord, read_runs

MOST_PANELS = 12  # of one figure
MOST_VALUES = 12  # of one setting, in the list of settings


def write_report(
    out: Path,
    baseline: str | None = None,
    runs: list[RunRecord] | None = None,
    figures: FigureFiles | None = None,
) -> Path:
    """Make ``report.html`` from the records of a results folder.

    Args:
        out: A folder with runs.
        baseline: Model that the others are compared with; by default the experiment's own choice.
        runs: The folder's runs, where they have been read already.
        figures: Gets every figure of the page as a file too.

    Returns:
        Path of the page.

    Raises:
        FolderError: The folder holds no runs, or cannot be written.
        ValueError: There are no runs of the baseline, or the experiment's report compares with none.
    """
    runs = read_runs(out) if runs is None else runs
    experiment = EXPERIMENTS.get(runs[0].settings.experiment)
    make_page = load(experiment.report if experiment else Experiment.report)
    options = {}
    if baseline is not None:
        if "baseline" not in inspect.signature(make_page).parameters:
            raise ValueError(f"baseline: the report of {runs[0].settings.experiment} compares with no model")
        options["baseline"] = baseline
    with keep_figures(figures):
        page = make_page(runs, out, **options)
    try:
        write_text(out / "report.html", page)
    except OSError as error:
        raise FolderError(f"{out}: the report cannot be written ({error.strerror})") from error
    return out / "report.html"


def comparison_page(runs: list[RunRecord], out: Path, baseline: str | None = None) -> str:
    """The page of a comparison on sequences."""
    return render("report.html.j2", _context(runs, out, baseline))


def _context(runs: list[RunRecord], out: Path, baseline: str | None) -> dict[str, Any]:
    frame = runs_table(runs)
    if baseline is not None:
        check_baseline(frame, baseline)
    summary = summarize(frame)
    experiment = EXPERIMENTS.get(runs[0].settings.experiment)
    ended = frame[frame["status"] == "ok"]
    reference = baseline or _reference(frame)
    curves = read_curves(runs)
    return {
        "title": runs[0].settings.experiment,
        "question": experiment.question if experiment else "",
        "summary": summary_rows(summary),
        "markdown": markdown_summary(summary),
        "figures": _figures(frame, summary, curves) if len(ended) else [],
        "models": model_rows(frame),
        "reach": reach_rows(frame),
        "overlapping": sorted(ended.loc[ended["disjoint"] == False, "length"].unique()) if len(ended) else [],  # noqa: E712
        "pictures": pictures(out),
        "memory": memory_section(runs),
        "paired": paired_rows(paired_differences(frame, reference)) if reference else [],
        "reference": reference,
        "chosen": baseline is not None,
        "settings": _shared(frame, "train."),
        "machine": _machines(frame),
        "success": SUCCESS,
        "confidence": CONFIDENCE,
        **run_section(frame, curves, out),
    }


def _reference(frame: pd.DataFrame) -> str | None:
    """The model that others are compared with: the LSTM where there is one, or else the first."""
    models = sorted(frame.loc[frame["status"] == "ok", "model.name"].unique(), key=plots.natural)
    if len(models) < 2:
        return None
    return "lstm" if "lstm" in models else models[0]


def _figures(
    frame: pd.DataFrame, summary: pd.DataFrame, curves: Mapping[str, pd.DataFrame]
) -> list[dict[str, Any]]:
    from matplotlib.figure import Figure

    chances = frame["chance"].dropna().unique()
    chance = float(chances[0]) if len(chances) == 1 else None
    figures = []

    def add(title: str, text: str, figure: Figure) -> None:
        figures.append(figure_entry(title, text + left_out, figure))

    def panels(height: float) -> tuple[Figure, Any]:
        figure = Figure(figsize=(9, height * len(parts)), layout="constrained")
        return figure, figure.subplots(len(parts), squeeze=False).ravel()

    order = sorted(frame["model.name"].unique(), key=plots.natural)
    columns = setting_columns(frame)
    parts = _parts(frame, columns)
    left_out = ""
    if len(parts) > MOST_PANELS:
        left_out = (
            f" The first {MOST_PANELS} of {len(parts)} combinations of settings; the summary has them all."
        )
        parts = dict(list(parts.items())[:MOST_PANELS])

    figure, axes = panels(4.6)
    for (title, part), ax in zip(parts.items(), axes):
        plots.plot_accuracy(part, ax, chance=chance, order=order).set_title(title, fontsize=10)
    add(
        "Accuracy against length",
        "Test accuracy. Lines and open marks: means over seeds; bands: one standard deviation; dots: single seeds. "
        "Models and seeds are set a little apart along the length axis, so that none hides another.",
        figure,
    )
    figure, axes = panels(4.2)
    for (title, part), ax in zip(_parts(summary, columns).items(), axes):
        plots.plot_success(part, ax, order=order).set_title(title, fontsize=10)
    add("Success rate against length", f"Share of seeds with a test accuracy of at least {SUCCESS}.", figure)
    left_out = ""
    if frame["hops"].notna().any():
        figure = Figure(figsize=(9, 4.8), layout="constrained")
        plots.plot_reach(frame, figure.subplots(), chance=chance)
        add(
            "Reach of the graph models",
            "A mark below the line cannot succeed, whatever its weights."
            + (" Its colour is a mean over all settings." if columns else ""),
            figure,
        )
    together = " Runs that differ in other settings are drawn together." if columns else ""
    text = f"Validation accuracy, one line a seed.{together} The table of runs shows the curves one by one."
    add("Training curves", text, _curve_figure(frame, curves))
    decaying = frame[(frame["status"] == "ok") & (frame["train.decay_every"] > 0)]
    if len(decaying):
        text = "Step size of the optimiser, one line a run."
        add("Learning rate", text, _rate_figure(decaying, curves, order))
    return figures


def _rate_figure(decaying: pd.DataFrame, curves: Mapping[str, pd.DataFrame], order: list[str]) -> Any:
    from matplotlib.figure import Figure

    by_model = {
        str(label): [curves[run] for run in runs] for label, runs in decaying.groupby("model.name")["run"]
    }
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    ax = plots.plot_curves(by_model, figure.subplots(), metric="learning_rate", order=order)
    ax.set_ylim(bottom=0)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8, frameon=False)
    return figure


def _parts(frame: pd.DataFrame, columns: list[str]) -> dict[str, pd.DataFrame]:
    """The table by settings that differ, each part with a title; one part without a title where none does."""
    if not columns:
        return {"": frame}
    return {
        ", ".join(f"{heading(c)} {shown(value)}" for c, value in zip(columns, values)): part
        for values, part in frame.groupby(columns, dropna=False)
    }


def _curve_figure(frame: pd.DataFrame, curves: Mapping[str, pd.DataFrame]) -> Any:
    from matplotlib.figure import Figure

    order = sorted(frame["model.name"].unique(), key=plots.natural)
    lengths = sorted(frame["length"].unique())
    rows = (len(lengths) + 1) // 2
    figure = Figure(figsize=(9, 2.9 * rows + 0.5), layout="constrained")
    axes = figure.subplots(rows, min(2, len(lengths)), sharey=True, squeeze=False).ravel()
    ended = frame[frame["status"] == "ok"]
    for length, ax in zip(lengths, axes):
        models = ended[ended["length"] == length].groupby("model.name")["run"]
        by_model = {str(label): [curves[run] for run in runs] for label, runs in models}
        plots.plot_curves(by_model, ax, metric="validation_accuracy", order=order)
        ax.set(title=f"T = {length}", ylim=(-0.03, 1.05))
    for ax in axes[len(lengths) :]:
        ax.set_axis_off()
    handles = {label: line for ax in axes for line, label in zip(*ax.get_legend_handles_labels())}
    handles = dict(
        sorted(((label, line) for label, line in handles.items()), key=lambda item: plots.natural(item[0]))
    )
    legend = figure.legend(
        handles.values(), handles.keys(), loc="outside lower center", ncols=5, fontsize=8, frameon=False
    )
    for handle in legend.legend_handles:  # of many lines each is thin and pale
        handle.set(alpha=1, linewidth=1.5)  # type: ignore[union-attr]
    return figure


def _shared(frame: pd.DataFrame, prefix: str) -> dict[str, str]:
    """Each setting with the values it took."""
    columns = [c for c in frame.columns if c.startswith(prefix)]
    return {heading(c).removeprefix("environment."): _listed(frame[c].dropna().unique()) for c in columns}


def _listed(values: Sequence[Any]) -> str:
    text = ", ".join(shown(value) for value in values[:MOST_VALUES])
    return text + (f", and {len(values) - MOST_VALUES} more" if len(values) > MOST_VALUES else "")


def _machines(frame: pd.DataFrame) -> dict[str, str]:
    return {name: value for name, value in _shared(frame, "environment.").items() if value}
