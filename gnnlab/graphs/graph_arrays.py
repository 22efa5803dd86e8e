"""Graphs as tensors and arrays: edge lists and matrices, told apart by what they hold and never by a guess.

An edge list holds integers and has the shape (2, E). A matrix is square, and its row i lists what node i
receives. Only integers of the shape (2, 2) can be both.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnnlab.graphs.graph_parts import GraphParts
from gnnlab.layers.edge_list import check_edge_index, edges_of_matrix, is_sparse_matrix, plain_edge_index


def parts_of_array(array: Any, num_nodes: int | None, *, pyg: bool = False) -> GraphParts:
    """Return the parts of a tensor or an array that is an edge list or a square matrix.

    Args:
        array: Of torch, NumPy or SciPy, dense or sparse.
        num_nodes: N, for an edge list.
        pyg: Take a torch tensor of integers (2, 2) for two edges, as PyG does; otherwise refuse it.

    Raises:
        ValueError: It is neither; or it could be both, and the error shows both readings.
    """
    if is_sparse_matrix(array):
        return parts_of_torch_sparse(array)
    if hasattr(array, "tocoo"):
        return parts_of_scipy(array)
    edges = pyg and isinstance(array, Tensor)
    tensor = as_tensor(array)
    two_rows = may_be_edges(tensor)
    square = tensor.dim() == 2 and tensor.size(0) == tensor.size(1)
    if two_rows and square and not edges:
        (a, b), (c, d) = tensor.tolist()
        raise ValueError(
            f"graph: integers of the shape (2, 2) could be two edges, {a} → {c} and {b} → {d}, or the matrix of two "
            f"nodes, of which node 0 receives {a} from itself and {b} from node 1, and node 1 receives {c} and {d}; "
            "say which: as_graph(edge_index=...) or as_graph(matrix=...)"
        )
    if two_rows:
        return parts_of_edge_index(tensor, num_nodes)
    if square:
        return parts_of_matrix(tensor)
    swapped = tensor.dim() == 2 and tensor.size(1) == 2 and _holds_integers(tensor)
    hint = "; one edge a row? transpose it" if swapped else ""
    raise ValueError(
        "graph must be an edge_index, which is integers of the shape (2, E), or a square matrix, "
        f"but has the shape {tuple(tensor.shape)} and the type {str(tensor.dtype).removeprefix('torch.')}{hint}"
    )


def parts_of_edge_index(edge_index: Any, num_nodes: int | None) -> GraphParts:
    """Return the parts of an edge list (2, E); N is its largest node plus one where it is not given."""
    tensor = as_tensor(edge_index, "edge_index")
    nodes = num_nodes
    if nodes is None:
        nodes = int(tensor.max()) + 1 if tensor.numel() and _holds_integers(tensor) else 0
    check_edge_index(tensor, nodes)
    return GraphParts(plain_edge_index(tensor), None, nodes, sized=False)


def parts_of_matrix(matrix: Any) -> GraphParts:
    """Return the parts of a square matrix; entry (i, j) is the weight of the edge j → i, and 0 is no edge.

    Weights stay differentiable, and floating-point numbers keep their precision.
    """
    if is_sparse_matrix(matrix):
        return parts_of_torch_sparse(matrix)
    if hasattr(matrix, "tocoo"):
        return parts_of_scipy(matrix)
    tensor = as_tensor(matrix, "matrix")
    _check_square(tuple(tensor.shape))
    if tensor.is_complex():
        raise ValueError("matrix must hold real numbers, but holds complex ones")
    target, source = tensor.nonzero(as_tuple=True)
    weight = tensor[target, source]
    _check_finite(weight)
    if not weight.is_floating_point():
        weight = weight.to(torch.get_default_dtype())
        plain = bool((weight == 1).all())
        return GraphParts(torch.stack([source, target]), None if plain else weight, len(tensor))
    return GraphParts(torch.stack([source, target]), weight, len(tensor))


def parts_of_torch_sparse(matrix: Tensor) -> GraphParts:
    """Return the parts of a matrix of torch.sparse; what it stores is an edge, also where the weight is 0."""
    _check_square(tuple(matrix.shape))
    index, weight = edges_of_matrix(matrix, matrix.size(0))
    if not weight.is_floating_point():
        weight = weight.to(torch.get_default_dtype())
    return GraphParts(index, weight, matrix.size(0))


def parts_of_scipy(matrix: Any) -> GraphParts:
    """Return the parts of a matrix or array of scipy.sparse; entries that are stored twice add up."""
    _check_square(matrix.shape)
    entries = matrix.tocsr().tocoo()  # a copy in which each entry stands once
    entries.sum_duplicates()
    entries.eliminate_zeros()
    if np.iscomplexobj(entries.data):
        raise ValueError("matrix must hold real numbers, but holds complex ones")
    index = torch.from_numpy(np.stack([entries.col, entries.row]).astype(np.int64))
    weight = as_tensor(entries.data, "matrix")
    _check_finite(weight)
    if not weight.is_floating_point():
        weight = weight.to(torch.get_default_dtype())
        return GraphParts(index, None if bool((weight == 1).all()) else weight, matrix.shape[0])
    return GraphParts(index, weight, matrix.shape[0])


def as_tensor(array: Any, name: str = "graph") -> Tensor:
    """Return a tensor as it is, and anything else as a copy: NumPy's types that torch lacks become ones it has.

    Raises:
        ValueError: It holds no numbers; the error names the argument.
    """
    if isinstance(array, Tensor):
        return array
    try:
        values = np.asarray(array)
    except (TypeError, ValueError):  # lists of different lengths
        values = np.array([None])
    if values.dtype.kind in "iu":
        values = values.astype(np.int64)
    elif values.dtype.kind == "f":
        values = values.astype(np.float32 if values.dtype.itemsize <= 4 else np.float64)
    elif values.dtype.kind not in "bc":
        raise ValueError(f"{name} as an array must hold numbers, but is {array!r:.60}")
    return torch.from_numpy(np.array(values, order="C"))


def square_matrix(matrix: Any) -> Tensor:
    """Return a dense or sparse square matrix of torch, NumPy or SciPy, or a list of rows, as a dense tensor.

    Raises:
        ValueError: It is none, or holds complex numbers.
    """
    if hasattr(matrix, "toarray"):
        matrix = matrix.toarray()
    try:
        tensor = as_tensor(matrix, "matrix").to_dense()
    except (TypeError, ValueError):
        tensor = None
    if tensor is None or tensor.dim() != 2 or tensor.size(0) != tensor.size(1):
        found = type(matrix).__name__ if tensor is None else f"has the shape {tuple(tensor.shape)}"
        raise ValueError(f"matrix must be square, (N, N), but {'is a ' * (tensor is None)}{found}")
    if tensor.is_complex():
        raise ValueError("matrix must hold real numbers, but holds complex ones")
    return tensor


def may_be_edges(tensor: Tensor) -> bool:
    """Whether a tensor has the shape and the type of an edge list: (2, E), of integers."""
    return tensor.dim() == 2 and tensor.size(0) == 2 and _holds_integers(tensor)


def _holds_integers(tensor: Tensor) -> bool:
    return not (tensor.is_floating_point() or tensor.is_complex() or tensor.dtype == torch.bool)


def _check_square(shape: tuple[int, ...]) -> None:
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(f"matrix must be square, (N, N), but has the shape {tuple(shape)}")


def _check_finite(weight: Tensor) -> None:
    fine = weight.isfinite()
    if not bool(fine.all()):
        raise ValueError(f"matrix must hold finite weights, but holds {weight[~fine][0].item():g}")


def at_least_float32(dtype: torch.dtype) -> torch.dtype:
    """Return the type in which values of a type are added up: types of 16 bits lose small terms beside large sums.

    >>> at_least_float32(torch.bfloat16), at_least_float32(torch.float64)
    (torch.float32, torch.float64)
    """
    return torch.promote_types(dtype, torch.float32)
