"""How much of a node's voice arrives at another: random walks, and the effective resistance between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from gnnlab.graphs.adjacency import MOST_POWER, wide_matrix
from gnnlab.graphs.any_graph import graph_parts
from gnnlab.graphs.numbers import whole_number
from gnnlab.layers.edge_list import check_edge_weight

if TYPE_CHECKING:
    from gnnlab.graphs.any_graph import GraphLike

#: Weights of the two directions of an edge that differ by less than this share of the larger one are the same.
SAME = 1e-5


def random_walk_influence(
    graph: GraphLike,
    steps: int,
    edge_weight: Tensor | None = None,
    *,
    num_nodes: int | None = None,
    self_loops: bool = True,
) -> Tensor:
    """Return P^k, P = D̃^-1 Ã: where a random walk against the edges ends after k steps.

    Row i is how the output of k layers at node i depends on the inputs, on average over the weights of a GCN
    with ReLU, up to a factor (Xu et al. 2018, https://arxiv.org/abs/1806.03536, theorem 1). It shows
    over-squashing: a node within reach whose influence is nearly 0 is not heard.

    Args:
        graph: An edge list (2, E), or any other form that `as_graph` takes.
        steps: k, from 0 to 10^9.
        edge_weight: (E,) weights, zero or more.
        num_nodes: N. Default: of the graph, or the largest node plus one.
        self_loops: Walk on A + I; otherwise on A, where a node that receives nothing ends the walk: its row is
            zero.

    Returns:
        (N, N); every row adds up to 1 with self-loops. In the type of the weights, but at least float32. Rows and
        columns stand in the graph's own order.

    Raises:
        ValueError: `steps` that are no whole number in their range, bad edges, or weights that are negative or not
            finite.

    >>> from gnnlab import path_graph
    >>> random_walk_influence(path_graph(3), steps=1)
    tensor([[0.5000, 0.5000, 0.0000],
            [0.3333, 0.3333, 0.3333],
            [0.0000, 0.5000, 0.5000]])
    """
    steps = whole_number("steps", steps, least=0, most=MOST_POWER)
    parts = graph_parts(graph, edge_weight, num_nodes)
    if parts.edge_weight is not None:
        check_edge_weight(parts.edge_weight, parts.edge_index.size(1))
    matrix = wide_matrix(parts, self_loops=self_loops).dense
    degree = matrix.sum(1, keepdim=True)
    walk = matrix / degree.masked_fill(degree == 0, 1.0)
    return torch.linalg.matrix_power(walk, steps)


def effective_resistance(
    graph: GraphLike, edge_weight: Tensor | None = None, *, num_nodes: int | None = None
) -> Tensor:
    """Return the resistance between all pairs of nodes, edges being wires that conduct as their weight.

    Rᵢⱼ = L⁺ᵢᵢ + L⁺ⱼⱼ - 2 L⁺ᵢⱼ with the Laplacian L = D - A, computed in another way. The larger it is, the less
    two nodes hear of each other through a deep network, whatever their hop distance (Black et al. 2023,
    https://arxiv.org/abs/2302.06835). On a tree it is the distance; every parallel way makes it smaller.

    Args:
        graph: An undirected graph: an edge list with both directions, or any other form that `as_graph` takes, such
            as A itself (N, N).
        edge_weight: (E,) weights, zero or more, equal in both directions.
        num_nodes: N. Default: of the graph, or the largest node plus one.

    Returns:
        (N, N), in float64; infinite between nodes that are not joined. Rows and columns stand in the graph's own
        order. Weights may be as small or large as they like, also beside each other.

    Raises:
        ValueError: A directed graph, or a matrix that is not symmetric: the two weights differ by more than a
            hundred-thousandth of the larger one; weights that are negative or not finite.

    >>> from gnnlab import path_graph
    >>> effective_resistance(path_graph(3)).round(decimals=6) + 0.0  # 1 ohm an edge
    tensor([[0., 1., 2.],
            [1., 0., 1.],
            [2., 1., 0.]], dtype=torch.float64)
    """
    matrix = _conductance(graph, edge_weight, num_nodes)
    # One node after the other is taken out, and the wires that meet at it are replaced by wires between its
    # neighbours that conduct alike (star-mesh transform). Nothing is subtracted, so small weights beside large ones
    # keep their digits, which they would lose in the pseudo-inverse of L.
    size = matrix.size(0)
    stars = []
    for _ in range(size - 1):
        wires, matrix = matrix[0, 1:], matrix[1:, 1:]
        total = wires.sum()
        share = wires / total.masked_fill(total == 0, 1.0)  # where a current that enters the node leaves it
        stars.append((total, share))
        matrix = (matrix + torch.outer(wires, share)).fill_diagonal_(0.0)
    # Then they come back, the last first: the way to a node leads through its wires.
    resistance = matrix.new_zeros(min(size, 1), min(size, 1))
    for total, share in reversed(stars):
        known = resistance.masked_fill(resistance.isinf(), 0.0)  # the share of a part that is not joined is 0
        mean = known @ share
        way = 1 / total + mean - 0.5 * (share @ mean)
        joined = resistance[share > 0].isfinite().any(0) if bool(total > 0) else share < 0
        way = way.masked_fill(~joined, torch.inf).unsqueeze(0)
        corner = way.new_zeros(1, 1)
        resistance = torch.cat([torch.cat([corner, way], 1), torch.cat([way.t(), resistance], 1)])
    return resistance


def _conductance(graph: GraphLike, edge_weight: Tensor | None, num_nodes: int | None) -> Tensor:
    """(N, N) weights of an undirected graph in float64, without loops."""
    parts = graph_parts(graph, edge_weight, num_nodes)
    if parts.edge_weight is not None:
        check_edge_weight(parts.edge_weight, parts.edge_index.size(1))
    matrix = wide_matrix(parts).dense.double()
    back = matrix.t()
    differ = (matrix - back).abs() > SAME * torch.maximum(matrix, back)
    if bool(differ.any()):
        i, j = (int(k) for k in differ.nonzero()[0])
        here, there = (i, j) if parts.names is None else (parts.names[i], parts.names[j])
        raise ValueError(
            f"graph must be undirected (a symmetric matrix), but {here} → {there} has the weight "
            f"{matrix[j, i].item():g} and {there} → {here} has {matrix[i, j].item():g}"
        )
    return matrix.masked_fill(torch.eye(len(matrix), dtype=torch.bool, device=matrix.device), 0.0)
