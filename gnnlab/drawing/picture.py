"""A picture of a graph: what is drawn, in which order. matplotlib and networkx are imported where they draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gnnlab.drawing.drawn_graph import DrawnGraph
from gnnlab.drawing.edge_drawing import EdgeLook, draw_edges
from gnnlab.drawing.layout import Layout, find_layout, given_places, neighbourhood
from gnnlab.drawing.new_figure import new_axes
from gnnlab.drawing.node_drawing import RIM, draw_nodes, node_area
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
from gnnlab.drawing.plain_text import check_text, plain_text
from gnnlab.drawing.style import check_axes, check_color, color_map, label_size
from gnnlab.graphs.numbers import flag, real_number, whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Graphs of more nodes than this are cut to the neighbourhood of one node.
MAX_NODES = 60
MOST_IN_LEGEND = 24  # classes; more have no room


def draw_picture(
    graph: DrawnGraph,
    ax: Axes | None = None,
    *,
    layout: str | None = None,
    positions: Mapping[Any, Sequence[float]] | None = None,
    labels: Sequence[Any] | Mapping[Any, Any] | None = None,
    node_class: Any = None,
    class_names: Sequence[str] | Mapping[Any, str] | None = None,
    node_value: Any = None,
    value_name: str = "value",
    receptive_field_of: Hashable | None = None,
    layers: int | None = None,
    attention: tuple[Any, Any] | None = None,
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
    """Draw a graph; the options, and what is refused, are those of `draw_graph`."""
    check_axes(ax)
    if title is not None:
        check_text("title", title)
    check_text("value_name", value_name)
    names, nodes = graph.names, graph.names.num_nodes
    mark, middle, hearer = (
        None if node is None else names.number(node, name)
        for name, node in (("query", query), ("center", center), ("receptive_field_of", receptive_field_of))
    )
    mark = graph.query if mark is None else mark
    if isinstance(labels, Mapping):
        labels = {names.number(node, "labels"): label for node, label in labels.items()}
    texts = labels_of(labels, graph.labels(mark))
    if layers is not None:
        layers = whole_number("layers", layers, least=0)
    look = _look(graph, texts, node_class, class_names, node_value, node_color, hearer, layers)
    if mark is not None and hearer != mark and node_value is None and node_color is None:
        look.mark(mark, QUERY, graph.read_out())
    if middle is None:
        middle = next((node for node in (hearer, mark) if node is not None), None)
    middle = _busiest(graph) if middle is None else middle
    shown = list(range(nodes))
    if nodes > whole_number("max_nodes", max_nodes, least=1):
        shown = neighbourhood(graph.pairs, nodes, middle, max_nodes)
    found = _layout(graph, shown, layout, positions, mark if hearer is None else hearer)
    if ax is None:
        ax = new_axes(*_size(found, len(shown)), figsize)
    elif figsize is not None:
        raise ValueError("figsize is for a new figure; ax has one already")
    font = label_size() if font_size is None else real_number("font_size", font_size, above=0)
    if node_size is None:
        size = node_area(ax, found, [texts[node] for node in shown], font)
    else:
        size = real_number("node_size", node_size, above=0)
    width = None if edge_width is None else real_number("edge_width", edge_width, above=0)
    check_color("edge_color", edge_color)
    edge_look = EdgeLook(size, width, edge_color, flag("edge_numbers", edge_numbers))
    handles = draw_edges(ax, graph, shown, found, edge_look, attention=attention)
    colors = color_map(cmap, "YlGnBu")
    draw_nodes(ax, shown, found, look, graph.pairs, size=size, font=font, cmap=colors, value_name=value_name)
    if title is not None:
        ax.set_title(plain_text(title))
    if flag("legend", legend):
        _draw_legend(ax, look, handles, font)
    if len(shown) < nodes:
        note = f"{len(shown)} of {nodes:,} nodes, those nearest to node {texts[middle]}"
        ax.text(0, 1, plain_text(note), transform=ax.transAxes, va="bottom", fontsize=font)
    ax.set_axis_off()
    return ax


def _layout(
    graph: DrawnGraph,
    shown: list[int],
    layout: str | None,
    positions: Mapping[Any, Sequence[float]] | None,
    root: int | None,
) -> Layout:
    if positions is not None:
        if layout is not None:
            raise ValueError("layout and positions both place the nodes: give one of them")
        return Layout(given_places(positions, graph.names, shown))
    sequence = graph.sequence and len(shown) == graph.names.num_nodes
    below = graph.virtual if graph.sequence else None
    return find_layout(graph.pairs, shown, layout, sequence=sequence, below=below, root=root)


def _size(layout: Layout, count: int) -> tuple[float, float]:
    """Inches of a new figure."""
    if layout.line:
        return max(7.0, min(16.0, 0.35 * count)), 3.6
    return (6.0, 6.0) if layout.even and count <= 30 else (8.0, 6.0)


def _look(
    graph: DrawnGraph,
    labels: dict[int, str],
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
        return class_look(labels, of_each_node(node_class, graph.names, "node_class"), class_names)
    if node_value is not None:
        return value_look(labels, of_each_node(node_value, graph.names, "node_value"))
    if receptive_field_of is not None:
        return field_look(labels, graph.pairs, receptive_field_of, layers)
    if isinstance(node_color, (list, Mapping)):
        node_color = of_each_node(node_color, graph.names, "node_color")
    for color in node_color if isinstance(node_color, list) else [node_color]:
        check_color("node_color", color)
    return plain_look(labels, node_color)


def _busiest(graph: DrawnGraph) -> int:
    """The node with most edges, the first of several."""
    ends = Counter(node for pair in graph.pairs for node in pair)
    return max(range(graph.names.num_nodes), key=lambda node: ends[node], default=0)


USUAL_SHARE = 0.775  # of a figure that its only axes have


def _draw_legend(ax: Axes, look: NodeLook, edges: list[Any], font: float) -> None:
    from matplotlib.lines import Line2D

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
    # Letters that stand beside each other: 90 of 9 points across 9 inches of figure.
    across = ax.get_position().width / USUAL_SHARE * ax.figure.get_figure(root=True).get_size_inches()[0]
    room = int(90 * across / 9 * 9 / font)
    drawn = ax.legend(
        handles,
        [str(place) for place in range(len(texts))],  # matplotlib leaves out what begins with _
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        ncols=min(len(handles), max(1, room // (longest + 8)), 6),
        frameon=False,
        fontsize=font,
    )
    for text, label in zip(drawn.get_texts(), texts):
        text.set_text(plain_text(label))
