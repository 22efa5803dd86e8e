"""The shape of a connected part of a graph, and where its nodes stand: an edge is about 1 long."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import networkx as nx

#: Shapes that can be asked for; "line" is of all nodes in their order, with arcs for what is no step along it.
SHAPES = ("line", "circle", "tree", "columns", "spring")
MOST_IN_ROW = 30  # leaves of a tree, or nodes of a column: more would touch
ROOM = 0.8  # area of a part for each of its nodes, at least

Places = dict[int, tuple[float, float]]


def shape_of(part: nx.Graph) -> str:
    """Return what a connected part is: "path", "circle" (rings and complete graphs), "tree", "columns" or "spring".

    >>> import networkx as nx
    >>> [shape_of(g) for g in (nx.path_graph(3), nx.cycle_graph(6), nx.complete_graph(4), nx.star_graph(3))]
    ['path', 'circle', 'circle', 'tree']
    >>> shape_of(nx.complete_bipartite_graph(2, 3)), shape_of(nx.wheel_graph(6))
    ('columns', 'spring')
    """
    import networkx as nx

    nodes, edges = part.number_of_nodes(), part.number_of_edges()
    most = max(dict(part.degree).values(), default=0)
    if edges == nodes - 1:
        if most <= 2:
            return "path"
        leaves = sum(degree == 1 for _, degree in part.degree)
        return "tree" if leaves <= MOST_IN_ROW else "spring"
    if (most == 2 and edges == nodes) or edges == nodes * (nodes - 1) // 2:
        return "circle"
    if nx.is_bipartite(part) and max(map(len, nx.bipartite.sets(part))) <= MOST_IN_ROW:
        return "columns"
    return "spring"


def places_of(part: nx.Graph, shape: str, root: int | None = None) -> Places:
    """Return places for the nodes of a connected part.

    Args:
        part: Without loops.
        shape: Of `shape_of`.
        root: Of a tree, if it is known.

    Raises:
        ValueError: Two columns for a graph that has a ring of odd length.
    """
    import networkx as nx

    if len(part) == 1:
        return {node: (0.0, 0.0) for node in part}
    if shape == "path":
        ends = [node for node, degree in part.degree if degree == 1]
        return {node: (float(x), 0.0) for x, node in enumerate(nx.dfs_preorder_nodes(part, min(ends)))}
    if shape == "circle":
        return circle(_around(part))
    if shape == "tree":
        return _levels(part, root)
    if shape == "columns":
        return _columns(part)
    return _springs(part)


def circle(nodes: list[int]) -> Places:
    """Return places on a circle, the first at the top, clockwise.

    >>> {node: (round(x, 1), round(y, 1)) for node, (x, y) in circle([0, 1, 2, 3]).items()}
    {0: (0.0, 0.7), 1: (0.7, 0.0), 2: (0.0, -0.7), 3: (-0.7, -0.0)}
    """
    count = len(nodes)
    radius = 0.5 / math.sin(math.pi / count) if count > 1 else 0.0
    turn = [2 * math.pi * i / count for i in range(count)]
    return {node: (radius * math.sin(t), radius * math.cos(t)) for node, t in zip(nodes, turn)}


def _around(part: nx.Graph) -> list[int]:
    """A ring from its first node on towards the smaller neighbour; any other graph in the order of its nodes."""
    nodes = sorted(part)
    if any(degree != 2 for _, degree in part.degree):
        return nodes
    order = [nodes[0], min(part[nodes[0]])]
    while len(order) < len(nodes):
        order.append(next(node for node in part[order[-1]] if node != order[-2]))
    return order


def _levels(part: nx.Graph, root: int | None) -> Places:
    """The root on top, and every node in the middle over its children; rings are cut where they close."""
    import networkx as nx

    root = min(nx.center(part)) if root is None or root not in part else root
    level = {root: 0}
    children: dict[int, list[int]] = {}
    for node, found in nx.bfs_successors(part, root, sort_neighbors=sorted):
        children[node] = found
        level |= {child: level[node] + 1 for child in found}
    x: dict[int, float] = {}
    free = 0.0
    waiting = [(root, False)]
    while waiting:  # children first, from left to right
        node, done = waiting.pop()
        own = children.get(node, [])
        if done:
            x[node] = (x[own[0]] + x[own[-1]]) / 2
        elif own:
            waiting += [(node, True), *((child, False) for child in reversed(own))]
        else:
            x[node], free = free, free + 1.0
    return {node: (x[node], -float(level[node])) for node in sorted(part)}


def _columns(part: nx.Graph) -> Places:
    """Two columns, each in an order that crosses few edges."""
    import networkx as nx

    if not nx.is_bipartite(part):
        raise ValueError(
            "layout must not be 'columns' for a graph with a ring of odd length: it has no two sides"
        )
    left, right = (sorted(side) for side in nx.bipartite.sets(part))
    if min(right) < min(left):
        left, right = right, left
    height = max(len(left), len(right)) - 1
    place: dict[int, float] = {}
    for _ in range(4):
        place |= _spread(left, height)
        right = sorted(right, key=lambda node: float(np.mean([place[other] for other in part[node]])))
        place |= _spread(right, height)
        left = sorted(left, key=lambda node: float(np.mean([place[other] for other in part[node]])))
    place |= _spread(left, height)
    wide = max(1.5, 0.6 * height)
    return {node: (0.0 if node in left else wide, -place[node]) for node in sorted(part)}


def _spread(nodes: list[int], height: float) -> dict[int, float]:
    step = height / max(1, len(nodes) - 1)
    return {node: i * step if len(nodes) > 1 else height / 2 for i, node in enumerate(nodes)}


def _springs(part: nx.Graph) -> Places:
    """Distances near those in hops (Kamada & Kawai 1989), always the same for the same graph."""
    import networkx as nx

    nodes = sorted(part)
    ordered = nx.Graph()  # the order of a view is that of the whole graph; places must not depend on it
    ordered.add_nodes_from(nodes)
    ordered.add_edges_from(sorted(tuple(sorted(edge)) for edge in part.edges))
    laid = nx.kamada_kawai_layout(ordered, pos=nx.circular_layout(ordered), weight=None)
    places = np.array([laid[node] for node in nodes])
    row = {node: i for i, node in enumerate(nodes)}
    ends = np.array([(row[i], row[j]) for i, j in ordered.edges])
    edge = np.linalg.norm(places[ends[:, 0]] - places[ends[:, 1]], axis=1).mean()
    width, height = np.ptp(places, axis=0)
    crowded = (
        (ROOM * len(nodes) / (width * height)) ** 0.5
        if min(width, height) > 0.2 * max(width, height)
        else 0.0
    )
    places *= max(1 / edge, crowded)
    return {node: (float(x), float(y)) for node, (x, y) in zip(nodes, places)}
