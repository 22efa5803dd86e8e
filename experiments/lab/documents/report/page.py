"""The page of runs on documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.metrics import classification_report, confusion_matrix

from experiments.core.catalogue import EXPERIMENTS
from experiments.lab.documents.report.plots import plot_confusion, plot_document_accuracy, plot_learning_curve
from experiments.lab.documents.report.tables import (
    PUBLISHED,
    SOURCE,
    document_runs,
    model_order,
    named_apart,
    plain,
    share_rows,
    size_rows,
    summary_rows,
)
from experiments.lab.documents.report.verdicts import verdicts
from experiments.lab.documents.settings import CORPUS_GRAPH, LINEAR, MODELS, unused_settings
from experiments.reading.page import figure_entry, pictures, render
from experiments.reading.plots import model_styles, plot_curves
from experiments.reading.run_section import read_curves, run_section
from experiments.reading.statistics import CONFIDENCE
from experiments.records.records import FolderError, RunRecord

MOST_CLASSES = 40  # a longer table of classes tells nobody anything


def document_page(runs: list[RunRecord], out: Path) -> str:
    """The page of a results folder.

    Args:
        runs: All runs of the folder.
        out: The folder.
    """
    frame = document_runs(runs)
    apart = named_apart(frame)
    names_apart = dict(zip(apart["run"], apart["model.name"]))
    sizes = size_rows(frame)
    names = [row["corpus"] for row in sizes]
    curves = _main_curves(runs)
    shown = {(row["model"], row["corpus"]) for row in summary_rows(frame)}
    context = {
        "title": out.name,
        "question": EXPERIMENTS["documents"].question,
        "summary": summary_rows(frame),
        "papers": [row for row in PUBLISHED if (f"{row.model} (paper)", row.corpus) in shown],
        "source": SOURCE,
        "models": {name: MODELS.get(name, "a recurrent layer over the words") for name in _models(frame)},
        "sizes": sizes,
        "verdicts": {name: verdicts(apart, name) for name in names},
        "curves": {name: share_rows(apart, name) for name in names if _shares(frame, name) > 1},
        "figures": [figure for name in names for figure in _figures(apart, runs, name, curves)],
        "classes": [table for name in names for table in _class_tables(runs, name, names_apart)],
        "neighbours": [table for name in names for table in _neighbours(runs, name, names_apart)],
        "pictures": pictures(out),
        "confidence": CONFIDENCE,
        "settings": {model: _settings(model, group) for model, group in frame.groupby("model.name")},
        "machine": _values(frame, "environment."),
        **run_section(frame, curves, out, step="epoch"),
    }
    return render("documents.html.j2", context)


def _models(frame: pd.DataFrame) -> list[str]:
    return model_order(frame["model.name"].tolist())


def _shares(frame: pd.DataFrame, corpus: str) -> int:
    return int(frame.loc[frame["corpus.name"] == corpus, "share"].nunique())


def _main_curves(runs: list[RunRecord]) -> dict[str, pd.DataFrame]:
    """The curve of each run, by its name; of a model that is trained twice that of its transductive training."""
    curves = read_curves(runs)
    wanted = {
        run.path.name: "transductive" if run.settings.model.name in CORPUS_GRAPH else "inductive"
        for run in runs
    }
    return {
        name: curve[curve["setting"] == wanted[name]].filter(regex="^(step$|train_|validation_)")
        for name, curve in curves.items()
    }


def _figures(
    frame: pd.DataFrame, runs: list[RunRecord], corpus: str, curves: Mapping[str, pd.DataFrame]
) -> list[dict[str, Any]]:
    from matplotlib.figure import Figure

    ended = frame[(frame["status"] == "ok") & (frame["corpus.name"] == corpus)]
    figures = []

    def add(title: str, text: str, figure: Figure) -> None:
        figures.append(figure_entry(f"{title}: {corpus}", text, figure))

    if ended["share"].nunique() > 1:
        figure = Figure(figsize=(9, 4.8), layout="constrained")
        plot_learning_curve(ended, figure.subplots(), chance=float(ended["chance"].median()))
        text = (
            "Test accuracy against the share of labels. Lines: means over seeds; dots: single seeds. Dashed and "
            "hollow: the same model without the test documents in its graph."
        )
        add("Learning curve", text, figure)
    largest = ended[ended["share"] == ended["share"].max()]
    figure = Figure(figsize=(9, 0.42 * len(largest["model.name"].unique()) + 2.0), layout="constrained")
    plot_document_accuracy(largest, figure.subplots())
    text = (
        f"With {largest['share'].iloc[0]:g} % of the labels. Dots: single seeds. Marks with bars: mean and one "
        "standard deviation. Black strokes: the paper's means, where there are any. The axis does not begin at 0."
    )
    add("Test accuracy", text, figure)
    names = dict(zip(frame["run"], frame["model.name"]))
    add("Confusion", *_confusion(runs, corpus, names))
    add(
        "Training curves",
        "Validation loss and accuracy against epochs, one line a run with the largest share of labels. Of a model over "
        "the graph of the corpus: its transductive training.",
        _curve_figure(runs, corpus, names, curves),
    )
    return figures


def _best_runs(runs: list[RunRecord], corpus: str, names: Mapping[str, str]) -> dict[str, list[RunRecord]]:
    """Ended runs with the largest share of labels, by what the model of each run is called on the page."""
    ended = [run for run in runs if run.succeeded and run.settings.corpus.name == corpus]
    largest = max((run.settings.share for run in ended), default=0)
    by_model: dict[str, list[RunRecord]] = {}
    for name in model_order([names[run.path.name] for run in ended]):
        of_model = [run for run in ended if names[run.path.name] == name and run.settings.share == largest]
        if of_model:
            by_model[name] = of_model
    return by_model


def read_predictions(run: Path) -> pd.DataFrame:
    """What a run said of each test document.

    Raises:
        FolderError: The file is missing or damaged.
    """
    try:
        table = pd.read_csv(
            run / "predictions.csv",
            dtype={"label": str, "predicted": str, "inductive": str},
            keep_default_na=False,
        )
    except PermissionError as error:
        raise FolderError(f"{run}: predictions.csv cannot be read ({error.strerror})") from error
    except (OSError, ValueError) as error:
        raise FolderError(
            f"{run}: predictions.csv cannot be read ({error}); delete the folder and run again"
        ) from error
    if not {"label", "predicted", "inductive"} <= set(table.columns):
        raise FolderError(f"{run}: predictions.csv is damaged; delete the folder and run the command again")
    return table


def _confusion(runs: list[RunRecord], corpus: str, names: Mapping[str, str]) -> tuple[str, Any]:
    from matplotlib.figure import Figure

    by_model = _best_runs(runs, corpus, names)
    columns = min(3, len(by_model))
    rows = -(-len(by_model) // columns)
    figure = Figure(figsize=(3.3 * columns, 3.2 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for (model, of_model), ax in zip(by_model.items(), axes):
        table = pd.concat([read_predictions(run.path) for run in of_model])
        classes = sorted(set(table["label"]) | set(table["predicted"]))
        counts = confusion_matrix(table["label"], table["predicted"], labels=classes)
        plot_confusion(pd.DataFrame(counts, classes, classes), ax, title=model)
    for ax in axes[len(by_model) :]:
        ax.set_axis_off()
    text = (
        "Percent of the test documents of each true class (row) that were given each class (column), over all seeds, "
        "with the largest share of labels."
    )
    return text, figure


def _curve_figure(
    runs: list[RunRecord], corpus: str, names: Mapping[str, str], tables: Mapping[str, pd.DataFrame]
) -> Any:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    order = model_order(list(names.values()))
    curves: dict[str, list[pd.DataFrame]] = {}
    for model, of_model in _best_runs(runs, corpus, names).items():
        if plain(model) == LINEAR:
            continue  # its steps are settings that were tried
        curves[model] = [tables[run.path.name] for run in of_model]
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    for metric, ax in zip(("validation_loss", "validation_accuracy"), figure.subplots(1, 2)):
        plot_curves(curves, ax, metric=metric, order=order)
        ax.set(xlabel="epoch", xscale="log")
    styles = model_styles(order)
    handles = [
        Line2D([], [], color=styles[m]["color"], ls=styles[m]["linestyle"], label=m)
        for m in order
        if m in curves
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=5, fontsize=8, frameon=False)
    return figure


def _class_tables(runs: list[RunRecord], corpus: str, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Precision, recall and F1 of each class, over all seeds with the largest share of labels."""
    tables = []
    for model, of_model in _best_runs(runs, corpus, names).items():
        table = pd.concat([read_predictions(run.path) for run in of_model])
        scores = classification_report(
            table["label"], table["predicted"], output_dict=True, zero_division=0.0
        )
        classes = sorted(set(table["label"]))[:MOST_CLASSES]
        rows = [
            {"class": name, **scores[name], "support": scores[name]["support"] / len(of_model)}
            for name in classes
        ]
        tables.append({"corpus": corpus, "model": model, "rows": rows, "seeds": len(of_model)})
    return tables


def _neighbours(runs: list[RunRecord], corpus: str, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Nearest words of the first seed's networks that have word vectors."""
    tables = []
    for model, of_model in _best_runs(runs, corpus, names).items():
        run = min(of_model, key=lambda run: run.settings.seed)
        path = run.path / "neighbours.json"
        if path.exists():
            found = json.loads(path.read_text(encoding="utf-8"))
            tables.append({"corpus": corpus, "model": model, "seed": run.settings.seed, "words": found})
    return tables


def _settings(model: str, group: pd.DataFrame) -> dict[str, str]:
    """The settings that a model looks at, with the values they took."""
    values = _values(group, "model.") | _values(group, "train.")
    return {name: value for name, value in values.items() if name not in unused_settings(model) | {"name"}}


def _values(frame: pd.DataFrame, prefix: str) -> dict[str, str]:
    columns = [c for c in frame.columns if c.startswith(prefix) and frame[c].notna().any()]
    return {c.removeprefix(prefix): ", ".join(f"{v}" for v in frame[c].dropna().unique()) for c in columns}
