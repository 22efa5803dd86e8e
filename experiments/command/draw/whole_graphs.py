"""A graph with its names, and its matrices below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from torch_geometric.data import Data

from experiments.command.draw.names import key_columns, labels_of, names_of, write_key
from experiments.data.named_graphs import parse_graph
from experiments.records.pictures import save
from gnnlab import adjacency_matrix, draw_adjacency, draw_graph, normalized_adjacency

MOST_CELLS = 400  # nodes of a matrix: more cells than pixels would show nothing
KEY_WIDTH = 1.6  # inches a column of names


def draw_whole(text: str, out: Path, *, adjacency: bool, directed: bool, most: int) -> None:
    """Draw a graph, or, of a large one, the nodes nearest to the one with most edges.

    Args:
        text: A graph that ``parse_graph`` reads, such as a file.
        out: File to write; its ending is the format.
        adjacency: The adjacency matrix below it, and the normalised one where no weight is negative.
        directed: Each line of a text file leads one way.
        most: Most nodes to draw.
    """
    if not 2 <= most <= MOST_CELLS:
        raise ValueError(f"most: {most} should be 2 to {MOST_CELLS}")
    graph = parse_graph(text, directed=directed)
    if adjacency and graph.num_nodes > MOST_CELLS:
        raise ValueError(f"graph: {text} has {graph.num_nodes} nodes; a matrix takes at most {MOST_CELLS}")
    keys = key_columns(graph)
    figure = Figure(figsize=(9.0 + KEY_WIDTH * keys, 10.5 if adjacency else 6.0), layout="constrained")
    ratios = (9.0, KEY_WIDTH * keys) if keys else (9.0,)
    parts = figure.subfigures(
        2 if adjacency else 1, 1, squeeze=False, height_ratios=(6.0, 4.5)[: 1 + adjacency]
    )
    top = parts[0, 0].subplots(1, len(ratios), width_ratios=ratios, squeeze=False)[0]
    if keys:
        write_key(top[1], graph)
    classes = {"node_class": graph.y, "class_names": graph.class_names} if "class_names" in graph else {}
    draw_graph(graph, ax=top[0], labels=labels_of(graph), max_nodes=most, **classes)
    if adjacency:
        _draw_matrices(parts[1, 0], graph)
    save(figure, out)


def _draw_matrices(part: Any, graph: Data) -> None:
    negative = "edge_weight" in graph and bool((graph.edge_weight < 0).any())
    axes = part.subplots(1, 1 if negative else 2, squeeze=False)[0]
    names = names_of(graph)
    draw_adjacency(adjacency_matrix(graph), ax=axes[0], labels=names, title="adjacency A")
    if not negative:  # a negative degree has no root
        matrix = normalized_adjacency(graph)
        draw_adjacency(matrix, ax=axes[1], labels=names, title="normalised adjacency Â")
