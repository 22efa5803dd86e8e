"""Pictures of the graphs whose nodes are classified, kept beside the records for the report."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from torch_geometric.data import Data

from experiments.data.node_graphs import load_task
from experiments.data.social import social_graph
from experiments.lab.citation.settings import SOCIAL
from experiments.records.files import write_beside, write_json
from gnnlab import draw_graph


def draw_graphs(datasets: list[str], out: Path) -> None:
    """Draw each data set with its classes, a large one as the neighbourhood of one node.

    Writes ``pictures/*.svg`` and ``pictures/index.json``, which holds a title and a text for each.

    Args:
        datasets: Names of data sets.
        out: Results folder.
    """
    folder = out / "pictures"
    folder.mkdir(exist_ok=True)
    entries = []
    for name in datasets:
        data = social_graph(name) if name in SOCIAL else load_task(name, 0)
        figure = class_picture(data)
        file = f"graph-{name}.svg"
        write_beside(folder / file, partial(figure.savefig, format="svg"))
        entries.append({"file": file, "title": name, "text": _text(name, data)})
    write_json(folder / "index.json", entries)


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
