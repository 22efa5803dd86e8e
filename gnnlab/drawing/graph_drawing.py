"""Pictures of graphs. networkx and matplotlib are imported where they draw."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch_geometric.data import Data

from gnnlab.drawing.edge_drawing import EdgeLook, draw_edges
from gnnlab.drawing.layout import Layout, find_layout, given_places, neighbourhood, upper_side
from gnnlab.drawing.new_figure import new_axes
from gnnlab.drawing.node_drawing import draw_nodes, node_area
from gnnlab.drawing.node_look import (
    QUERY,
    NodeLook,
    class_look,
    field_look,
    labels_of,
    of_each_node,
    plain_look,
    value_look,
)
from gnnlab.drawing.plain_text import plain_text
from gnnlab.drawing.style import color_map, label_size, positive
from gnnlab.graphs.any_graph import graph_parts
from gnnlab.graphs.numbers import whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gnnlab.graphs.any_graph import GraphLike
    from gnnlab.graphs.node_names import NodeNames

#: Graphs of more nodes than this are cut to the neighbourhood of one node.
MAX_NODES = 60
MOST_IN_LEGEND = 24  # classes; more have no room


def draw_graph(
    graph: GraphLike,
    ax: Axes | None = None,
    *,
    layout: str | None = None,
    positions: Mapping[Any, Sequence[float]] | None = None,
    labels: Sequence[Any] | Mapping[Any, Any] | None = None,
    node_class: Sequence[Any] | Mapping[Any, Any] | Tensor | None = None,
    class_names: Sequence[str] | Mapping[Any, str] | None = None,
    node_value: Sequence[float] | Mapping[Any, float] | Tensor | None = None,
    value_name: str = "value",
    receptive_field_of: Hashable | None = None,
    layers: int | None = None,
    attention: tuple[Tensor, Tensor] | None = None,
    query: Hashable | None = None,
    center: Hashable | None = None,
    max_nodes: int = MAX_NODES,
    node_size: float | None = None,
    node_color: Any = None,
    edge_width: float | None = None,
    edge_color: Any = None,
    edge_numbers: bool = False,
    cmap: Any = None,
    font_size: float | None = None,
    figsize: tuple[float, float] | None = None,
    title: str | None = None,
    legend: bool = True,
) -> Axes:
    """Draw a graph as what it is: paths as lines, sequences with arcs, rings as circles, trees in levels.

    A complete graph is a circle too, a bipartite one two columns, and what is none of these is laid out by springs.
    Parts that no edge joins stand side by side. Edges with different weights are as wide as their weight. Sizes,
    fonts and the colour map follow matplotlib's rcParams.

    Args:
        graph: Any form that `as_graph` takes. Names of its nodes, and words of a graph of words, become the labels. A
            node is given by its name where the graph has names, otherwise by its number. The `query`, `tokens` and
            `mirrored` edges of a Data are shown.
        ax: Where to draw; a new figure when left out, which a notebook shows below the cell.
        layout: "line" (all nodes in their order, with arcs), "circle", "tree", "columns" or "spring". Default: what
            each part of the graph is.
        positions: Node → (x, y), in place of a layout.
        labels: One for each node, or node → label. Default: the digits of a palindrome, or the node's name or
            number. All text is shown as it stands, also a dollar sign.
        node_class: The class of each node, a whole number or a text, or node → class: colours the nodes.
        class_names: What the legend says: the name of class k at place k, or class → name.
        node_value: A number for each node, or node → number: colours the nodes, with a colour bar.
        value_name: What the colour bar says.
        receptive_field_of: A node; all nodes are shaded by the hops from which it hears them.
        layers: How many hops of the receptive field. Default: all.
        attention: (edges (2, E'), α (E',) or (E', K)) as GATConv returns them: the width of each edge is its
            α, averaged over heads; parallel edges add up. Self-loops are left out. Nodes are numbers here.
        query: A node to mark.
        center: Of a graph with too many nodes, the node whose neighbourhood is drawn. Default: the node of
            the receptive field, the query, or the node with most edges.
        max_nodes: How many are too many. The picture says what was cut.
        node_size: Area of a node in points², as in networkx. Default: as large as there is room.
        node_color: Of all nodes, one for each node, or node → colour.
        edge_width: In points. Default: by weight or attention, if there are any.
        edge_color: Of all edges.
        edge_numbers: Write the weight, or the attention, beside each edge.
        cmap: Colour map of `node_value`.
        font_size: Of labels, legend and notes, in points. Default: nine tenths of rcParams["font.size"].
        figsize: Inches of a new figure.
        title: Above the picture.
        legend: Explain colours and edges.

    Returns:
        The axes.

    Raises:
        ValueError: What is no graph, or could be two; an unknown layout, or one that the graph does not have; labels,
            classes, values, colours or attention of the wrong length; a class without a name; unknown nodes, or
            nodes without a position; more than one of `node_class`, `node_value`, `node_color` and
            `receptive_field_of`; `figsize` beside `ax`.

    >>> from gnnlab import draw_graph, palindrome_graph
    >>> ax = draw_graph(palindrome_graph("12321", mirrored=True))
    >>> [text.get_text() for text in ax.texts]
    ['1', '2', '3', '2', '?']
    """
    parts = graph_parts(graph, pyg=False)
    index, nodes = parts.edge_index.cpu(), parts.num_nodes
    names = parts.node_names()
    mark, middle, hearer = (
        None if node is None else names.number(node, name)
        for name, node in (
            ("query", query),
            ("center", center),
            ("receptive_field_of", receptive_field_of),
        )
    )
    mark = _of_data(graph, "query") if mark is None else mark
    if isinstance(labels, Mapping):
        labels = {names.number(node, "labels"): label for node, label in labels.items()}
    texts = labels_of(labels, _default_labels(graph, parts.names, nodes, mark))
    if layers is not None:
        layers = whole_number("layers", layers, least=0)
    look = _look(index, texts, names, node_class, class_names, node_value, node_color, hearer, layers)
    if mark is not None and node_value is None and node_color is None:
        look.mark(mark, QUERY, "missing digit (read-out)" if _is_palindrome(graph) else "read-out")
    if middle is None:
        middle = next((node for node in (hearer, mark) if node is not None), None)
    middle = _busiest(index, nodes) if middle is None else middle
    shown = list(range(nodes))
    if nodes > whole_number("max_nodes", max_nodes, least=1):
        shown = neighbourhood(index, nodes, middle, max_nodes).tolist()
    found = _layout(graph, index, shown, layout, positions, names, mark)
    if ax is None:
        ax = new_axes(*_size(found, len(shown)), figsize)
    elif figsize is not None:
        raise ValueError("figsize is for a new figure; ax has one already")
    font = label_size() if font_size is None else positive("font_size", font_size)
    if node_size is None:
        size = node_area(ax, found, [texts[node] for node in shown], font)
    else:
        size = positive("node_size", node_size)
    width = None if edge_width is None else positive("edge_width", edge_width)
    edge_look = EdgeLook(size, width, edge_color, edge_numbers)
    mirrored = graph.mirrored.cpu() if isinstance(graph, Data) and "mirrored" in graph else None
    handles = draw_edges(ax, parts, shown, found, edge_look, mirrored=mirrored, attention=attention)
    colors = color_map(cmap, "YlGnBu")
    upper = upper_side(index, found.places)
    draw_nodes(ax, shown, found, look, size=size, font=font, cmap=colors, value_name=value_name, upper=upper)
    if title is not None:
        ax.set_title(plain_text(title))
    if legend:
        _draw_legend(ax, look, handles, font)
    if len(shown) < nodes:
        note = f"{len(shown)} of {nodes:,} nodes, those nearest to node {texts[middle]}"
        ax.text(0, 1, plain_text(note), transform=ax.transAxes, va="bottom", fontsize=font)
    ax.set_axis_off()
    return ax


def _is_palindrome(graph: Any) -> bool:
    return isinstance(graph, Data) and "mirrored" in graph


def _of_data(graph: Any, key: str) -> int | None:
    """A node that a Data names: its number."""
    if not isinstance(graph, Data) or key not in graph or graph[key] is None:
        return None
    return whole_number(f"graph.{key}", graph[key], least=0, most=int(graph.num_nodes or 0) - 1)


def _default_labels(graph: Any, names: Sequence[Any] | None, nodes: int, query: int | None) -> Sequence[Any]:
    for key in ("symbols", "tokens") if isinstance(graph, Data) and query is not None else ():
        if key in graph and len(graph[key]) + 1 == nodes:
            symbols = list(graph[key]) if key == "symbols" else graph[key].tolist()
            return [*symbols[:query], "?", *symbols[query:]]
    return range(nodes) if names is None else names


def _layout(
    graph: Any,
    index: Tensor,
    shown: list[int],
    layout: str | None,
    positions: Mapping[Any, Sequence[float]] | None,
    names: NodeNames,
    mark: int | None,
) -> Layout:
    if positions is not None:
        if layout is not None:
            raise ValueError("layout and positions both place the nodes: give one of them")
        return Layout(given_places(positions, names, shown))
    sequence = isinstance(graph, Data) and ("position" in graph or "mirrored" in graph)
    whole = len(shown) == names.num_nodes
    below = _of_data(graph, "virtual") if sequence else None
    return find_layout(index, shown, layout, sequence=sequence and whole, below=below, root=mark)


def _size(layout: Layout, count: int) -> tuple[float, float]:
    """Inches of a new figure."""
    if layout.line:
        return max(7.0, min(16.0, 0.35 * count)), 3.6
    return (6.0, 6.0) if layout.even and count <= 30 else (8.0, 6.0)


def _look(
    index: Tensor,
    labels: dict[int, str],
    names: NodeNames,
    node_class: Any,
    class_names: Sequence[str] | Mapping[Any, str] | None,
    node_value: Any,
    node_color: Any,
    receptive_field_of: int | None,
    layers: int | None,
) -> NodeLook:
    if sum(way is not None for way in (node_class, node_value, node_color, receptive_field_of)) > 1:
        raise ValueError(
            "node_class, node_value, node_color and receptive_field_of all colour the nodes: give one of them"
        )
    if node_class is not None:
        return class_look(labels, of_each_node(node_class, names, "node_class"), class_names)
    if node_value is not None:
        return value_look(labels, of_each_node(node_value, names, "node_value"))
    if receptive_field_of is not None:
        return field_look(labels, index, receptive_field_of, layers)
    if isinstance(node_color, (list, Mapping)):
        return plain_look(labels, of_each_node(node_color, names, "node_color"))
    return plain_look(labels, node_color)


def _busiest(index: Tensor, nodes: int) -> int:
    return int(torch.bincount(index.flatten(), minlength=nodes).argmax()) if nodes else 0


def _draw_legend(ax: Axes, look: NodeLook, edges: list[Any], font: float) -> None:
    from matplotlib.lines import Line2D

    from gnnlab.drawing.node_drawing import RIM

    nodes = [
        Line2D([], [], marker="o", ls="", color=color, markeredgecolor=RIM, markersize=8, label=text)
        for color, text in look.legend[:MOST_IN_LEGEND]
    ]
    if len(look.legend) > MOST_IN_LEGEND:
        more = len(look.legend) - MOST_IN_LEGEND
        nodes.append(Line2D([], [], ls="", label=f"and {more} more"))
    handles = nodes + edges
    if not handles:
        return
    texts = [handle.get_label() for handle in handles]
    longest = max(map(len, texts))
    drawn = ax.legend(
        handles,
        [str(place) for place in range(len(texts))],  # matplotlib leaves out what begins with _
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        ncols=min(len(handles), max(1, 90 // (longest + 8)), 6),
        frameon=False,
        fontsize=font,
    )
    for text, label in zip(drawn.get_texts(), texts):
        text.set_text(plain_text(label))
