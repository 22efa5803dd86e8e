"""Random connected graphs, many at once, as adjacency matrices; and hops in them, exactly."""

from __future__ import annotations

import torch
from torch import Tensor

NEAR = 3  # of the nodes before it, those that a node of the tree may hang on


def random_graphs(nodes: int, count: int, extra: float, generator: torch.Generator) -> Tensor:
    """Random trees with some more edges, their nodes in random order.

    Node i of the tree hangs on one of the three nodes before it, each as likely as the others; so trees are long, and
    distances vary. Any other two nodes are joined with a probability of their own.

    Args:
        nodes: T, at least 2.
        count: How many graphs.
        extra: Probability of each edge that the tree has not.
        generator: Of all draws.

    Returns:
        (count, T, T) booleans, symmetric, without loops.
    """
    child = torch.arange(1, nodes)
    first = (child - NEAR).clamp(min=0)
    parent = first + (torch.rand(count, nodes - 1, generator=generator) * (child - first)).long()
    found = (torch.rand(count, nodes, nodes, generator=generator) < extra).triu(1)
    found.view(count, -1).scatter_(1, parent * nodes + child, True)
    order = torch.rand(count, nodes, generator=generator).argsort(1)
    return reordered(found | found.mT, order)


def reordered(adjacency: Tensor, order: Tensor) -> Tensor:
    """(N, T, T) the same graphs with other numbers.

    Args:
        adjacency: (N, T, T).
        order: (N, T) which node comes first, which second and so on.
    """
    rows = adjacency.gather(1, order.unsqueeze(2).expand_as(adjacency))
    return rows.gather(2, order.unsqueeze(1).expand_as(adjacency))


def hops_from(adjacency: Tensor, marked: Tensor) -> Tensor:
    """(N, T) over how many edges each node is reached from a marked one; -1 for never.

    Args:
        adjacency: (N, T, T) booleans, symmetric.
        marked: (N,) a node of each graph.
    """
    count, nodes, _ = adjacency.shape
    edges = adjacency.float()
    heard = torch.zeros(count, nodes, dtype=torch.bool)
    heard.scatter_(1, marked.unsqueeze(1), True)
    hops = torch.where(heard, 0, -1)
    for distance in range(1, nodes):
        heard = (edges @ heard.float().unsqueeze(2)).squeeze(2).bool() & (hops < 0)
        if not bool(heard.any()):
            break
        hops[heard] = distance
    return hops


def edge_lists(adjacency: Tensor) -> Tensor:
    """(N, 2, E) the edges of each graph in both directions, -1 behind those of graphs with fewer."""
    graph, source, target = adjacency.nonzero().unbind(1)
    counts = adjacency.sum((1, 2))
    place = torch.arange(len(graph)) - (counts.cumsum(0) - counts)[graph]
    found = torch.full((len(adjacency), 2, int(counts.max())), -1)
    found[graph, 0, place], found[graph, 1, place] = source, target
    return found
