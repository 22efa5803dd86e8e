"""Graphs on which a label has to travel from one node to another: rings, crossed rings, cliques with a path."""

from __future__ import annotations

import torch
from torch_geometric.data import Data

from gnnlab.graphs.numbers import flag, whole_number
from gnnlab.graphs.reach import layers_until_heard
from gnnlab.graphs.sequence_graph import SequenceGraph

MOST_RING_NODES = 10**6
MOST_CLIQUE_NODES = 4000  # four million edges


def ring_graph(num_nodes: int, *, crossed: bool = False) -> Data:
    """Return a ring whose last node asks for the label that the node opposite holds, half a ring away.

    These are the ring and the crossed ring of Di Giovanni et al. 2023 (https://arxiv.org/abs/2302.02941). Nodes stand
    in the order of their distance to the one that asks, the furthest first: node 0 holds the label, nodes 1 and 2 are
    its neighbours, one on each side, then theirs, and node N-1 asks. Who reads the nodes in turn hears the label first
    and the question last.

    Cross edges join nodes of the two sides that are one step apart in distance. Walking round the ring from the
    asker's place 0, place p is joined to N-1-p and N+1-p (mod N) as well. They shorten no way.

    Args:
        num_nodes: N, an even number from 4.
        crossed: Add the cross edges.

    Returns:
        Data with `edge_index` (2, E), both directions, sorted and without duplicates; `num_nodes`; `source`, node 0;
        `query`, node N-1; `distance`, the hops between them, N / 2.

    Raises:
        ValueError: `num_nodes` is odd or out of range.

    >>> graph = ring_graph(6)
    >>> graph.edge_index[:, graph.edge_index[0] < graph.edge_index[1]]
    tensor([[0, 0, 1, 2, 3, 4],
            [1, 2, 3, 4, 5, 5]])
    >>> graph.source, graph.query, graph.distance
    (0, 5, 3)
    """
    nodes = _even(num_nodes, most=MOST_RING_NODES)
    half = nodes // 2
    place = torch.arange(nodes)
    joined = [place + 1] + ([nodes - 1 - place, nodes + 1 - place] if flag("crossed", crossed) else [])
    hops = torch.minimum(place, nodes - place)  # to place 0
    number = 2 * (half - hops) - (place < half).long()
    number[0], number[half] = nodes - 1, 0
    edges = torch.cat([torch.stack([number, number[other % nodes]]) for other in joined], dim=1)
    return _transfer(edges, nodes, half)


def clique_path_graph(num_nodes: int) -> Data:
    """Return a clique with a path at one of its nodes: the end of the path holds the label, a node of the clique asks.

    Of Di Giovanni et al. 2023 (https://arxiv.org/abs/2302.02941). Nodes 0 to N/2 - 1 are the path, from its far end to
    the clique; the others are the clique, which the path meets at node N/2; node N-1, another one of the clique, asks.
    The label travels N/2 - 1 edges of the path, the edge into the clique, and one within it.

    Args:
        num_nodes: N, an even number from 4 to 4,000.

    Returns:
        Data as of `ring_graph`: `source` is node 0, `query` node N-1, `distance` N/2 + 1.

    Raises:
        ValueError: `num_nodes` is odd or out of range.

    >>> graph = clique_path_graph(6)
    >>> graph.edge_index[:, graph.edge_index[0] < graph.edge_index[1]]
    tensor([[0, 1, 2, 3, 3, 4],
            [1, 2, 3, 4, 5, 5]])
    >>> graph.distance
    4
    """
    nodes = _even(num_nodes, most=MOST_CLIQUE_NODES)
    half = nodes // 2
    path = torch.arange(half)
    clique = torch.combinations(torch.arange(half, nodes)).t()
    return _transfer(torch.cat([torch.stack([path, path + 1]), clique], dim=1), nodes, half + 1)


def with_true_distance(graph: Data) -> Data:
    """Return the same graph, with `distance` as its edges make it now, where it has that, a source and a query."""
    if all(name in graph for name in ("distance", "source", "query")):
        graph.distance = layers_until_heard(
            graph.edge_index, graph.source, graph.query, num_nodes=graph.num_nodes
        )
    return graph


def _transfer(edges: torch.Tensor, nodes: int, distance: int) -> SequenceGraph:
    both = torch.cat([edges, edges.flip(0)], dim=1)
    codes = (both[0] * nodes + both[1]).unique()
    index = torch.stack([codes // nodes, codes % nodes])
    return SequenceGraph(edge_index=index, num_nodes=nodes, query=nodes - 1, source=0, distance=distance)


def _even(num_nodes: int, *, most: int) -> int:
    nodes = whole_number("num_nodes", num_nodes, least=4, most=most)
    if nodes % 2:
        raise ValueError(f"num_nodes must be even, so that the distance is a whole number, but is {nodes}")
    return nodes
