"""Pictures of graphs. networkx and matplotlib are imported where they draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch_geometric.data import Data

from gnnlab.adjacency import edge_list
from gnnlab.drawing_nodes import NodeLook, node_look
from gnnlab.layout import Positions, is_line, line_layout, neighbourhood, spring_layout

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

#: Graphs of more nodes than this are cut to the neighbourhood of one node.
MAX_NODES = 60

EDGE = "#7f8790"
MIRRORED = "#c8553d"


def draw_graph(
    graph: Tensor | Data | nx.Graph,
    ax: Axes | None = None,
    *,
    labels: Sequence[Any] | Mapping[int, Any] | None = None,
    node_class: Sequence[int] | Tensor | None = None,
    class_names: Sequence[str] | None = None,
    node_value: Sequence[float] | Tensor | None = None,
    value_name: str = "value",
    receptive_field_of: int | None = None,
    layers: int | None = None,
    attention: tuple[Tensor, Tensor] | None = None,
    query: int | None = None,
    positions: Positions | None = None,
    center: int | None = None,
    max_nodes: int = MAX_NODES,
    title: str | None = None,
    legend: bool = True,
    seed: int = 0,
) -> Axes:
    """Draw a graph: a path as a line, a palindrome as an arc diagram, anything else by springs.

    Args:
        graph: An edge list (2, E), a Data, a matrix of torch.sparse, or a networkx graph (whose node names
            become the labels). A Data's `query`, `tokens` and `mirrored` edges are shown.
        ax: Where to draw; a new figure by default.
        labels: One for each node. Default: the digits of a palindrome, or the number of the node.
        node_class: (N,) colours nodes by class; `class_names` go to the legend.
        node_value: (N,) colours nodes by a number, with a colour bar named `value_name`.
        receptive_field_of: A node; the others are shaded by the hops from which it hears them, up to `layers`.
        layers: How far the receptive field reaches. Default: all the way.
        attention: (edges (2, E), α (E,) or (E, K)) as GATConv returns them: the width of each edge, mean over heads.
        query: A node to mark.
        positions: Node → (x, y), in place of a layout.
        center: The node whose neighbourhood is drawn of a graph that is too large. Default: the query, the node of
            the receptive field, or the node with most edges.
        max_nodes: What is too large. What was cut is said under the picture.
        title: Above the picture.
        legend: Explain colours and edges.
        seed: Of the spring layout.

    Returns:
        The axes drawn on.

    Raises:
        ValueError: Labels, classes, values or attention of the wrong length; nodes out of range.
    """
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots(figsize=(7, 3.5), layout="constrained")
    index, _, nodes = edge_list(graph)
    index = index.cpu()
    data = graph if isinstance(graph, Data) else None
    if query is None and data is not None and "query" in data:
        query = int(data.query)
    mirrored = data.mirrored.cpu() if data is not None and "mirrored" in data else None
    look = node_look(
        index,
        nodes,
        labels=_labels(graph, nodes, query, labels),
        node_class=node_class,
        class_names=class_names,
        node_value=node_value,
        value_name=value_name,
        receptive_field_of=receptive_field_of,
        layers=layers,
        query=query,
    )
    shown = _shown(index, nodes, max_nodes, center, query, receptive_field_of)
    width = _widths(index, nodes, attention)
    if positions is None:
        positions = _positions(index, nodes, shown, seed)
    _draw_edges(ax, index, shown, positions, mirrored, width, look)
    _draw_nodes(ax, shown, positions, look)
    _finish(ax, shown, nodes, positions, index, mirrored, look, title, legend, attention is not None)
    return ax
