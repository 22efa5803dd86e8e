"""What models said of test documents, class by class, and which words they hold for near."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.lab.documents.report.plots import plot_confusion
from experiments.lab.documents.report.variants import largest
from experiments.reading.results import Results
from experiments.reading.sections import Fold, Picture, Section, Table, Text
from experiments.records.files import read_json
from experiments.records.records import FolderError

MOST_CLASSES = 40  # a longer table of classes tells nobody anything
ANSWERS = ("label", "predicted", "inductive")
NO_CLASS = "(no class)"  # of a text of unknown words alone, whose prediction is empty in the record
CONFUSION = (
    "Percent of the test documents of each true class (row) that were given each class (column), over all seeds, with "
    "the largest share of labels."
)
CLASSES = "Over all seeds with the largest share of labels; support is the number of test documents."
NEIGHBOURS = (
    "Words whose learned vectors make the smallest angle with those of words that speak for a class, with their "
    "cosines; of the inductive network of one seed. Vectors start at random, so after few "
    "epochs words lie near by chance. Later on, words that speak for one class can come to lie near, and in models "
    "with edges between words those that an edge joins; the table does not tell these apart."
)


def classes(results: Results) -> list[Section]:
    """Which class is taken for which: a picture, and precision, recall and F1 of each."""
    confusion: list[Any] = []
    tables: list[Any] = []
    for title, panel in largest(results):
        answers = panel.rows("predictions.csv", ANSWERS, ANSWERS)
        there = [model for model in panel.models if len(answers) and (answers["model"] == model).any()]
        if not there:
            continue
        columns = min(3, len(there))
        rows = -(-len(there) // columns)
        figure = Figure(figsize=(3.3 * columns, 3.2 * rows), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for model, ax in zip(there, axes):
            of_model = answers[answers["model"] == model]
            counts = counts_of(of_model)
            plot_confusion(counts, ax, title=model)
            tables.append(
                Fold(
                    f"{title}: {model}",
                    [Table(class_rows(counts, of_model["run"].nunique()))],
                )
            )
        for ax in axes[len(there) :]:
            ax.set_axis_off()
        confusion.append(Picture(f"Confusion: {title}", CONFUSION, figure))
    if not tables:
        return []
    return [
        Section("confusion", "Which class is taken for which", confusion),
        Section("classes", "Class by class", [Text(CLASSES, soft=True), *tables]),
    ]


def counts_of(answers: pd.DataFrame) -> pd.DataFrame:
    """Test documents by true (rows) and predicted class (columns)."""
    predicted = answers["predicted"].replace("", NO_CLASS)
    names = sorted(set(answers["label"]) | set(predicted) - {NO_CLASS})
    names += [NO_CLASS] if NO_CLASS in set(predicted) else []
    counts = pd.crosstab(answers["label"], predicted)
    return counts.reindex(index=names, columns=names, fill_value=0)


def class_rows(counts: pd.DataFrame, seeds: int) -> list[dict[str, str]]:
    """Precision, recall and F1 of each class that a document has.

    Args:
        counts: From ``counts_of``.
        seeds: Over how many runs.
    """
    right = np.diag(counts.to_numpy(dtype=float))
    given, true = (counts.to_numpy(dtype=float).sum(axis) for axis in (0, 1))
    scores = {
        "precision": right / np.maximum(given, 1),
        "recall": right / np.maximum(true, 1),
        "F1": 2 * right / np.maximum(given + true, 1),
    }
    return [
        {"class": str(counts.index[place])}
        | {name: f"{values[place]:.3f}" for name, values in scores.items()}
        | {"support": f"{true[place] / seeds:.0f}"}
        for place in np.flatnonzero(true)[:MOST_CLASSES]
    ]


def neighbours(results: Results) -> Section | None:
    """Nearest words of the first seed's networks that have word vectors."""
    blocks: list[Any] = []
    for title, panel in largest(results):
        for model in panel.models:
            runs = [run for run in panel.runs if run.settings.model.label == model and run.succeeded]
            run = min(runs, key=lambda run: run.settings.seed, default=None)
            if run is None or not (run.path / "neighbours.json").exists():
                continue
            path = run.path / "neighbours.json"
            try:
                found = {
                    word: [(other, float(cosine)) for other, cosine in near]
                    for word, near in read_json(path).items()
                }
            except (OSError, ValueError, TypeError, AttributeError) as error:
                raise FolderError(
                    f"{path}: cannot be read ({error}); delete the run's folder and run again"
                ) from error
            rows = [
                {"word": word, "near": ", ".join(f"{other} {cosine:.2f}" for other, cosine in near)}
                for word, near in found.items()
            ]
            if rows:
                table = Table(rows, texts=("word", "near"))
                blocks.append(Fold(f"{title}: {model}, seed {run.settings.seed}", [table]))
    return Section("neighbours", "Nearest words", [Text(NEIGHBOURS, soft=True), *blocks]) if blocks else None
