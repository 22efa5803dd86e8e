"""The matrices of a graph: A, Ã = A + I, D, Â, and powers.

Everywhere row i lists what node i *receives*: A[i, j] is the weight of the edge j → i, so that `A @ X` sums
over the neighbours that i hears, as one step of message passing does. (networkx and
`torch_geometric.utils.to_dense_adj` write the transpose; for undirected graphs there is no difference.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch_geometric.data import Data

from gnnlab.layers.edge_list import check_edge_index, edges_of_matrix, is_sparse_matrix, plain_edge_index
from gnnlab.layers.normalization import edge_matrix
from gnnlab.layers.sparse_product import csr_matrix

if TYPE_CHECKING:
    import networkx as nx


def edge_list(
    graph: Tensor | Data | nx.Graph, edge_weight: Tensor | None = None, num_nodes: int | None = None
) -> tuple[Tensor, Tensor | None, int]:
    """Return (edge_index, edge_weight, num_nodes) of whatever describes a graph.

    Args:
        graph: (2, E) edges (source, target), a matrix of torch.sparse whose row i lists what node i receives,
            a Data, or a networkx graph, whose nodes are numbered in its own order; each undirected edge of it
            counts both ways, and its attribute `weight` is the weight.
        edge_weight: (E,) weights; taken from the graph where it has them.
        num_nodes: N; taken from the graph, or the largest node in the edges plus one.

    Raises:
        ValueError: Edges that are no integers or out of range; weights beside a networkx graph.
    """
    if isinstance(graph, Data):
        if graph.edge_index is None:
            raise ValueError("graph must have edge_index, but the Data has none")
        weight = graph.edge_weight if "edge_weight" in graph and edge_weight is None else edge_weight
        return edge_list(graph.edge_index, weight, graph.num_nodes if num_nodes is None else num_nodes)
    if hasattr(graph, "adjacency"):  # a networkx graph, without importing networkx to ask
        if edge_weight is not None:
            raise ValueError(
                "edge_weight must be None for a networkx graph, whose edges have their own weight"
            )
        return _edges_of_networkx(graph)
    if is_sparse_matrix(graph):
        index, values = edges_of_matrix(graph, graph.size(0))
        return index, values if edge_weight is None else edge_weight, graph.size(0)
    if num_nodes is None:
        num_nodes = int(graph.max()) + 1 if isinstance(graph, Tensor) and graph.numel() else 0
    check_edge_index(graph, num_nodes)
    return plain_edge_index(graph), edge_weight, num_nodes


def _edges_of_networkx(graph: Any) -> tuple[Tensor, Tensor | None, int]:
    number = {node: i for i, node in enumerate(graph)}
    weighted = [
        (number[source], number[target], float(data.get("weight", 1.0)))
        for source, target, data in graph.edges(data=True)
    ]
    if not graph.is_directed():
        weighted += [(target, source, weight) for source, target, weight in weighted if source != target]
    index = torch.tensor([edge[:2] for edge in weighted], dtype=torch.long).view(-1, 2).t().contiguous()
    weights = torch.tensor([edge[2] for edge in weighted])
    return index, None if bool((weights == 1).all()) else weights, len(number)


def adjacency_matrix(
    graph: Tensor | Data | nx.Graph,
    edge_weight: Tensor | None = None,
    num_nodes: int | None = None,
    *,
    self_loops: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Return A, or Ã = A + I.

    Args:
        graph: An edge list (2, E), a matrix of torch.sparse, a Data, or a networkx graph.
        edge_weight: (E,) weights; ones where there are none. Parallel edges add up.
        num_nodes: N. Default: of the graph, or the largest node plus one.
        self_loops: Add a self-loop of weight 1 to every node that has none.
        sparse: Return a torch.sparse CSR matrix.

    Returns:
        (N, N), A[i, j] the weight of the edge j → i.

    Raises:
        ValueError: Edges that are no integers or out of range; weights of the wrong shape.

    >>> import torch
    >>> adjacency_matrix(torch.tensor([[0, 1], [1, 2]]))  # 0 → 1 → 2
    tensor([[0., 0., 0.],
            [1., 0., 0.],
            [0., 1., 0.]])
    """
    return _matrix(graph, edge_weight, num_nodes, self_loops=self_loops, normalize=False, sparse=sparse)


def normalized_adjacency(
    graph: Tensor | Data | nx.Graph,
    edge_weight: Tensor | None = None,
    num_nodes: int | None = None,
    *,
    self_loops: bool = True,
    sparse: bool = False,
) -> Tensor:
    """Return Â = D̃^-1/2 Ã D̃^-1/2, the matrix of GCNConv (Kipf & Welling 2017).

    D̃ holds the row sums of Ã: what each node receives. On a directed graph this is PyG's `gcn_norm`; a node
    that receives nothing gets the factor 0^-1/2 = 0, so that what it sends is multiplied by 0 too. On a
    directed path without self-loops that silences the first node.

    Args:
        graph, edge_weight, num_nodes, sparse: As in `adjacency_matrix`.
        self_loops: Normalise Ã = A + I; otherwise A.

    Raises:
        ValueError: As in `adjacency_matrix`; also weights that are negative, infinite or NaN.

    >>> import torch
    >>> normalized_adjacency(torch.tensor([[0, 1], [1, 0]]))
    tensor([[0.5000, 0.5000],
            [0.5000, 0.5000]])
    """
    return _matrix(graph, edge_weight, num_nodes, self_loops=self_loops, normalize=True, sparse=sparse)


def degree_matrix(
    graph: Tensor | Data | nx.Graph,
    edge_weight: Tensor | None = None,
    num_nodes: int | None = None,
    *,
    self_loops: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Return D (or D̃ with self-loops): the row sums of A on the diagonal, what each node receives.

    >>> import torch
    >>> degree_matrix(torch.tensor([[0, 1], [1, 2]]), self_loops=True).diagonal()
    tensor([1., 2., 2.])
    """
    matrix = adjacency_matrix(graph, edge_weight, num_nodes, self_loops=self_loops, sparse=True)
    degree = (matrix @ torch.ones(matrix.size(1), 1, dtype=matrix.dtype, device=matrix.device)).view(-1)
    if not sparse:
        return torch.diag(degree)
    nodes = torch.arange(degree.numel() + 1, device=degree.device)
    return csr_matrix(nodes, nodes[:-1], degree, degree.numel())


def adjacency_power(matrix: Tensor, power: int) -> Tensor:
    """Return the dense matrix to a power; entry (i, j) of A^k counts the walks of k edges from j to i.

    Args:
        matrix: (N, N), dense or sparse.
        power: k, zero or more.

    >>> import torch
    >>> adjacency_power(torch.tensor([[0.0, 1.0], [1.0, 0.0]]), 2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    if matrix.dim() != 2 or matrix.size(0) != matrix.size(1):
        raise ValueError(f"matrix must be square, but has the shape {tuple(matrix.shape)}")
    if power < 0:
        raise ValueError(f"power must be 0 or more, but is {power}")
    result = torch.eye(matrix.size(0), dtype=matrix.dtype, device=matrix.device)
    for _ in range(power):
        result = matrix @ result
    return result


def _matrix(
    graph: Tensor | Data | nx.Graph,
    edge_weight: Tensor | None,
    num_nodes: int | None,
    *,
    self_loops: bool,
    normalize: bool,
    sparse: bool,
) -> Tensor:
    index, weight, nodes = edge_list(graph, edge_weight, num_nodes)
    dtype = torch.get_default_dtype() if weight is None else weight.dtype
    matrix = edge_matrix(index, weight, nodes, self_loops=self_loops, normalize=normalize, dtype=dtype)
    # The matrix is remembered for the layers that use this graph, so the caller gets a copy to do with as he likes.
    if not sparse:
        return matrix.dense.clone()
    edges = matrix.edges
    return csr_matrix(edges.rowptr.long().clone(), edges.source.clone(), matrix.values.clone(), nodes)
