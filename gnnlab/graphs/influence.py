"""How much of a node's voice arrives at another: random walks, and the effective resistance between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from gnnlab.graphs.adjacency import adjacency_matrix

if TYPE_CHECKING:
    from gnnlab.graphs.any_graph import GraphLike


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
        steps: k, zero or more.
        edge_weight: (E,) weights, zero or more.
        num_nodes: N. Default: of the graph, or the largest node plus one.
        self_loops: Walk on A + I; otherwise on A, where a node that receives nothing ends the walk: its row is
            zero.

    Returns:
        (N, N); every row adds up to 1 with self-loops.

    Raises:
        ValueError: Negative `steps`, bad edges, or weights that are negative or not finite.

    >>> from gnnlab import path_graph
    >>> random_walk_influence(path_graph(3), steps=1)
    tensor([[0.5000, 0.5000, 0.0000],
            [0.3333, 0.3333, 0.3333],
            [0.0000, 0.5000, 0.5000]])
    """
    if steps < 0:
        raise ValueError(f"steps must be 0 or more, but is {steps}")
    matrix = adjacency_matrix(graph, edge_weight, num_nodes, self_loops=self_loops)
    if not bool(((matrix >= 0) & (matrix < torch.inf)).all()):
        raise ValueError("edge_weight must be zero or more and finite for a random walk")
    degree = matrix.sum(1, keepdim=True)
    walk = matrix / degree.masked_fill(degree == 0, 1.0)
    return torch.linalg.matrix_power(walk, steps)


def effective_resistance(
    graph: GraphLike, edge_weight: Tensor | None = None, *, num_nodes: int | None = None
) -> Tensor:
    """Return the resistance between all pairs of nodes, edges being wires that conduct as their weight.

    Rᵢⱼ = L⁺ᵢᵢ + L⁺ⱼⱼ - 2 L⁺ᵢⱼ with the Laplacian L = D - A. The larger it is, the less two nodes hear of each
    other through a deep network, whatever their hop distance (Black et al. 2023,
    https://arxiv.org/abs/2302.06835). On a tree it is the distance; every parallel way makes it smaller.

    Args:
        graph: An undirected graph: an edge list with both directions, or any other form that `as_graph` takes, such
            as A itself (N, N).
        edge_weight: (E,) weights, zero or more, equal in both directions.
        num_nodes: N. Default: of the graph, or the largest node plus one.

    Returns:
        (N, N), in float64; infinite between nodes that are not joined.

    Raises:
        ValueError: A directed graph, or a matrix that is not symmetric.

    >>> from gnnlab import path_graph
    >>> effective_resistance(path_graph(3)).round(decimals=6) + 0.0  # 1 ohm an edge
    tensor([[0., 1., 2.],
            [1., 0., 1.],
            [2., 1., 0.]], dtype=torch.float64)
    """
    matrix = _symmetric(graph, edge_weight, num_nodes)
    laplacian = torch.diag(matrix.sum(1)) - matrix
    inverse = torch.linalg.pinv(laplacian, hermitian=True)
    own = inverse.diagonal()
    resistance = own.view(-1, 1) + own - 2 * inverse
    resistance = resistance.clamp(min=0.0).fill_diagonal_(0.0)
    return resistance.masked_fill(~_joined(matrix), torch.inf)


def _symmetric(graph: GraphLike, edge_weight: Tensor | None, num_nodes: int | None) -> Tensor:
    matrix = adjacency_matrix(graph, edge_weight, num_nodes)
    if not torch.allclose(matrix, matrix.t()):
        i, j = (int(k) for k in ((matrix - matrix.t()).abs() > 1e-8).nonzero()[0])
        raise ValueError(
            f"graph must be undirected (a symmetric matrix), but {i} → {j} has the weight "
            f"{matrix[j, i].item():g} and {j} → {i} has {matrix[i, j].item():g}"
        )
    if not bool((matrix >= 0).all()):
        raise ValueError("edge_weight must be zero or more: it is a conductance")
    return matrix.double()


def _joined(matrix: Tensor) -> Tensor:
    """(N, N) True where a walk leads from one node to the other."""
    import scipy.sparse.csgraph

    _, part = scipy.sparse.csgraph.connected_components(matrix.cpu().numpy(), directed=False)
    label = torch.from_numpy(part).to(matrix.device)
    return label.view(-1, 1) == label
