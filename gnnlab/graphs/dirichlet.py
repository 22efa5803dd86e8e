"""Over-smoothing: how far apart the features of neighbours still are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from gnnlab.graphs.any_graph import graph_parts
from gnnlab.graphs.graph_arrays import at_least_float32
from gnnlab.layers.edge_list import check_edge_weight, check_features

if TYPE_CHECKING:
    from gnnlab.graphs.any_graph import GraphLike


def dirichlet_energy(x: Tensor, graph: GraphLike, edge_weight: Tensor | None = None) -> Tensor:
    """Return the Dirichlet energy of node features: 0 where neighbours cannot be told apart any more.

    Equation::

        E(X) = ½ Σᵢⱼ aᵢⱼ ‖xᵢ / √(1 + dᵢ) - xⱼ / √(1 + dⱼ)‖²,  dᵢ = Σⱼ aᵢⱼ

    This is tr(Xᵀ (I - Â) X) of an undirected graph, so a GCN layer without weights and activation can only lower
    it (Cai & Wang 2020, https://arxiv.org/abs/2006.13318; Rusch et al. 2023,
    https://arxiv.org/abs/2303.10993). Over-smoothing is its exponential decay with depth. Self-loops add
    nothing. The energy grows with the square of the features: divide by ‖X‖² to compare layers.

    Args:
        x: Features (N, F) or (B, N, F).
        graph: An edge list (2, E) with both directions of each edge, or any other form that `as_graph` takes.
        edge_weight: (E,) weights, zero or more.

    Returns:
        The energy, a number, or (B,) of a batch; in the type of the features, but at least float32.

    Raises:
        ValueError: Features that are no floating-point numbers, or of another number of nodes than the graph has;
            weights that are negative, not finite, or not one for each edge.

    >>> import torch
    >>> from gnnlab import path_graph
    >>> dirichlet_energy(torch.tensor([[1.0], [0.0]]), path_graph(2))  # (1 / √2)², once for each direction, halved
    tensor(0.5000)
    """
    check_features(x)
    if not x.is_floating_point():
        raise ValueError(f"x must hold floating-point numbers, but holds {x.dtype}")
    nodes = x.size(-2)
    parts = graph_parts(graph, edge_weight)
    edge_index, weight, known = parts.edge_index, parts.edge_weight, parts.num_nodes
    if nodes != known if parts.sized else nodes < known:  # an edge list does not say how many nodes there are
        raise ValueError(f"x must have {known} rows, one per node, but has {nodes}")
    if weight is not None:
        check_edge_weight(weight, edge_index.size(1))
    x = x.to(at_least_float32(x.dtype))
    stays = edge_index[0] != edge_index[1]
    source, target = edge_index[:, stays]
    a = x.new_ones(len(source)) if weight is None else weight[stays].to(x)
    degree = x.new_zeros(nodes).index_add(0, target, a)
    scaled = x / (1 + degree).sqrt().unsqueeze(-1)
    gaps = scaled.index_select(-2, target) - scaled.index_select(-2, source)
    return 0.5 * (a.unsqueeze(-1) * gaps**2).sum((-2, -1))
