"""A results folder as one self-contained page, and the page of a comparison on sequences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from experiments import plots
from experiments.catalogue import EXPERIMENTS, Experiment, load
from experiments.files import write_text
from experiments.memory.memory_page import memory_section
from experiments.page import inline, pictures, render
from experiments.records import FolderError, RunRecord, read_curve, read_runs
from experiments.statistics import CONFIDENCE, SUCCESS, paired_differences, runs_table, summarize
from experiments.tables import markdown_summary, model_rows, reach_rows, summary_rows


def write_report(out: Path) -> Path:
    """Make ``report.html`` from the records of a results folder.

    Args:
        out: A folder with runs.

    Returns:
        Path of the page.

    Raises:
        FolderError: The folder holds no runs, or cannot be written.
    """
    runs = read_runs(out)
    experiment = EXPERIMENTS.get(runs[0].settings.experiment)
    page = load(experiment.report if experiment else Experiment.report)(runs, out)
    try:
        write_text(out / "report.html", page)
    except OSError as error:
        raise FolderError(f"{out}: the report cannot be written ({error.strerror})") from error
    return out / "report.html"


def comparison_page(runs: list[RunRecord], out: Path) -> str:
    """The page of a comparison on sequences."""
    return render("report.html.j2", _context(runs, out))


def _context(runs: list[RunRecord], out: Path) -> dict[str, Any]:
    frame = runs_table(runs)
    summary = summarize(frame)
    experiment = EXPERIMENTS.get(runs[0].settings.experiment)
    ended = frame[frame["status"] == "ok"]
    reference = _reference(frame)
    return {
        "title": runs[0].settings.experiment,
        "question": experiment.question if experiment else "",
        "summary": summary_rows(summary),
        "extra_columns": [c for c in summary.columns if c.startswith("train.") or c in ("device", "threads")],
        "markdown": markdown_summary(summary),
        "figures": _figures(frame, summary, runs) if len(ended) else [],
        "models": model_rows(frame),
        "reach": reach_rows(frame),
        "overlapping": sorted(ended.loc[ended["disjoint"] == False, "length"].unique()) if len(ended) else [],  # noqa: E712
        "pictures": pictures(out),
        "memory": memory_section(runs),
        "paired": paired_differences(frame, reference).to_dict("records") if reference else [],
        "reference": reference,
        "failures": frame.loc[frame["status"] != "ok", ["run", "status", "reason"]]
        .fillna("")
        .to_dict("records"),
        "runs": frame.to_dict("records"),
        "settings": _shared(frame, "train."),
        "machine": _machines(frame),
        "success": SUCCESS,
        "confidence": CONFIDENCE,
        "folder": out.name,
    }


def _reference(frame: pd.DataFrame) -> str | None:
    """The model that others are compared with: the LSTM where there is one, or else the first."""
    models = sorted(frame.loc[frame["status"] == "ok", "model.name"].unique(), key=plots.natural)
    if len(models) < 2:
        return None
    return "lstm" if "lstm" in models else models[0]


def _figures(frame: pd.DataFrame, summary: pd.DataFrame, runs: list[RunRecord]) -> list[dict[str, Any]]:
    from matplotlib.figure import Figure

    chances = frame["chance"].dropna().unique()
    chance = float(chances[0]) if len(chances) == 1 else None
    figures = []

    def add(title: str, text: str, figure: Figure) -> None:
        figures.append({"title": title, "text": text, "svg": inline(figure)})

    figure = Figure(figsize=(9, 4.6), layout="constrained")
    plots.plot_accuracy(frame, figure.subplots(), chance=chance)
    add(
        "Accuracy against length",
        "Test accuracy. Lines: means over seeds; bands: one standard deviation; dots: single seeds. "
        "Models are set a little apart along the length axis, so that none hides another.",
        figure,
    )
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    plots.plot_success(summary, figure.subplots())
    add("Success rate against length", f"Share of seeds with a test accuracy of at least {SUCCESS}.", figure)
    if frame["hops"].notna().any():
        figure = Figure(figsize=(9, 4.8), layout="constrained")
        plots.plot_reach(frame, figure.subplots(), chance=chance)
        add(
            "Reach of the graph models", "A mark below the line cannot succeed, whatever its weights.", figure
        )
    add("Training curves", "Validation accuracy, one line a seed.", _curve_figure(frame, runs))
    return figures


def _curve_figure(frame: pd.DataFrame, runs: list[RunRecord]) -> Any:
    from matplotlib.figure import Figure

    order = sorted(frame["model.name"].unique(), key=plots.natural)
    lengths = sorted(frame["length"].unique())
    rows = (len(lengths) + 1) // 2
    figure = Figure(figsize=(9, 2.9 * rows + 0.5), layout="constrained")
    axes = figure.subplots(rows, min(2, len(lengths)), sharey=True, squeeze=False).ravel()
    for length, ax in zip(lengths, axes):
        curves: dict[str, list[pd.DataFrame]] = {}
        for run in runs:
            if run.settings.length == length and run.succeeded:
                curves.setdefault(run.settings.model.label, []).append(read_curve(run.path))
        plots.plot_curves(curves, ax, metric="validation_accuracy", order=order)
        ax.set(title=f"T = {length}", ylim=(-0.03, 1.05))
    for ax in axes[len(lengths) :]:
        ax.set_axis_off()
    handles = {label: line for ax in axes for line, label in zip(*ax.get_legend_handles_labels())}
    handles = dict(
        sorted(((label, line) for label, line in handles.items()), key=lambda item: plots.natural(item[0]))
    )
    figure.legend(
        handles.values(), handles.keys(), loc="outside lower center", ncols=5, fontsize=8, frameon=False
    )
    return figure


def _shared(frame: pd.DataFrame, prefix: str) -> dict[str, str]:
    """Each setting with the values it took."""
    columns = [c for c in frame.columns if c.startswith(prefix)]
    return {c.removeprefix(prefix): ", ".join(f"{v}" for v in frame[c].dropna().unique()) for c in columns}


def _machines(frame: pd.DataFrame) -> dict[str, str]:
    return {name: value for name, value in _shared(frame, "environment.").items() if value}
