"""How far messages go: hops, the layers two nodes need to hear of each other, receptive fields."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, overload

import torch
from torch import Tensor
from torch_geometric.data import Data

from gnnlab.graphs.any_graph import MOST_NODES, graph_parts
from gnnlab.graphs.numbers import whole_number
from gnnlab.layers.sorted_edges import SortedEdges, sorted_edges

if TYPE_CHECKING:
    from gnnlab.graphs.any_graph import GraphLike


def hop_distances(
    graph: GraphLike, source: Hashable | None = None, *, num_nodes: int | None = None
) -> Tensor:
    """Return over how many edges a message travels, at least.

    Args:
        graph: An edge list (2, E), or any other form that `as_graph` takes.
        source: The node that speaks, by its name where the graph has names, otherwise by its number; None: all of
            them.
        num_nodes: N. Default: of the graph, or the largest node plus one.

    Returns:
        (N,) the distance from `source` to each node, or (N, N) with entry (i, j) from j to i, as in an
        adjacency matrix; -1: never. Nodes stand in the graph's own order.

    Raises:
        ValueError: What is no graph, or could be two; an unknown `source`.

    >>> import torch
    >>> hop_distances(torch.tensor([[0, 1], [1, 2]]))  # 0 → 1 → 2
    tensor([[ 0, -1, -1],
            [ 1,  0, -1],
            [ 2,  1,  0]])
    """
    parts = graph_parts(graph, num_nodes=num_nodes)
    index, nodes = parts.edge_index, parts.num_nodes
    edges = sorted_edges(index, nodes, flow="target_to_source")
    if source is not None:
        return _hops_to(edges, parts.node_names().number(source, "source"))
    if nodes == 0:
        return torch.empty(0, 0, dtype=torch.long)
    return torch.stack([_hops_to(edges, node) for node in range(nodes)], dim=1)


def layers_until_heard(
    graph: GraphLike, source: Hashable, target: Hashable, *, num_nodes: int | None = None
) -> int | None:
    """Return after how many layers `target` first hears of `source`; None: never.

    Each layer carries a message over one edge, so this is the length of the shortest path from source to
    target. The nodes of a graph that has names, such as one of networkx, are given by their names.

    Args:
        graph: An edge list (2, E), or any other form that `as_graph` takes.
        source: The node that speaks.
        target: The node that listens.
        num_nodes: N. Default: of the graph, or the largest node plus one.

    Raises:
        ValueError: What is no graph, or could be two; an unknown `source` or `target`.

    >>> from gnnlab import path_graph
    >>> layers_until_heard(path_graph(10), 0, 9)
    9
    >>> layers_until_heard(path_graph(10, directed=True), 9, 0) is None
    True
    >>> layers_until_heard([("Ulm", "Aalen"), ("Aalen", "Ellwangen")], "Ulm", "Ellwangen")
    2
    """
    parts = graph_parts(graph, num_nodes=num_nodes)
    names = parts.node_names()
    start, end = names.number(source, "source"), names.number(target, "target")
    hops = int(_hops_to(sorted_edges(parts.edge_index, parts.num_nodes), end)[start])
    return None if hops < 0 else hops


@overload
def receptive_field(
    graph: Tensor | Data, node: Hashable, layers: int, *, num_nodes: int | None = None
) -> Tensor: ...
@overload
def receptive_field(
    graph: GraphLike, node: Hashable, layers: int, *, num_nodes: int | None = None
) -> Tensor | list[Hashable]: ...
def receptive_field(
    graph: GraphLike, node: Hashable, layers: int, *, num_nodes: int | None = None
) -> Tensor | list[Hashable]:
    """Return the nodes, in the graph's own order, that can change the output of `layers` layers at `node`.

    With self-loops a node hears itself and everything up to `layers` hops away.

    Args:
        graph: An edge list (2, E), or any other form that `as_graph` takes.
        node: The node that listens, by its name where the graph has names, otherwise by its number.
        layers: How many, 0 or more.
        num_nodes: N. Default: of the graph, or the largest node plus one.

    Returns:
        (R,) the numbers of the nodes; or, of a networkx graph, named pairs or a file with names, the list of their
        names.

    Raises:
        ValueError: What is no graph, an unknown node, or negative `layers`.

    >>> from gnnlab import path_graph
    >>> receptive_field(path_graph(9), node=8, layers=3)
    tensor([5, 6, 7, 8])
    >>> receptive_field([("Ulm", "Aalen"), ("Aalen", "Ellwangen")], "Ellwangen", layers=1)
    ['Aalen', 'Ellwangen']
    """
    layers = min(whole_number("layers", layers, least=0), MOST_NODES)  # no way is longer
    parts = graph_parts(graph, num_nodes=num_nodes)
    start = parts.node_names().number(node, "node")
    hops = _hops_to(sorted_edges(parts.edge_index, parts.num_nodes), start)
    heard = ((hops >= 0) & (hops <= layers)).nonzero().view(-1)
    if parts.names is None or isinstance(graph, Data):  # nodes of a Data are numbers, as everywhere in PyG
        return heard
    return [parts.names[place] for place in heard.tolist()]


def _hops_to(edges: SortedEdges, node: int) -> Tensor:
    """Spread backwards from the node that listens, one layer of edges at a time."""
    hops = torch.full((edges.num_nodes,), -1, device=edges.source.device)
    hops[node] = 0
    reached = hops >= 0
    for step in range(1, edges.num_nodes):
        heard = torch.zeros_like(reached)
        heard[edges.source[reached[edges.target]]] = True
        new = heard & (hops < 0)
        if not bool(new.any()):
            break
        hops[new] = step
        reached = new
    return hops
