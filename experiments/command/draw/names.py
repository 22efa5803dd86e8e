"""Names of nodes in a drawing: in the nodes where they fit, in a key beside it where they do not."""

from __future__ import annotations

import sys
from typing import Any

import networkx as nx
from torch_geometric.data import Data

from gnnlab.drawing.plain_text import plain_text
from gnnlab.drawing.shapes import shape_of
from gnnlab.drawing.style import label_size
from gnnlab.graphs.node_names import NodeNames

MOST_LONG_NAMES = 20  # nodes with their names beside them
MOST_IN_KEY = 80  # names that a page has room for
KEY_WIDTH = 2.0  # inches a column


def find_node(graph: Data, node: str) -> int:
    """The number of a node given by number or name.

    Raises:
        ValueError: There is none.
    """
    names = graph.names if "names" in graph else None
    return NodeNames(names, graph.num_nodes).number(int(node) if node.isdecimal() else node, "node")


def names_of(graph: Data) -> list[str]:
    """The name of each node, or its number where it has none."""
    return list(graph.names) if "names" in graph else [str(node) for node in range(graph.num_nodes)]


def labels_of(graph: Data) -> list[str] | None:
    """What stands in the nodes: names where they fit, numbers where a key explains them; None: the drawing's own."""
    if needs_key(graph):
        return [str(node) for node in range(graph.num_nodes)]
    return None if "query" in graph else names_of(graph)


def needs_key(graph: Data) -> bool:
    """Whether names would overlap, because there are many and long ones, and a key has room for all of them.

    Beside the nodes of two columns there is always room.
    """
    many = MOST_LONG_NAMES < graph.num_nodes <= MOST_IN_KEY
    return many and max(map(len, names_of(graph))) > 4 and not _has_two_columns(graph)


def _has_two_columns(graph: Data) -> bool:
    known = nx.Graph(graph.edge_index.t().tolist())
    return len(known) == graph.num_nodes and nx.is_connected(known) and shape_of(known) == "columns"


def key_columns(graph: Data) -> int:
    """Columns of the key; 0 where none is needed."""
    if not needs_key(graph):
        return 0
    return 1 if graph.num_nodes <= 40 else 2


def with_key(figure: Any, graph: Data) -> Any:
    """The axes for a graph, with a list of names at its right where nodes can only hold numbers."""
    if not needs_key(graph):
        return figure.subplots()
    columns = key_columns(graph)
    width, height = figure.get_size_inches()
    larger = label_size() / 9
    wide, high = KEY_WIDTH * larger * columns, -(-graph.num_nodes // columns) * 1.2 * label_size() / 72
    if wide > width / 2 or high > height:
        size = f"{max(width, 2 * wide):.0f}x{max(height, high):.0f}"
        print(
            f"gnnlab: the names have no room beside the graph; --size {size} gives it, --labels none leaves the "
            "numbers out too",
            file=sys.stderr,
        )
        return figure.subplots()
    ax, key = figure.subplots(1, 2, width_ratios=(width - wide, wide))
    _write_key(key, graph, columns)
    return ax


def _write_key(ax: Any, graph: Data, columns: int) -> None:
    """A list of numbers and names into axes of its own."""
    ax.set_axis_off()
    names = names_of(graph)
    rows = -(-len(names) // columns)
    for column in range(columns):
        part = range(column * rows, min(len(names), (column + 1) * rows))
        text = "\n".join(f"{node}  {plain_text(names[node])}" for node in part)
        ax.text(
            column / columns,
            1.0,
            text,
            va="top",
            fontsize=label_size(),
            linespacing=1.2,
            transform=ax.transAxes,
        )
