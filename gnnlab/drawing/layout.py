"""Where to put the nodes of a drawing; no drawing here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gnnlab.drawing.components import pack
from gnnlab.drawing.shapes import SHAPES, circle, places_of, shape_of
from gnnlab.graphs.node_names import NodeNames
from gnnlab.graphs.sequence_pairs import Pair, hops_from

if TYPE_CHECKING:
    import networkx as nx

Positions = dict[int, tuple[float, float]]


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
    if not isinstance(positions, Mapping):
        raise ValueError(f"positions must be a mapping node → (x, y), but is {positions!r:.60}")
    places: Positions = {}
    for node, place in positions.items():
        try:
            x, y = (float(part) for part in place)
        except (TypeError, ValueError):
            x = y = math.nan
        if not (math.isfinite(x) and math.isfinite(y)):
            raise ValueError(f"positions must give (x, y) for each node, but gives {place!r} for {node!r}")
        places[names.number(node, "positions")] = (x, y)
    missing = next((node for node in shown if node not in places), None)
    if missing is not None:
        raise ValueError(
            f"positions must have a place for each node, but has none for {names.name(missing)!r}"
        )
    return places


@dataclass(frozen=True)
class Layout:
    """Places of nodes, and how they are to be drawn.

    Variables:
        places: Node → (x, y).
        line: All stand on one line in the order of a sequence: other edges than those to the next are arcs.
        even: A unit is as long across as up, so that circles are round.
        columns: The nodes are two columns, with room for labels on both sides.
    """

    places: Positions
    line: bool = False
    even: bool = False
    columns: bool = False


def find_layout(
    pairs: Iterable[Pair],
    nodes: list[int],
    layout: str | None = None,
    *,
    sequence: bool = False,
    below: int | None = None,
    root: int | None = None,
) -> Layout:
    """Return places for some nodes of a graph, by the edges among them; always the same for the same graph.

    Args:
        pairs: Edges (source, target).
        nodes: Those that are shown, in rising order.
        layout: One of `SHAPES`; None: what each part of the graph looks like.
        sequence: The graph was made from a sequence, whose order is that of the nodes.
        below: A node of a line that stands below it, such as a virtual node.
        root: Of a tree, if it is known.

    Raises:
        ValueError: An unknown layout, or two columns for a graph that has none.
    """
    import networkx as nx

    if layout is not None and (not isinstance(layout, str) or layout not in SHAPES):
        raise ValueError(f"layout must be one of {', '.join(SHAPES)}, but is {layout!r}")
    graph = nx.Graph()
    graph.add_nodes_from(nodes)
    kept = set(nodes)
    graph.add_edges_from((i, j) for i, j in pairs if i != j and i in kept and j in kept)
    steps = [node for node in nodes if node != below]
    sequence = sequence and all(graph.has_edge(i, i + 1) for i in steps[:-1])
    if layout == "line" or (layout is None and len(nodes) > 1 and (sequence or _is_sequence(graph, nodes))):
        return Layout(_line(nodes, below), line=True)
    if layout == "circle":
        return Layout(circle(nodes), even=True)
    parts = [graph.subgraph(sorted(part)) for part in nx.connected_components(graph)]
    shapes = [layout or shape_of(part) for part in parts]
    places = [places_of(part, shape, root) for part, shape in zip(parts, shapes)]
    even = "circle" in shapes
    if len(parts) == 1:
        return Layout(
            places[0], line=shapes == ["path"] and len(nodes) > 1, even=even, columns=shapes == ["columns"]
        )
    return Layout(pack(places) if parts else {}, even=even)


def _line(nodes: list[int], below: int | None) -> Positions:
    row = [node for node in nodes if node != below]
    places = {node: (float(x), 0.0) for x, node in enumerate(row)}
    if below is not None and below in nodes:
        places[below] = ((len(row) - 1) / 2, -max(1.5, len(row) / 5))
    return places


def _is_sequence(graph: nx.Graph, nodes: list[int]) -> bool:
    """Whether the edges are a path 0, 1, ..., N-1 and either all that join i to i + k, or mirrored ones."""
    last = len(nodes) - 1
    if nodes != list(range(len(nodes))) or not all(graph.has_edge(i, i + 1) for i in range(last)):
        return False
    more = {tuple(sorted(edge)) for edge in graph.edges} - {(i, i + 1) for i in range(last)}
    if shape_of(graph) == "circle":
        return False
    steps = {j - i for i, j in more}
    return (len(steps) == 1 and len(more) == last + 1 - min(steps)) or (
        len(more) > 1 and all(i + j == last for i, j in more)
    )


def upper_side(pairs: Iterable[Pair], positions: Positions) -> set[int]:
    """Return the nodes that leave more room over them than under them, because more steep edges go down.

    >>> upper_side([(0, 1), (1, 2)], {0: (0.0, 2.0), 1: (0.0, 1.0), 2: (3.0, 0.0)})
    {0}
    """
    steep: dict[int, float] = {}
    for pair in pairs:
        for here, there in (pair, pair[::-1]):
            if here in positions and there in positions and here != there:
                (x, y), (far_x, far_y) = positions[here], positions[there]
                length = ((far_x - x) ** 2 + (far_y - y) ** 2) ** 0.5
                slope = (far_y - y) / length if length else 0.0
                steep[here] = steep.get(here, 0.0) + slope**3  # flat edges stay clear of both sides
    return {node for node, sum_of_slopes in steep.items() if sum_of_slopes < -1e-9}  # of slopes from -1 to 1


def neighbourhood(pairs: Iterable[Pair], num_nodes: int, center: int, max_nodes: int) -> list[int]:
    """Return the `max_nodes` nodes nearest to `center`, by hops in either direction, in rising order.

    >>> neighbourhood([(i, i + 1) for i in range(99)], 100, center=50, max_nodes=5)
    [48, 49, 50, 51, 52]
    """
    both = [way for pair in pairs for way in (pair, pair[::-1])]
    hops = hops_from(center, both, num_nodes)
    nearest = sorted((node for node in range(num_nodes) if hops[node] >= 0), key=lambda node: hops[node])
    return sorted(nearest[:max_nodes])
