"""Pictures of graphs. networkx and matplotlib are imported where they draw."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch_geometric.data import Data

from gnnlab.drawing.edge_drawing import draw_edges
from gnnlab.drawing.layout import (
    Positions,
    given_places,
    is_line,
    line_layout,
    neighbourhood,
    spring_layout,
    upper_side,
)
from gnnlab.drawing.new_figure import new_axes
from gnnlab.drawing.node_look import (
    QUERY,
    NodeLook,
    class_look,
    field_look,
    labels_of,
    plain_look,
    value_look,
)
from gnnlab.graphs.any_graph import graph_parts
from gnnlab.graphs.node_names import NodeNames

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gnnlab.graphs.any_graph import GraphLike

#: Graphs of more nodes than this are cut to the neighbourhood of one node.
MAX_NODES = 60


def draw_graph(
    graph: GraphLike,
    ax: Axes | None = None,
    *,
    labels: Sequence[Any] | Mapping[Any, Any] | None = None,
    node_class: Sequence[int] | Tensor | None = None,
    class_names: Sequence[str] | None = None,
    node_value: Sequence[float] | Tensor | None = None,
    value_name: str = "value",
    receptive_field_of: Hashable | None = None,
    layers: int | None = None,
    attention: tuple[Tensor, Tensor] | None = None,
    query: Hashable | None = None,
    positions: Mapping[Any, Sequence[float]] | None = None,
    center: Hashable | None = None,
    max_nodes: int = MAX_NODES,
    title: str | None = None,
    legend: bool = True,
) -> Axes:
    """Draw a graph: a path as a line, a palindrome as an arc diagram, anything else by springs.

    Args:
        graph: Any form that `as_graph` takes; names of nodes become the labels. A node is given by its name
            where the graph has names, otherwise by its number. The `query`, `tokens` and `mirrored` edges of a
            Data are shown.
        ax: Where to draw; a new figure when left out, which a notebook shows below the cell.
        labels: One for each node, or node → label. Default: the digits of a palindrome, or the node's name or
            number.
        node_class: (N,) colours nodes by class, with `class_names` in the legend.
        node_value: (N,) colours nodes by a number, with a colour bar that says `value_name`.
        receptive_field_of: A node; all nodes are shaded by the hops from which it hears them.
        layers: How many hops of the receptive field. Default: all.
        attention: (edges (2, E'), α (E',) or (E', K)) as GATConv returns them: the width of each edge is its
            α, averaged over heads. Self-loops are left out.
        query: A node to mark.
        positions: Node → (x, y), in place of a layout.
        center: Of a graph with too many nodes, the node whose neighbourhood is drawn. Default: the node of
            the receptive field, the query, or the node with most edges.
        max_nodes: How many are too many. The picture says what was cut.
        title: Above the picture.
        legend: Explain colours and edges.

    Returns:
        The axes.

    Raises:
        ValueError: What is no graph, or could be two; labels, classes, values or attention of the wrong length;
            unknown nodes, or nodes without a position; more than one of `node_class`, `node_value` and
            `receptive_field_of`.

    >>> from gnnlab import draw_graph, palindrome_graph
    >>> ax = draw_graph(palindrome_graph("12321", mirrored=True))
    >>> [text.get_text() for text in ax.texts]
    ['1', '2', '3', '2', '?']
    """
    parts = graph_parts(graph, pyg=False)
    index, nodes = parts.edge_index.cpu(), parts.num_nodes
    names = NodeNames(parts.names, nodes)
    mark, middle, hearer = (
        None if node is None else names.number(node, name)
        for name, node in (
            ("query", query),
            ("center", center),
            ("receptive_field_of", receptive_field_of),
        )
    )
    mark = _query(graph) if mark is None else mark
    if isinstance(labels, Mapping):
        labels = {names.number(node, "labels"): label for node, label in labels.items()}
    texts = labels_of(labels, _default_labels(graph, parts.names, nodes, mark))
    look = _look(index, texts, node_class, class_names, node_value, hearer, layers)
    if mark is not None and node_value is None:
        look.mark(mark, QUERY, "missing digit (read-out)" if _is_palindrome(graph) else "read-out")
    if middle is None:
        middle = next((node for node in (hearer, mark) if node is not None), None)
    middle = _busiest(index, nodes) if middle is None else middle
    shown = list(range(nodes))
    if nodes > max_nodes:
        shown = neighbourhood(index, nodes, middle, max_nodes).tolist()
    line = positions is None and len(shown) == nodes and is_line(index, nodes)
    if positions is not None:
        places = given_places(positions, names, shown)
    else:
        places = line_layout(nodes) if line else spring_layout(index, shown)
    if ax is None:
        ax = new_axes(7, 3.6)
    size = _node_size(ax, len(shown), line=line)
    mirrored = graph.mirrored.cpu() if isinstance(graph, Data) and "mirrored" in graph else None
    handles = draw_edges(
        ax, index, shown, places, node_size=size, line=line, mirrored=mirrored, attention=attention
    )
    _draw_nodes(ax, shown, places, look, size, value_name, upper_side(index, places))
    if title is not None:
        ax.set_title(title)
    if legend:
        _draw_legend(ax, look, handles)
    if len(shown) < nodes:
        note = f"{len(shown)} of {nodes} nodes, those nearest to node {texts[middle]}"
        ax.text(0, 1, note, transform=ax.transAxes, va="bottom", fontsize=9)
    ax.set_axis_off()
    return ax


def _is_palindrome(graph: Any) -> bool:
    return isinstance(graph, Data) and "mirrored" in graph


def _query(graph: Any) -> int | None:
    return int(graph.query) if isinstance(graph, Data) and "query" in graph else None


def _default_labels(graph: Any, names: Sequence[Any] | None, nodes: int, query: int | None) -> Sequence[Any]:
    if isinstance(graph, Data) and "tokens" in graph and query is not None:
        digits = graph.tokens.tolist()
        return [*digits[:query], "?", *digits[query:]]
    return range(nodes) if names is None else names


def _look(
    index: Tensor,
    labels: dict[int, str],
    node_class: Sequence[int] | Tensor | None,
    class_names: Sequence[str] | None,
    node_value: Sequence[float] | Tensor | None,
    receptive_field_of: int | None,
    layers: int | None,
) -> NodeLook:
    if sum(way is not None for way in (node_class, node_value, receptive_field_of)) > 1:
        raise ValueError(
            "node_class, node_value and receptive_field_of all colour the nodes: give one of them"
        )
    if node_class is not None:
        return class_look(labels, node_class, class_names)
    if node_value is not None:
        return value_look(labels, node_value)
    if receptive_field_of is not None:
        return field_look(labels, index, receptive_field_of, layers)
    return plain_look(labels)


def _busiest(index: Tensor, nodes: int) -> int:
    return int(torch.bincount(index.flatten(), minlength=nodes).argmax()) if nodes else 0


def _node_size(ax: Axes, count: int, *, line: bool) -> float:
    """Area in points² at which neighbours in a line, or most nodes of a spring layout, do not touch."""
    width, height = (72 * pixels / ax.figure.dpi for pixels in (ax.bbox.width, ax.bbox.height))
    room = width / (count + 1) if line else 0.45 * (width * height / max(1, count)) ** 0.5
    return min(20.0, 0.75 * room) ** 2


def _margins(ax: Axes, size: float, *, below: bool) -> tuple[float, float]:
    """Share of the drawing's width and height to leave on each side, so that no node at the rim is cut off."""
    # In points, with room for its outline, for axes that a legend makes smaller, and for a label below.
    radius = 0.7 * size**0.5 + (6 if below else 0)
    sides = (72 * pixels / ax.figure.dpi for pixels in (ax.bbox.width, ax.bbox.height))
    width, height = (max(0.05, radius / max(radius, side - 2 * radius)) for side in sides)
    return width, height


def _draw_nodes(
    ax: Axes,
    shown: list[int],
    positions: Positions,
    look: NodeLook,
    size: float,
    value_name: str,
    upper: set[int],
) -> None:
    import networkx as nx

    nodes = nx.Graph()
    nodes.add_nodes_from(shown)
    colors: dict[str, Any] = {"node_color": [look.colors[node] for node in shown]}
    if look.values is not None:
        colors = {"node_color": [look.values[node] for node in shown], "cmap": "YlGnBu"}
    below = any(_is_wide(look.labels[node], _font(shown, look, size), size) for node in shown)
    drawn = nx.draw_networkx_nodes(
        nodes,
        positions,
        ax=ax,
        node_size=size,
        edgecolors="#555555",
        margins=_margins(ax, size, below=below),
        **colors,
    )
    drawn.set_linewidth(0.7)
    if look.values is not None:
        ax.figure.colorbar(drawn, ax=ax, label=value_name, shrink=0.8)
        middle = (min(look.values) + max(look.values)) / 2
        look.dark |= {node for node in shown if look.values[node] > middle}
    _write_labels(ax, shown, positions, look, size, upper)


def _write_labels(
    ax: Axes, shown: list[int], positions: Positions, look: NodeLook, size: float, upper: set[int]
) -> None:
    """Write labels into the nodes, or, where nodes are too small for that, every few nodes under them.

    Labels wider than their node stand under or, for `upper`, over it, where fewer arrows end, and have a white rim,
    so that they can be read in front of edges.
    """
    from matplotlib.patheffects import withStroke

    font = _font(shown, look, size)
    large = font >= 5
    for node in shown if large else shown[:: 2 if font > 3.5 else 5]:
        x, y = positions[node]
        wide = _is_wide(look.labels[node], font, size)
        inside = large and not wide
        color = "white" if inside and node in look.dark else "black"
        over = wide and node in upper
        away = 0.0 if inside else (0.5 * size**0.5 + 1) * (1 if over else -1)
        ax.annotate(
            look.labels[node],
            (x, y),
            xytext=(0, away),
            textcoords="offset points",
            ha="center",
            va="center" if inside else "bottom" if over else "top",
            fontsize=font if large else 7,
            color=color,
            path_effects=[withStroke(linewidth=2, foreground="white")] if wide else None,
        )


def _font(shown: list[int], look: NodeLook, size: float) -> float:
    longest = max((len(look.labels[node]) for node in shown), default=1)
    return min(9.0, 0.55 * size**0.5) if longest < 4 else 7.0


def _is_wide(label: str, font: float, size: float) -> bool:
    return font >= 5 and 0.6 * font * len(label) > size**0.5


def _draw_legend(ax: Axes, look: NodeLook, edges: list[Any]) -> None:
    from matplotlib.lines import Line2D

    nodes = [
        Line2D([], [], marker="o", ls="", color=color, markeredgecolor="#555555", markersize=8, label=text)
        for color, text in look.legend
    ]
    if nodes or edges:
        ax.legend(
            handles=nodes + edges,
            loc="upper center",
            bbox_to_anchor=(0.5, 0.0),
            ncols=min(4, len(nodes) + len(edges)),
            frameon=False,
            fontsize=8,
        )
