"""Pictures of graphs in any form. networkx and matplotlib are imported where they draw."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from torch import Tensor
from torch_geometric.data import Data

from gnnlab.drawing.drawn_graph import DrawnGraph
from gnnlab.drawing.picture import MAX_NODES, draw_picture
from gnnlab.graphs.any_graph import graph_parts
from gnnlab.graphs.numbers import whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gnnlab.graphs.any_graph import GraphLike


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
            number. All text is shown as it stands, also a dollar sign. Of more than 40 nodes, those whose label
            finds no free place have none.
        node_class: (N,) the class of each node, a whole number or a text, or node → class: colours the nodes.
        class_names: What the legend says: the name of class k at place k, or class → name.
        node_value: (N,) a number for each node, or node → number: colours the nodes, with a colour bar.
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
    return draw_picture(
        described(graph),
        ax,
        layout=layout,
        positions=positions,
        labels=labels,
        node_class=node_class,
        class_names=class_names,
        node_value=node_value,
        value_name=value_name,
        receptive_field_of=receptive_field_of,
        layers=layers,
        attention=attention,
        query=query,
        center=center,
        max_nodes=max_nodes,
        node_size=node_size,
        node_color=node_color,
        edge_width=edge_width,
        edge_color=edge_color,
        edge_numbers=edge_numbers,
        cmap=cmap,
        font_size=font_size,
        figsize=figsize,
        title=title,
        legend=legend,
    )


def described(graph: GraphLike) -> DrawnGraph:
    """Return what is drawn of a graph in any form that `as_graph` takes.

    Raises:
        ValueError: It is no graph, or could be two; a Data with a node, such as `query`, that there is not.
    """
    parts = graph_parts(graph, pyg=False)
    pairs = [(i, j) for i, j in parts.edge_index.t().tolist()]
    weights = None if parts.edge_weight is None else parts.edge_weight.detach().double().tolist()
    if not isinstance(graph, Data):
        return DrawnGraph(pairs, parts.node_names(), weights)
    symbols = graph.get("symbols", graph.get("tokens", None))
    mirrored = graph.get("mirrored", None)
    return DrawnGraph(
        pairs,
        parts.node_names(),
        weights,
        symbols=symbols.tolist() if isinstance(symbols, Tensor) else symbols,
        query=_node(graph, "query"),
        virtual=_node(graph, "virtual"),
        mirrored=None
        if mirrored is None
        else frozenset(pair for pair, flag in zip(pairs, mirrored.tolist()) if flag),
        sequence="position" in graph or mirrored is not None,
    )


def _node(graph: Data, key: str) -> int | None:
    """A node that a Data names: its number."""
    node = graph.get(key, None)
    if node is None:
        return None
    return whole_number(f"graph.{key}", node, least=0, most=int(graph.num_nodes or 0) - 1)
