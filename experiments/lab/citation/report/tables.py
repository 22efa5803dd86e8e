"""Tables of node classification: our runs, and the papers' numbers as rows beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.reading.statistics import bootstrap_interval, interquartile_mean, runs_table
from experiments.records.records import RunRecord

FACTS = ("nodes", "edges", "features", "classes", "labelled", "validation_nodes", "test_nodes", "chance")


@dataclass(frozen=True)
class Published:
    """A test accuracy that a paper reports, in percent.

    Args:
        model: What we call it.
        dataset: On the public split.
        mean: Over ``runs`` runs.
        std: Standard deviation; None where the paper gives none.
        runs: How many.
        source: The paper's table.
    """

    model: str
    dataset: str
    mean: float
    std: float | None
    runs: int
    source: str


_GCN = "Kipf & Welling 2017, table 2"
_GAT = "Veličković et al. 2018, table 2"
PUBLISHED = (
    Published("gcn", "cora", 81.5, None, 100, _GCN),
    Published("gcn", "citeseer", 70.3, None, 100, _GCN),
    Published("gcn", "pubmed", 79.0, None, 100, _GCN),
    Published("mlp", "cora", 55.1, None, 100, _GCN),
    Published("mlp", "citeseer", 46.5, None, 100, _GCN),
    Published("mlp", "pubmed", 71.4, None, 100, _GCN),
    Published("gat", "cora", 83.0, 0.7, 100, _GAT),
    Published("gat", "citeseer", 72.5, 0.7, 100, _GAT),
    Published("gat", "pubmed", 79.0, 0.3, 100, _GAT),
)


def find_published(model: str, dataset: str) -> Published | None:
    """What a paper reports for a model on a data set."""
    return next((row for row in PUBLISHED if (row.model, row.dataset) == (model, dataset)), None)


def node_runs(runs: Sequence[RunRecord]) -> pd.DataFrame:
    """One row a run, with all columns that the tables below read."""
    frame = runs_table(runs)
    read = (*FACTS, "validation_accuracy")
    absent = [column for column in read if column not in frame]  # of a table of failures alone
    return frame.assign(**dict.fromkeys(absent, np.nan))


def differing(frame: pd.DataFrame) -> list[str]:
    """Settings in which runs of one data set and model differ: they are told apart in the tables."""
    candidates = [c for c in frame.columns if c.startswith(("train.", "model."))] + ["device", "threads"]
    groups = frame.groupby(["dataset", "model.name"])
    return [c for c in candidates if c != "model.name" and (groups[c].nunique(dropna=False) > 1).any()]


def summary_rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    """Figures over seeds for each data set and model, each followed by its paper's; accuracies in percent.

    Args:
        frame: From ``node_runs``.
    """
    others = differing(frame)
    rows = []
    for key, group in frame.groupby(["dataset", "model.name", *others], dropna=False):
        dataset, model, *values = key
        rows.append(_row(dataset, model, group) | {c: f"{v}" for c, v in zip(others, values)})
        paper = find_published(model, dataset)
        if paper is not None:
            rows.append(dict.fromkeys(rows[-1], "") | _paper_row(paper))
    return rows


def _row(dataset: str, model: str, group: pd.DataFrame) -> dict[str, str]:
    ended = group[group["status"] == "ok"]
    accuracy = 100 * ended["test_accuracy"].to_numpy(dtype=float)
    failed = int((group["status"] == "failed").sum())
    low, high = bootstrap_interval(accuracy)
    iqm = f"{interquartile_mean(accuracy):.1f}" if len(accuracy) else "-"
    return {
        "data set": dataset,
        "model": model,
        "accuracy %": _mean_and_std(accuracy),
        "IQM": iqm if np.isnan(low) else f"{iqm} [{low:.1f}, {high:.1f}]",
        "n": f"{len(ended)}" + (f" ({failed} failed)" if failed else ""),
        "parameters": _median(ended["parameters"], 0),
        "epochs": _median(ended["steps"], 0),
        "ms/epoch": _median(ended["ms_per_step"], 1),
        "seconds": _median(ended["seconds_total"], 1),
    }


def _paper_row(paper: Published) -> dict[str, str]:
    std = "" if paper.std is None else f" ± {paper.std}"
    return {
        "data set": paper.dataset,
        "model": f"{paper.model} (paper)",
        "accuracy %": f"{paper.mean}{std}",
        "n": f"{paper.runs}",
    }


def _mean_and_std(values: np.ndarray) -> str:
    if len(values) == 0:
        return "-"
    return f"{values.mean():.1f}" + (f" ± {values.std(ddof=1):.1f}" if len(values) > 1 else "")


def _median(values: pd.Series, digits: int) -> str:
    return "-" if values.isna().all() else f"{values.median():,.{digits}f}"


def data_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Sizes of each data set that a run ended on, and the accuracy of always naming its most frequent class."""
    ended = frame[frame["status"] == "ok"]
    rows = []
    for dataset, group in ended.groupby("dataset"):
        first = group.iloc[0]
        sizes = {name: int(first[name]) for name in FACTS if name != "chance"}
        rows.append({"dataset": dataset, **sizes, "chance": float(first["chance"])})
    return rows


def paired_rows(frame: pd.DataFrame, reference: str) -> list[dict[str, Any]]:
    """Accuracy in percent minus the reference model's on the same data set and seed: mean, interval, pairs.

    Args:
        frame: From ``node_runs``; one run a data set, model and seed, or the seed is left out.
        reference: Name of the model to compare with.
    """
    ended = frame[frame["status"] == "ok"]
    ended = ended.drop_duplicates(["dataset", "model.name", "seed"], keep=False)
    table = 100 * ended.pivot(index=["dataset", "seed"], columns="model.name", values="test_accuracy")
    if reference not in table:
        return []
    rows = []
    for model in (name for name in table.columns if name != reference):
        for dataset, values in (table[model] - table[reference]).dropna().groupby("dataset"):
            low, high = bootstrap_interval(values.to_numpy(), np.mean)
            rows.append(
                {
                    "dataset": dataset,
                    "model": model,
                    "difference": values.mean(),
                    "low": low,
                    "high": high,
                    "n": len(values),
                }
            )
    return sorted(rows, key=lambda row: (row["dataset"], row["model"]))


def text_table(runs: Sequence[RunRecord]) -> str:
    """The summary as aligned columns for a terminal, and how large the data sets are."""
    frame = node_runs(runs)
    rows = [{k: v for k, v in row.items() if k != "IQM"} for row in summary_rows(frame)]
    widths = {c: max(len(c), *(len(row[c]) for row in rows)) for c in rows[0]}
    lines = [
        "  ".join(
            row[c].ljust(w) if c in ("data set", "model") else row[c].rjust(w) for c, w in widths.items()
        )
        for row in [{c: c for c in widths}, *rows]
    ]
    lines = [line.rstrip() for line in lines]
    return "\n".join(
        [lines[0], "-" * len(lines[0]), *lines[1:], "", *(size_line(row) for row in data_rows(frame))]
    )


def size_line(row: dict[str, Any]) -> str:
    """How large a data set is, and what its test accuracy can resolve."""
    return (
        f"{row['dataset']}: {row['nodes']:,} nodes, {row['edges']:,} edges, {row['classes']} classes; "
        f"{row['labelled']} labelled, {row['validation_nodes']} validation, {row['test_nodes']} test nodes "
        f"(one is {100 / row['test_nodes']:.1f} %); always the most frequent class: {100 * row['chance']:.1f} %"
    )
