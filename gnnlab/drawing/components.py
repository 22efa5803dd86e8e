"""Where to put the parts of a graph that no edge joins: side by side, each laid out by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import networkx as nx

GAP = 1.0  # between parts; an edge is about as long
WIDE = 1.7  # width of the whole, of its height
ROOM = 0.8  # area of a part for each of its nodes, at least

Box = tuple[list[int], np.ndarray]  # nodes, and their places (n, 2) from (0, 0) on


def layout_of_parts(graph: nx.Graph) -> dict[int, tuple[float, float]]:
    """Return places for all nodes: distances in a part near those in hops, and parts in rows, the highest first."""
    import networkx as nx

    boxes = [_box(graph.subgraph(sorted(part))) for part in nx.connected_components(graph)]
    boxes.sort(key=lambda box: (-box[1][:, 1].max(), -len(box[0]), box[0][0]))
    area = sum((places[:, 0].max() + GAP) * (places[:, 1].max() + GAP) for _, places in boxes)
    widest = max(float(places[:, 0].max()) for _, places in boxes)
    row_width = max(widest, (WIDE * area) ** 0.5)
    found: dict[int, tuple[float, float]] = {}
    left = top = height = 0.0
    for nodes, places in boxes:
        width, tall = places.max(0)
        if left > 0 and left + width > row_width:
            left, top, height = 0.0, top - height - GAP, 0.0
        height = max(height, tall)
        middle = top - height / 2 - tall / 2  # the first of a row is its highest
        found |= {node: (left + float(x), middle + float(y)) for node, (x, y) in zip(nodes, places)}
        left += width + GAP
    return found


def _box(part: nx.Graph) -> Box:
    import networkx as nx

    nodes = sorted(part)
    if len(nodes) == 1:
        return nodes, np.zeros((1, 2))
    ordered = nx.Graph()  # the order of a view is that of the whole graph; places must not depend on it
    ordered.add_nodes_from(nodes)
    ordered.add_edges_from(sorted(tuple(sorted(edge)) for edge in part.edges))
    laid = nx.kamada_kawai_layout(ordered, pos=nx.circular_layout(ordered))
    places = np.array([laid[node] for node in nodes])
    places = places - places.min(0)
    row = {node: i for i, node in enumerate(nodes)}
    ends = np.array([(row[i], row[j]) for i, j in ordered.edges])
    edge = np.linalg.norm(places[ends[:, 0]] - places[ends[:, 1]], axis=1).mean()
    width, height = places.max(0)
    crowded = (
        (ROOM * len(nodes) / (width * height)) ** 0.5
        if min(width, height) > 0.2 * max(width, height)
        else 0.0
    )
    return nodes, places * max(1 / edge, crowded)
