"""How far messages go: hops, the layers two nodes need to hear of each other, receptive fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch_geometric.data import Data

from gnnlab.graphs.adjacency import edge_list
from gnnlab.layers.sorted_edges import SortedEdges, sorted_edges

if TYPE_CHECKING:
    import networkx as nx


def hop_distances(
    graph: Tensor | Data | nx.Graph, source: int | None = None, *, num_nodes: int | None = None
) -> Tensor:
    """Return over how many edges a message travels, at least.

    Args:
        graph: An edge list (2, E), a matrix of torch.sparse, a Data, or a networkx graph.
        source: The node that speaks; None: all of them.
        num_nodes: N. Default: of the graph, or the largest node plus one.

    Returns:
        (N,) the distance from `source` to each node, or (N, N) with entry (i, j) from j to i, as in an
        adjacency matrix; -1: never.

    >>> import torch
    >>> hop_distances(torch.tensor([[0, 1], [1, 2]]))  # 0 → 1 → 2
    tensor([[ 0, -1, -1],
            [ 1,  0, -1],
            [ 2,  1,  0]])
    """
    index, _, nodes = edge_list(graph, num_nodes=num_nodes)
    edges = sorted_edges(index, nodes, flow="target_to_source")
    if source is not None:
        return _hops_to(edges, _checked(source, nodes, "source"))
    if nodes == 0:
        return torch.empty(0, 0, dtype=torch.long)
    return torch.stack([_hops_to(edges, node) for node in range(nodes)], dim=1)


def layers_until_heard(
    graph: Tensor | Data | nx.Graph, source: int, target: int, *, num_nodes: int | None = None
) -> int | None:
    """Return after how many layers `target` first hears of `source`; None: never.

    Each layer carries a message over one edge, so this is the length of the shortest path from source to
    target.

    >>> from gnnlab import path_graph
    >>> layers_until_heard(path_graph(10), 0, 9)
    9
    >>> layers_until_heard(path_graph(10, directed=True), 9, 0) is None
    True
    """
    index, _, nodes = edge_list(graph, num_nodes=num_nodes)
    source, target = _checked(source, nodes, "source"), _checked(target, nodes, "target")
    hops = int(_hops_to(sorted_edges(index, nodes), target)[source])
    return None if hops < 0 else hops


def receptive_field(
    graph: Tensor | Data | nx.Graph, node: int, layers: int, *, num_nodes: int | None = None
) -> Tensor:
    """Return the nodes, in rising order, that can change the output of `layers` layers at `node`.

    With self-loops a node hears itself and everything up to `layers` hops away.

    >>> from gnnlab import path_graph
    >>> receptive_field(path_graph(9), node=8, layers=3)
    tensor([5, 6, 7, 8])
    """
    if layers < 0:
        raise ValueError(f"layers must be 0 or more, but is {layers}")
    index, _, nodes = edge_list(graph, num_nodes=num_nodes)
    hops = _hops_to(sorted_edges(index, nodes), _checked(node, nodes, "node"))
    return ((hops >= 0) & (hops <= layers)).nonzero().view(-1)


def _checked(node: int, num_nodes: int, name: str) -> int:
    if not 0 <= node < num_nodes:
        raise ValueError(f"{name} must be a node from 0 to {num_nodes - 1}, but is {node}")
    return int(node)


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
