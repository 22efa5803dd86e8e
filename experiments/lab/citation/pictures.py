"""Pictures of the graphs whose nodes are classified, kept beside the records for the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch_geometric.data import Data

from experiments.lab.citation.settings import CitationRun
from experiments.lab.citation.work import task_of
from experiments.records.pictures import KeptPicture, keep_pictures
from gnnlab import draw_graph

MOST_NODES = 100  # of a picture


def draw_graphs(runs: list[CitationRun], out: Path, options: dict[str, Any]) -> None:
    """Draw each data set with its classes, a large one as the neighbourhood of one node."""
    pictures = []
    for run in {run.dataset: run for run in runs}.values():
        name, data = run.place, task_of(run)
        pictures.append(KeptPicture(f"graph-{name}.svg", name, _text(name, data), class_picture(data)))
    drawn = {picture.file for picture in pictures}
    keep_pictures(out, pictures, stays=lambda entry: entry["file"] not in drawn)


def _text(name: str, data: Data) -> str:
    text = f"{data.num_nodes:,} nodes, {data.num_edges // 2:,} undirected edges; colours are the classes to be named."
    if name == "karate":
        text += " Node 0 is Mr. Hi, the instructor; node 33 the officer."
    if data.num_nodes > MOST_NODES:
        text += " Only the neighbourhood of the node with most edges is drawn."
    return text


def class_picture(data: Data, **options: Any) -> Any:
    """A figure of a graph whose nodes have classes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 6.4), layout="constrained")
    y, names = data.y, list(data.class_names)
    if (y < 0).any():
        y, names = torch.where(y < 0, len(names), y), [*names, "no class"]
    options = {"node_class": y, "class_names": names, "max_nodes": MOST_NODES} | options
    draw_graph(data, ax=figure.subplots(), **options)
    return figure
