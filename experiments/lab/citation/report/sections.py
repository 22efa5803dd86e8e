"""The page of node classification: the data, accuracy and curves of each data set, differences."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.data.names import SOCIAL
from experiments.lab.citation.report.plots import plot_node_accuracy
from experiments.reading import standard
from experiments.reading.results import Results
from experiments.reading.sections import Picture, Section, Table, Text
from experiments.reading.table_formats import heading, shown

COUNTS = {
    "nodes": "nodes",
    "edges": "edges",
    "features": "features",
    "classes": "classes",
    "labelled": "labelled",
    "validation_nodes": "validation",
    "test_nodes": "test",
}
HOMOPHILY = {"edge_homophily": "edges within a class", "adjusted_homophily": "adjusted homophily"}
SMALL = (
    "Nodes have no features but a one-hot number of their own, so nothing can be learned except through edges. With so "
    "few test nodes one answer moves the accuracy by percents, and which nodes are labelled can matter more than the "
    "model: read the spread over seeds, not the mean alone."
)
ACCURACY = (
    "Dots: single seeds. Marks with bars: mean and one standard deviation. Black dashes: the papers' means, where "
    "there are any. Dotted line: always naming the most frequent class. The axis does not begin at 0."
)
#: Settings beside the data set that change what the table says.
APART = ("split", "train_size", "validation_size", "edge_list", "content")
IN_A_ROW = 3  # panels of a figure


def data(results: Results) -> Section | None:
    """How large the data sets are, and what a class is in the small ones."""
    rows = data_rows(results.ended)
    if not rows:
        return None
    note = (
        "One test node is what a single answer moves the accuracy by. Most frequent class is the accuracy of always "
        "naming it. Adjusted homophily is 0 where edges join classes as random ones would, and 1 where they join equal "
        "ones alone (Platonov et al. 2023)."
    )
    blocks: list[Any] = [Table(rows, note)]
    if "not_read" in results.ended:
        blocks += [Text(text) for text in results.ended["not_read"].dropna().unique() if text]
    social = [
        f"A class of {row['data set']} is {SOCIAL[name]}."
        for row in rows
        if (name := row["data set"]) in SOCIAL
    ]
    if social:
        blocks.append(Text(" ".join(["Small graphs.", *social, SMALL])))
    return Section("data", "The data", blocks)


def data_rows(ended: pd.DataFrame) -> list[dict[str, str]]:
    """Sizes of each data set and split, and the accuracy of always naming its most frequent class."""
    rows = []
    apart = [name for name in APART if ended[name].nunique() > 1]
    for _, group in ended.groupby(["dataset", *apart], sort=True):
        first = group.iloc[0]
        several = {heading(name): shown(first[name]) for name in apart}
        sizes = {title: f"{first[name]:,.0f}" for name, title in COUNTS.items()}
        shares = {"one test node": 1 / first["test_nodes"], "most frequent class": first["chance"]}
        alike = {title: f"{first[name]:.2f}" for name, title in HOMOPHILY.items() if pd.notna(first[name])}
        rows.append(
            {"data set": str(first["dataset"]), **several, **sizes}
            | {k: f"{100 * v:.{1 if v > 1e-3 else 2}f} %" for k, v in shares.items()}
            | alike
        )
    return rows


def accuracy(results: Results) -> Section | None:
    """Test accuracy, a panel for each data set and setting."""
    parts = {title: part for title, part in results.panels().items() if len(part.ended)}
    if not parts:
        return None
    columns = min(IN_A_ROW, len(parts))
    rows = math.ceil(len(parts) / columns)
    figure = Figure(figsize=(min(9.5, 3.6 * columns + 1.5), 3.8 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes[len(parts) :]:
        ax.set_axis_off()
    for (title, part), ax in zip(parts.items(), axes):
        plot_node_accuracy(part, ax).set_title(title, fontsize=10, wrap=True)
    return Section("accuracy", "Test accuracy", [Picture("Test accuracy", ACCURACY, figure)])


def curves(results: Results) -> Section | None:
    """Training curves, a figure for each data set and setting."""
    return standard.curves(results, results.panels())


def paired(results: Results) -> Section | None:
    """Differences from the baseline, seed by seed, in a table for each data set and setting."""
    section = standard.paired_in_parts(results.panels())
    if section is None:
        return None
    split = Text(
        "On a public split a seed only fixes initial weights and dropout; a random one is drawn from it too.",
        soft=True,
    )
    return dataclasses.replace(section, blocks=[section.blocks[0], split, *section.blocks[1:]])
