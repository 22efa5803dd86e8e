"""Pictures of the graphs whose nodes are classified, kept beside the records for the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch_geometric.data import Data

from experiments.data.names import SOCIAL
from experiments.data.node_graphs import load_task
from experiments.data.social import social_graph
from experiments.lab.citation.settings import CitationRun
from experiments.records.pictures import KeptPicture, keep_pictures
from gnnlab import draw_graph


def draw_graphs(runs: list[CitationRun], out: Path, options: dict[str, Any]) -> None:
    """Draw each data set with its classes, a large one as the neighbourhood of one node."""
    pictures = []
    for name in dict.fromkeys(run.dataset for run in runs):
        data = social_graph(name) if name in SOCIAL else load_task(name, 0)
        pictures.append(KeptPicture(f"graph-{name}.svg", name, _text(name, data), class_picture(data)))
    drawn = {picture.file for picture in pictures}
    keep_pictures(out, pictures, stays=lambda entry: entry["file"] not in drawn)


def _text(name: str, data: Data) -> str:
    text = f"{data.num_nodes:,} nodes, {data.num_edges // 2:,} undirected edges; colours are the classes to be named."
    if name == "karate":
        text += " Node 0 is Mr. Hi, the instructor; node 33 the officer."
    if name not in SOCIAL:
        text += " Only the neighbourhood of the node with most edges is drawn."
    return text


def class_picture(data: Data, **options: Any) -> Any:
    """A figure of a graph whose nodes have classes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 6.4), layout="constrained")
    options = {"node_class": data.y, "class_names": data.class_names, "max_nodes": 100} | options
    draw_graph(data, ax=figure.subplots(), **options)
    return figure
