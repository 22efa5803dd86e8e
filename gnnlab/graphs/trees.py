"""Tree-NeighborsMatch: a memory test for graph networks, on binary trees."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Data

from gnnlab.graphs.numbers import flag, whole_number
from gnnlab.graphs.sequence_graph import SequenceGraph

MOST_RADIUS = 12  # a tree of 8,191 nodes


def tree_graph(radius: int, *, directed: bool = True) -> Data:
    """Return the full binary tree of a depth, with its leaves first and its root last.

    Args:
        radius: Edges from a leaf to the root, 1 or more.
        directed: Edges from children to parents only; otherwise back as well.

    Returns:
        Data with `edge_index` (2, E) sorted and without duplicates; `num_nodes`, 2^(radius + 1) - 1; `query`,
        the root; `height` (N,), the hops from each node to the root.

    Raises:
        ValueError: `radius` out of range.

    >>> graph = tree_graph(2)
    >>> graph.edge_index  # leaves 0 to 3, their parents 4 and 5, the root 6
    tensor([[0, 1, 2, 3, 4, 5],
            [4, 4, 5, 5, 6, 6]])
    >>> graph.height.tolist(), graph.query
    ([2, 2, 2, 2, 1, 1, 0], 6)
    """
    radius = whole_number("radius", radius, least=1, most=MOST_RADIUS)
    nodes = 2 ** (radius + 1) - 1
    child = torch.arange(nodes - 1)
    # Level by level from the leaves: pairs of neighbours share a parent, in their order.
    edges = torch.stack([child, 2**radius + child // 2])
    if not flag("directed", directed):
        edges = torch.cat([edges, edges.flip(0)], dim=1)
        edges = edges[:, (edges[0] * nodes + edges[1]).argsort()]
    heights = torch.arange(radius, -1, -1)
    height = heights.repeat_interleave(2**heights)
    return SequenceGraph(edge_index=edges, num_nodes=nodes, query=nodes - 1, height=height)


def tree_neighbors_match(values: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Return the nodes of Tree-NeighborsMatch and what the root has to answer (Alon & Yahav 2021).

    Every leaf has a label and a number of blue neighbours of its own, and so has the root. The root has to
    name the label of the leaf with as many blue neighbours as itself, so all leaves have to reach it: 2^radius
    pairs through two edges. As in the authors' program the blue neighbours are no nodes; their number is a
    feature, the node's key. The key of leaf k is k + 1. https://arxiv.org/abs/2006.05205, section 4.1.

    Args:
        values: (B, K) the label of each leaf, a permutation of 0..K-1; K is a power of two.
        wanted: (B,) the leaf that is asked for, 0..K-1.

    Returns:
        Keys and labels (B, N, 2) of the nodes of `tree_graph`, where 0 is none and label v is v + 1; and the
        labels that are due (B,), 0..K-1.

    Raises:
        ValueError: K is no power of two, a row of `values` is no permutation, or `wanted` does not fit.

    >>> nodes, targets = tree_neighbors_match(torch.tensor([[1, 0]]), torch.tensor([0]))
    >>> nodes.tolist(), targets.tolist()  # two leaves, and the root, which asks for the first one's label
    ([[[1, 2], [2, 1], [1, 0]]], [1])
    """
    values, wanted = _whole("values", values), _whole("wanted", wanted)
    if values.dim() != 2 or values.size(1) < 2 or values.size(1) & (values.size(1) - 1):
        raise ValueError(f"values must be (B, K) with K a power of two, but has {tuple(values.shape)}")
    examples, leaves = values.shape
    # With a label twice two answers would be right, and one out of range would have no class.
    if not torch.equal(values.sort(1).values, torch.arange(leaves, device=values.device).expand_as(values)):
        raise ValueError(f"values must hold each label from 0 to {leaves - 1} once in a row")
    if wanted.shape != (examples,) or bool(((wanted < 0) | (wanted >= leaves)).any()):
        raise ValueError(f"wanted must hold {examples} leaves from 0 to {leaves - 1}")
    nodes = values.new_zeros(examples, 2 * leaves - 1, 2)
    nodes[:, :leaves, 0] = torch.arange(1, leaves + 1, device=values.device)
    nodes[:, :leaves, 1] = values + 1
    nodes[:, -1, 0] = wanted + 1
    return nodes, values.gather(1, wanted.unsqueeze(1)).squeeze(1)


def _whole(name: str, numbers: Tensor) -> Tensor:
    """The numbers as torch.long, if they are whole ones."""
    fraction = isinstance(numbers, Tensor) and (numbers.is_floating_point() or numbers.is_complex())
    if not isinstance(numbers, Tensor) or fraction or numbers.dtype == torch.bool:
        kind = numbers.dtype if isinstance(numbers, Tensor) else type(numbers).__name__
        raise ValueError(f"{name} must be a tensor of integers, but is {kind}")
    return numbers.long()
