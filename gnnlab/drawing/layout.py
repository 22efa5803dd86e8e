"""Where to put the nodes of a drawing; no drawing here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from gnnlab.drawing.components import layout_of_parts
from gnnlab.graphs.node_names import NodeNames
from gnnlab.graphs.reach import hop_distances

Positions = dict[int, tuple[float, float]]


def line_layout(num_nodes: int) -> Positions:
    """Return places on a line, from left to right.

    >>> line_layout(3)
    {0: (0.0, 0.0), 1: (1.0, 0.0), 2: (2.0, 0.0)}
    """
    return {node: (float(node), 0.0) for node in range(num_nodes)}


def given_places(positions: Mapping[Any, Sequence[float]], names: NodeNames, shown: list[int]) -> Positions:
    """Return the places that a user gave, by number of the node.

    Args:
        positions: Node → (x, y); nodes by name or number.
        names: Of the graph.
        shown: The nodes that need a place.

    Raises:
        ValueError: An unknown node, a node without a place, or a place that is not two numbers.

    >>> given_places({"b": (1, 0), "a": (0, 2)}, NodeNames(["a", "b"], 2), [0, 1])
    {1: (1.0, 0.0), 0: (0.0, 2.0)}
    """
    places: Positions = {}
    for node, place in positions.items():
        if len(place) != 2:
            raise ValueError(f"positions must give (x, y) for each node, but gives {place!r} for {node!r}")
        places[names.number(node, "positions")] = (float(place[0]), float(place[1]))
    missing = next((node for node in shown if node not in places), None)
    if missing is not None:
        name = missing if names.names is None else names.names[missing]
        raise ValueError(f"positions must have a place for each node, but has none for {name!r}")
    return places


def is_line(edge_index: Tensor, num_nodes: int) -> bool:
    """Whether every node but the last is joined to the one after it, as in a path of words or digits.

    >>> is_line(torch.tensor([[0, 1], [1, 2]]), 3), is_line(torch.tensor([[0, 0], [1, 2]]), 3)
    (True, False)
    """
    if edge_index.numel() == 0:
        return False
    low, high = edge_index.amin(0), edge_index.amax(0)
    joined = torch.zeros(num_nodes, dtype=torch.bool)
    joined[low[high - low == 1]] = True
    return num_nodes > 1 and bool(joined[:-1].all())


def spring_layout(edge_index: Tensor, nodes: list[int]) -> Positions:
    """Return places for some nodes of a graph, by the edges among them; always the same for the same graph.

    Distances on paper are near those in hops; parts that no edge joins stand side by side.
    """
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(nodes)
    kept = set(nodes)
    graph.add_edges_from((i, j) for i, j in edge_index.t().tolist() if i != j and i in kept and j in kept)
    if not nodes:
        return {}
    if len(nodes) > 1 and not nx.is_connected(graph):
        return layout_of_parts(graph)
    places = nx.kamada_kawai_layout(graph, pos=nx.circular_layout(graph))
    return {node: (float(x), float(y)) for node, (x, y) in places.items()}


def upper_side(edge_index: Tensor, positions: Positions) -> set[int]:
    """Return the nodes that leave more room over them than under them, because more steep edges go down.

    >>> upper_side(torch.tensor([[0, 1], [1, 2]]), {0: (0.0, 2.0), 1: (0.0, 1.0), 2: (3.0, 0.0)})
    {0}
    """
    steep: dict[int, float] = {}
    for pair in edge_index.t().tolist():
        for here, there in (pair, pair[::-1]):
            if here in positions and there in positions and here != there:
                (x, y), (far_x, far_y) = positions[here], positions[there]
                length = ((far_x - x) ** 2 + (far_y - y) ** 2) ** 0.5
                slope = (far_y - y) / length if length else 0.0
                steep[here] = steep.get(here, 0.0) + slope**3  # flat edges stay clear of both sides
    return {node for node, sum_of_slopes in steep.items() if sum_of_slopes < -1e-9}


def neighbourhood(edge_index: Tensor, num_nodes: int, center: int, max_nodes: int) -> Tensor:
    """Return the `max_nodes` nodes nearest to `center`, by hops in either direction, in rising order.

    >>> from gnnlab import path_graph
    >>> neighbourhood(path_graph(100).edge_index, 100, center=50, max_nodes=5)
    tensor([48, 49, 50, 51, 52])
    """
    both = torch.cat([edge_index, edge_index.flip(0)], dim=1)
    hops = hop_distances(both, center, num_nodes=num_nodes)
    hops = hops.masked_fill(hops < 0, num_nodes)
    nearest = torch.argsort(hops, stable=True)[:max_nodes]
    return nearest[hops[nearest] < num_nodes].sort().values
