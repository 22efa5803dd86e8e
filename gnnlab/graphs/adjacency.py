"""The matrices of a graph: A, Ã = A + I, D, Â, and powers.

Everywhere row i lists what node i *receives*: A[i, j] is the weight of the edge j → i, so that `A @ X` sums
over the neighbours that i hears, as one step of message passing does. (networkx and
`torch_geometric.utils.to_dense_adj` write the transpose; for undirected graphs there is no difference.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch_geometric.data import Data

from gnnlab.graphs.any_graph import graph_parts
from gnnlab.graphs.graph_arrays import at_least_float32, square_matrix
from gnnlab.graphs.numbers import flag, whole_number
from gnnlab.layers.normalization import edge_matrix
from gnnlab.layers.sparse_product import csr_matrix

if TYPE_CHECKING:
    from gnnlab.graphs.any_graph import GraphLike
    from gnnlab.graphs.graph_parts import GraphParts
    from gnnlab.layers.normalization import EdgeMatrix

MOST_POWER = 10**9  # torch takes no power beyond 2^63


def adjacency_matrix(
    graph: GraphLike,
    edge_weight: Tensor | None = None,
    num_nodes: int | None = None,
    *,
    self_loops: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Return A, or Ã = A + I.

    Args:
        graph: An edge list (2, E), a square matrix, pairs, a networkx graph, a Data or the path of a file, as in
            `as_graph`; a torch tensor of integers (2, 2) is two edges.
        edge_weight: (E,) weights; ones where there are none. Parallel edges add up.
        num_nodes: N. Default: of the graph, or the largest node plus one.
        self_loops: Add a self-loop of weight 1 to every node that has none.
        sparse: Return a torch.sparse CSR matrix.

    Returns:
        (N, N), A[i, j] the weight of the edge j → i, in the type of the weights. Weights of 16 bits are added up in
        float32 and rounded once.

    Raises:
        ValueError: What is no graph, or could be two; edges out of range; weights of the wrong shape.

    >>> import torch
    >>> adjacency_matrix(torch.tensor([[0, 1], [1, 2]]))  # 0 → 1 → 2
    tensor([[0., 0., 0.],
            [1., 0., 0.],
            [0., 1., 0.]])
    >>> adjacency_matrix([("Ulm", "Aalen", 2.5)])  # Ulm → Aalen: the second node receives from the first
    tensor([[0.0000, 0.0000],
            [2.5000, 0.0000]])
    """
    return _matrix(graph, edge_weight, num_nodes, self_loops=self_loops, normalize=False, sparse=sparse)


def normalized_adjacency(
    graph: GraphLike,
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
        graph, num_nodes, sparse: As in `adjacency_matrix`.
        edge_weight: (E,) weights; ones where there are none.
        self_loops: Normalise Ã = A + I; otherwise A.

    Returns:
        (N, N), in the type of the weights. Degrees of 16-bit weights are added up in float32.

    Raises:
        ValueError: As in `adjacency_matrix`; also weights that are negative, infinite or NaN.

    >>> import torch
    >>> normalized_adjacency(torch.tensor([[0, 1], [1, 0]]))
    tensor([[0.5000, 0.5000],
            [0.5000, 0.5000]])
    """
    return _matrix(graph, edge_weight, num_nodes, self_loops=self_loops, normalize=True, sparse=sparse)


def degree_matrix(
    graph: GraphLike,
    edge_weight: Tensor | None = None,
    num_nodes: int | None = None,
    *,
    self_loops: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Return D (or D̃ with self-loops): the row sums of A on the diagonal, what each node receives.

    Args:
        graph, num_nodes, self_loops, sparse: As in `adjacency_matrix`.
        edge_weight: (E,) weights; ones where there are none.

    Returns:
        (N, N), in the type of the weights, but at least float32: 16 bits do not hold a count of 257, or of 2,049.

    Raises:
        ValueError: As in `adjacency_matrix`.

    >>> import torch
    >>> degree_matrix(torch.tensor([[0, 1], [1, 2]]), self_loops=True).diagonal()
    tensor([1., 2., 2.])
    """
    parts = graph_parts(graph, edge_weight, num_nodes)
    matrix = wide_matrix(parts, self_loops=self_loops)
    degree = matrix.values.new_zeros(parts.num_nodes).index_add(0, matrix.edges.target, matrix.values)
    if not flag("sparse", sparse):
        return torch.diag(degree)
    nodes = torch.arange(degree.numel() + 1, device=degree.device)
    return csr_matrix(nodes, nodes[:-1], degree, degree.numel())


def adjacency_power(matrix: Tensor | Data, power: int) -> Tensor:
    """Return the dense matrix to a power; entry (i, j) of A^k counts the walks of k edges from j to i.

    Args:
        matrix: (N, N) real numbers of any type, dense or sparse, of torch, NumPy or SciPy; or a graph of PyG or
            networkx, whose adjacency matrix is taken.
        power: k, from 0 to 10^9.

    Returns:
        (N, N), in float64: counts are exact below 2^53, about 9e15, and have 15 digits above.

    Raises:
        ValueError: No square matrix of real numbers, no whole `power`, or entries beyond 1e308, the largest number
            that there is.

    >>> import torch
    >>> adjacency_power(torch.tensor([[0, 1], [1, 1]]), 60)
    tensor([[9.5672e+11, 1.5480e+12],
            [1.5480e+12, 2.5047e+12]], dtype=torch.float64)
    """
    is_graph = hasattr(matrix, "edge_index") or hasattr(matrix, "adjacency")
    square = square_matrix(adjacency_matrix(matrix) if is_graph else matrix).double()
    times = whole_number("power", power, least=0, most=MOST_POWER)
    result = torch.linalg.matrix_power(square, times)
    if not bool(result.isfinite().all()) and bool(square.isfinite().all()):
        raise ValueError(f"power must leave entries below 1e308, but is {power}; normalise the matrix first")
    return result


def _matrix(
    graph: GraphLike,
    edge_weight: Tensor | None,
    num_nodes: int | None,
    *,
    self_loops: bool,
    normalize: bool,
    sparse: bool,
) -> Tensor:
    parts = graph_parts(graph, edge_weight, num_nodes)
    dtype = torch.get_default_dtype() if parts.edge_weight is None else parts.edge_weight.dtype
    matrix = wide_matrix(parts, self_loops=self_loops, normalize=normalize)
    # The matrix is remembered for the layers that use this graph, so the caller gets a copy to do with as he likes.
    if not flag("sparse", sparse):
        return matrix.dense.to(dtype, copy=True)
    edges, values = matrix.edges, matrix.values.to(dtype, copy=True)
    return csr_matrix(edges.rowptr.long().clone(), edges.source.clone(), values, parts.num_nodes)


def wide_matrix(parts: GraphParts, *, self_loops: bool = False, normalize: bool = False) -> EdgeMatrix:
    """Return the matrix at its edges, summed in the type of the weights, but at least float32."""
    weight = parts.edge_weight
    dtype = at_least_float32(torch.get_default_dtype() if weight is None else weight.dtype)
    loops = flag("self_loops", self_loops)
    return edge_matrix(
        parts.edge_index, weight, parts.num_nodes, self_loops=loops, normalize=normalize, dtype=dtype
    )
