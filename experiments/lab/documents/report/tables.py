"""Tables of runs on documents: ours, and the papers' numbers as rows beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.lab.documents.settings import CORPUS_GRAPH, MODELS
from experiments.reading.plots import natural
from experiments.reading.statistics import bootstrap_interval, runs_table
from experiments.reading.tables import heading, shown
from experiments.records.records import RunRecord

_READ = (
    "inductive_accuracy",
    "test_macro_f1",
    "seconds_training",
    "validation_accuracy",
    "documents",
    "labelled",
    "validation_documents",
    "test_documents",
    "classes",
    "nodes",
    "edges",
)


@dataclass(frozen=True)
class Published:
    """A test accuracy that a paper reports, in 0..1.

    Args:
        model: What we call it.
        corpus: With the paper's split.
        mean: Over ``runs`` runs.
        std: Standard deviation; None where the paper gives none.
        runs: How many.
        note: What is different there.
    """

    model: str
    corpus: str
    mean: float
    std: float | None
    runs: int
    note: str = ""


SOURCE = "Yao, Mao & Luo 2019 (Graph Convolutional Networks for Text Classification), table 2"
PUBLISHED = (
    Published("textgcn", "mr", 0.7674, 0.0020, 10),
    Published("lstm", "mr", 0.7506, 0.0044, 10),
    Published("lstm-bidirectional", "mr", 0.7768, 0.0086, 10, "pretrained word vectors, ours has none"),
    Published("tfidf-lr", "mr", 0.7459, None, 10),
)


def find_published(model: str, corpus: str) -> Published | None:
    """What the paper reports for a model on a corpus, with all labels."""
    return next((row for row in PUBLISHED if (row.model, row.corpus) == (model, corpus)), None)


def document_runs(runs: Sequence[RunRecord]) -> pd.DataFrame:
    """One row a run, with all columns that the tables below read."""
    frame = runs_table(runs)
    absent = [column for column in _READ if column not in frame]  # of a table of failures alone
    return frame.assign(**dict.fromkeys(absent, np.nan))


def model_order(names: Sequence[str]) -> list[str]:
    """Models as ``MODELS`` lists them, others after them."""
    known = list(MODELS)
    return sorted(
        set(names),
        key=lambda name: (known.index(plain(name)) if plain(name) in known else len(known), natural(name)),
    )


def differing(frame: pd.DataFrame) -> list[str]:
    """Settings in which runs of one corpus and model differ, besides the share: they are told apart in the tables."""
    candidates = [c for c in frame.columns if c.startswith(("train.", "model."))]
    candidates += ["corpus.digest", "device", "threads"]
    groups = frame.groupby(["corpus.name", "model.name"])
    return [c for c in candidates if c != "model.name" and (groups[c].nunique(dropna=False) > 1).any()]


def named_apart(frame: pd.DataFrame) -> pd.DataFrame:
    """The runs with the settings in which those of one corpus and model differ behind the model's name.

    What groups the result by model averages over seeds alone.

    Args:
        frame: From ``document_runs``.
    """
    names = frame["model.name"].copy()
    for column in differing(frame):
        word = heading(column.removeprefix("corpus."))
        for _, runs in frame.groupby(["corpus.name", "model.name"]):
            if runs[column].nunique(dropna=False) > 1:
                names[runs.index] += [f", {word} {shown(value)}" for value in runs[column]]
    return frame.assign(**{"model.name": names})


def plain(name: str) -> str:
    """A model's name without the settings that ``named_apart`` puts behind it.

    Example:
        >>> plain("textgcn, epochs 5"), plain("lstm")
        ('textgcn', 'lstm')
    """
    return name.partition(", ")[0]


def summary_rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    """Figures over seeds for each corpus and model at the largest share of labels, each followed by its paper's.

    The share stands in a column of its own unless it is 100 % for all.

    Args:
        frame: From ``document_runs``.
    """
    others = differing(frame)
    rows = []
    for corpus, group in frame.groupby("corpus.name"):
        largest = group[group["share"] == group["share"].max()]
        for model in model_order(largest["model.name"].tolist()):
            of_model = largest[largest["model.name"] == model]
            for values, runs in of_model.groupby(others, dropna=False) if others else [((), of_model)]:
                row = _row(str(corpus), model, runs)
                rows.append(row | {c: f"{v}" for c, v in zip(others, values)})
            paper = find_published(model, str(corpus))
            if paper is not None and largest["share"].max() == 100:
                rows.append(dict.fromkeys(rows[-1], "") | _paper_row(paper))
    if (frame["share"] == 100).any() and all(row["labels"] in ("", "100 %") for row in rows):
        rows = [{name: value for name, value in row.items() if name != "labels"} for row in rows]
    return rows


def _row(corpus: str, model: str, group: pd.DataFrame) -> dict[str, str]:
    ended = group[group["status"] == "ok"]
    failed = int((group["status"] == "failed").sum())
    transductive = model in CORPUS_GRAPH
    return {
        "corpus": corpus,
        "model": model,
        "labels": f"{group['share'].iloc[0]:g} %",
        "transductive": mean_and_std(ended["test_accuracy"]) if transductive else "",
        "inductive": mean_and_std(ended["inductive_accuracy"]),
        "macro-F1": _mean(ended["test_macro_f1"]),
        "n": f"{len(ended)}" + (f" ({failed} failed)" if failed else ""),
        "parameters": _median(ended["parameters"], 0),
        "epochs": _median(ended["steps"], 0),
        "ms/epoch": _median(ended["ms_per_step"], 0),
        "seconds": _median(ended["seconds_total"], 1),
    }


def _paper_row(paper: Published) -> dict[str, str]:
    std = "" if paper.std is None else f" ± {paper.std:.4f}"
    column = "transductive" if paper.model in CORPUS_GRAPH else "inductive"
    return {
        "corpus": paper.corpus,
        "model": f"{paper.model} (paper)",
        column: f"{paper.mean:.4f}{std}",
        "n": f"{paper.runs}",
    }


def mean_and_std(values: pd.Series) -> str:
    """Mean ± standard deviation (ddof 1), with four digits."""
    numbers = values.dropna().to_numpy(dtype=float)
    if len(numbers) == 0:
        return "-"
    return f"{numbers.mean():.4f}" + (f" ± {numbers.std(ddof=1):.4f}" if len(numbers) > 1 else "")


def _mean(values: pd.Series) -> str:
    return "-" if values.isna().all() else f"{values.mean():.4f}"


def _median(values: pd.Series, digits: int) -> str:
    return "-" if values.isna().all() else f"{values.median():,.{digits}f}"


def share_rows(frame: pd.DataFrame, corpus: str) -> tuple[list[str], list[list[str]]]:
    """Mean test accuracy by model and share of labels: headings, and a row a model (two where it is transductive).

    Args:
        frame: From ``named_apart``.
        corpus: Name of the corpus.
    """
    ended = frame[(frame["status"] == "ok") & (frame["corpus.name"] == corpus)]
    shares = sorted(ended["share"].unique())
    labels = [
        f"{share:g} % ({ended.loc[ended['share'] == share, 'labelled'].median():.0f})" for share in shares
    ]
    rows = []
    for name, model, column in variants(ended["model.name"].tolist()):
        of_model = ended[ended["model.name"] == model]
        cells = [mean_and_std(of_model.loc[of_model["share"] == share, column]) for share in shares]
        rows.append([name, *cells])
    return ["model", *labels], rows


def variants(models: Sequence[str]) -> list[tuple[str, str, str]]:
    """What is compared: a name, the model, and the column of its accuracy; transductive models are there twice."""
    listed = []
    for model in model_order(models):
        if plain(model) in CORPUS_GRAPH:
            listed += [(model, model, "test_accuracy"), (f"{model} inductive", model, "inductive_accuracy")]
        else:
            listed.append((model, model, "inductive_accuracy"))
    return listed


def paired_accuracy(
    frame: pd.DataFrame, corpus: str, share: float, first: tuple[str, str, str], second: tuple[str, str, str]
) -> dict[str, Any] | None:
    """Accuracy of one variant minus another's on the same seed: mean, interval, pairs; None without pairs.

    Args:
        frame: From ``named_apart``.
        corpus, share: Which runs.
        first, second: From ``variants``.
    """
    ended = frame[(frame["status"] == "ok") & (frame["corpus.name"] == corpus) & (frame["share"] == share)]
    columns = []
    for _, model, column in (first, second):
        runs = ended[ended["model.name"] == model].drop_duplicates("seed", keep=False)
        columns.append(runs.set_index("seed")[column])
    values = (columns[0] - columns[1]).dropna().to_numpy(dtype=float)
    if len(values) == 0:
        return None
    low, high = bootstrap_interval(values, lambda sample: float(np.mean(sample)))
    return {"difference": float(values.mean()), "low": low, "high": high, "n": len(values)}


def text_table(runs: Sequence[RunRecord]) -> str:
    """The summary as aligned columns for a terminal, the accuracy by share of labels, and how large the corpora are."""
    frame = document_runs(runs)
    parts = [_aligned(summary_rows(frame), ("corpus", "model"))]
    for corpus in sorted(frame["corpus.name"].unique()):
        headings, rows = share_rows(named_apart(frame), corpus)
        if len(headings) > 2:
            parts.append(f"{corpus}: test accuracy by share of labels (documents)")
            parts.append(_aligned([dict(zip(headings, row)) for row in rows], ("model",)))
        parts.append("\n".join(size_line(row) for row in size_rows(frame) if row["corpus"] == corpus))
    return "\n\n".join(part for part in parts if part)


def _aligned(rows: list[dict[str, str]], left: tuple[str, ...]) -> str:
    widths = {c: max(len(c), *(len(row[c]) for row in rows)) for c in rows[0]}
    lines = [
        "  ".join(row[c].ljust(w) if c in left else row[c].rjust(w) for c, w in widths.items()).rstrip()
        for row in [{c: c for c in widths}, *rows]
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def size_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Sizes of each corpus that a run ended on, and the accuracy of always naming its most frequent class."""
    ended = frame[frame["status"] == "ok"]
    rows = []
    for corpus, group in ended.groupby("corpus.name"):
        first = group.sort_values("share").iloc[-1]
        names = ("documents", "classes", "labelled", "validation_documents", "test_documents")
        graphs = group[group["model.name"].isin(CORPUS_GRAPH)]
        rows.append(
            {name: int(first[name]) for name in names}
            | {"corpus": corpus, "digest": first["corpus.digest"], "chance": float(first["chance"])}
            | {"nodes": None if graphs.empty else int(graphs["nodes"].iloc[0])}
            | {"edges": None if graphs.empty else int(graphs["edges"].iloc[0])}
        )
    return rows


def size_line(row: dict[str, Any]) -> str:
    """How large a corpus is, and which one it is."""
    graph = f"; graph of {row['nodes']:,} nodes and {row['edges']:,} edges" if row["nodes"] else ""
    return (
        f"{row['corpus']} ({row['digest']}): {row['documents']:,} documents of {row['classes']} classes; at most "
        f"{row['labelled']:,} labelled, {row['validation_documents']:,} for validation, {row['test_documents']:,} for "
        f"testing{graph}; always the most frequent class: {row['chance']:.3f}"
    )
