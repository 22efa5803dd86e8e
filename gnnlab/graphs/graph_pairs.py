"""Graphs as lists of pairs and as networkx graphs, whose nodes have names of their own."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from gnnlab.graphs.graph_arrays import parts_of_array, parts_of_edge_index
from gnnlab.graphs.graph_parts import GraphParts, finite_weight, parts_of_edges


def parts_of_pairs(pairs: Sequence[Any], num_nodes: int | None = None) -> GraphParts:
    """Return the parts of a list of pairs (source, target) or triples (source, target, weight).

    Whole numbers are the numbers of nodes. Where there is any other name, all are names, numbered in the order
    in which they first appear. A list of lists of numbers may be a matrix or two rows of nodes instead; it is
    read as what it can only be, and refused where it could be two things.

    Raises:
        ValueError: No pairs; names that cannot be told apart; weights that are no finite numbers.

    >>> parts_of_pairs([("b", "a"), ("a", "c", 0.5)]).names
    ['b', 'a', 'c']
    """
    rows = _rows_of_numbers(pairs)
    if rows is not None:
        return parts_of_array(rows, num_nodes)
    sources, targets, weights = _columns(pairs)
    numbered = [
        (int(i), int(j))
        for i, j in zip(sources, targets)
        if isinstance(i, (int, np.integer)) and isinstance(j, (int, np.integer))
    ]
    if len(numbered) == len(sources):
        made = parts_of_edges(numbered, weights, 0)
        checked = parts_of_edge_index(made.edge_index, num_nodes)
        return GraphParts(made.edge_index, made.edge_weight, checked.num_nodes, sized=False)
    return parts_of_names(sources, targets, weights)


def parts_of_names(
    sources: Sequence[Hashable], targets: Sequence[Hashable], weights: list[float] | None
) -> GraphParts:
    """Return the parts of edges between names, numbered in the order in which they first appear."""
    number: dict[Hashable, int] = {}
    for pair in zip(sources, targets):
        for name in pair:
            number.setdefault(name, len(number))
    edges = [(number[i], number[j]) for i, j in zip(sources, targets)]
    return parts_of_edges(edges, weights, len(number), list(number))


def parts_of_networkx(graph: Any) -> GraphParts:
    """Return the parts of a networkx graph; an undirected edge counts both ways, `weight` is the weight."""
    number = {node: i for i, node in enumerate(graph)}
    edges, weights = [], []
    for source, target, data in graph.edges(data=True):
        weight = finite_weight(data.get("weight", 1.0), f"graph: edge {source!r} → {target!r}")
        edges.append((number[source], number[target]))
        weights.append(weight)
    if not graph.is_directed():
        back = [(j, i, weight) for (i, j), weight in zip(edges, weights) if i != j]
        edges += [(i, j) for i, j, _ in back]
        weights += [weight for *_, weight in back]
    return parts_of_edges(edges, weights, len(number), list(number))


def _columns(pairs: Sequence[Any]) -> tuple[list[Hashable], list[Hashable], list[float] | None]:
    sources, targets, weights = [], [], []
    for place, pair in enumerate(pairs):
        where = f"graph: entry {place}"
        if not isinstance(pair, (tuple, list)) or len(pair) not in (2, 3):
            raise ValueError(f"{where} must be (source, target) or (source, target, weight), but is {pair!r}")
        sources.append(_name(pair[0], where))
        targets.append(_name(pair[1], where))
        if len(pair) == 2:
            weights.append(1.0)
        else:  # networkx writes the weight into a mapping
            third = pair[2]
            weights.append(
                finite_weight(third.get("weight", 1.0) if isinstance(third, Mapping) else third, where)
            )
    return sources, targets, weights


def _name(node: Any, where: str) -> Hashable:
    if isinstance(node, Tensor) and node.dim() == 0:
        node = node.item()  # a tensor is only equal to itself
    try:
        hash(node)
    except TypeError:
        node = None
    if node is None or isinstance(node, Tensor) or node != node:  # missing values of pandas are None and NaN
        raise ValueError(f"{where}: a node must be a number or a name")
    return node


def _rows_of_numbers(pairs: Sequence[Any]) -> np.ndarray | None:
    """The array of a list of lists of numbers, if that can be no list of pairs; None: pairs, by all means."""
    if not pairs or not all(isinstance(row, list) and row for row in pairs):
        return None
    count, widths = len(pairs), {len(row) for row in pairs}
    if len(widths) > 1 or not all(isinstance(x, (int, float, np.number)) for row in pairs for x in row):
        return None
    (width,) = widths
    rows = np.array(pairs)
    array = width == count or (count == 2 and rows.dtype.kind in "iu")
    if width in (2, 3) and array:
        kind = "pairs" if width == 2 else "triples with a weight"
        shape = "a matrix" if width == count else "an edge list of two rows"
        shape += " or an edge list of two rows" if width == count == 2 else ""
        raise ValueError(
            f"graph: {count} lists of {width} numbers could be {kind} or {shape}; say which: tuples for pairs, "
            "as_graph(matrix=...) or as_graph(edge_index=...)"
        )
    return rows if array else None
