"""Names of nodes in a drawing: in the nodes where they fit, in a key beside it where they do not."""

from __future__ import annotations

from typing import Any

from torch_geometric.data import Data

MOST_LONG_NAMES = 20  # nodes with their names beside them
MOST_IN_KEY = 80  # names that a page has room for


def find_node(graph: Data, node: str) -> int:
    """The number of a node given by number or name.

    Raises:
        ValueError: There is none.
    """
    names = graph.names if "names" in graph else []
    if node in names:
        return int(names.index(node))
    numbered = any(name.isdecimal() for name in names)  # then a number that is no name would be another node
    if node.isdecimal() and int(node) < graph.num_nodes and not numbered:
        return int(node)
    if numbered:
        some = ", ".join(names[:5]) + ", ..." * (len(names) > 5)
        raise ValueError(f"node: {node!r} should be a node's name: {some}")
    raise ValueError(f"node: {node!r} should be a number from 0 to {graph.num_nodes - 1}, or a node's name")


def names_of(graph: Data) -> list[str]:
    """The name of each node, or its number where it has none."""
    return list(graph.names) if "names" in graph else [str(node) for node in range(graph.num_nodes)]


def labels_of(graph: Data) -> list[str] | None:
    """What stands in the nodes: names where they fit, numbers where a key explains them; None: the drawing's own."""
    if needs_key(graph):
        return [str(node) for node in range(graph.num_nodes)]
    return None if "query" in graph else names_of(graph)


def needs_key(graph: Data) -> bool:
    """Whether names would overlap, because there are many and long ones, and a key has room for all of them."""
    many = MOST_LONG_NAMES < graph.num_nodes <= MOST_IN_KEY
    return many and max(map(len, names_of(graph))) > 4


def key_columns(graph: Data) -> int:
    """Columns of the key; 0 where none is needed."""
    if not needs_key(graph):
        return 0
    return 1 if graph.num_nodes <= 40 else 2


def write_key(ax: Any, graph: Data) -> None:
    """A list of numbers and names into axes of its own."""
    ax.set_axis_off()
    names, columns = names_of(graph), key_columns(graph)
    rows = -(-len(names) // columns)
    for column in range(columns):
        part = range(column * rows, min(len(names), (column + 1) * rows))
        text = "\n".join(f"{node}  {names[node]}" for node in part)
        ax.text(column / columns, 1.0, text, va="top", fontsize=7, linespacing=1.35, transform=ax.transAxes)


def with_key(figure: Any, graph: Data) -> Any:
    """The axes for a graph, with a list of names at its right where nodes can only hold numbers."""
    if not needs_key(graph):
        return figure.subplots()
    columns = key_columns(graph)
    width, height = figure.get_size_inches()
    figure.set_size_inches(width + 1.6 * columns, height)
    ax, key = figure.subplots(1, 2, width_ratios=(width, 1.6 * columns))
    write_key(key, graph)
    return ax
