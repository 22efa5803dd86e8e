"""What a layer accepts as its graph, brought to one form and checked once.

An edge list is checked, sorted and normalised when it is first seen, and what was made is remembered for as
long as its tensor lives. A layer may then be called thousands of times on one graph at the cost of a look-up.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.utils.weak import WeakIdKeyDictionary
from torch_geometric import EdgeIndex
from torch_geometric.utils import is_torch_sparse_tensor

T = TypeVar("T")

#: How many things are remembered of one tensor; weights that change at every step push the oldest out.
ENTRIES_PER_TENSOR = 8

_memory: WeakIdKeyDictionary = WeakIdKeyDictionary()


def fingerprint(tensor: Tensor) -> Hashable:
    """What changes when a tensor is written to in place: torch's version counter, and where its data lie."""
    if is_torch_sparse_tensor(tensor):
        values = tensor._values() if tensor.layout == torch.sparse_coo else tensor.values()
        return (tensor._version, values._version, values.data_ptr())
    return (tensor._version, tensor.data_ptr(), tuple(tensor.shape))


def remembered(tensor: Tensor, key: Hashable, make: Callable[[], T], *, also: Tensor | None = None) -> T:
    """Return `make()`, made once for this tensor (and for `also`) and kept until either changes or dies.

    A change in place is noticed through torch's version counter. A change that torch is not told of (through
    `.data`, or through NumPy memory that the tensor shares) is not noticed.

    Args:
        tensor: What the result is made from; held weakly.
        key: What else the result depends on.
        make: Makes the result. It must not keep `tensor` alive, or the memory would never be freed.
        also: A second tensor that the result is made from.
    """
    if tensor.is_inference() or (also is not None and also.is_inference()):
        return make()  # inference tensors have no version counter, so a change could not be noticed
    mark = fingerprint(tensor)
    entry: tuple[Hashable, dict[Hashable, Any]] | None = _memory.get(tensor)
    if entry is None or entry[0] != mark:
        entry = (mark, {})
        _memory[tensor] = entry
    made = entry[1]
    full_key = key if also is None else (key, id(also))
    found = made.get(full_key)
    if found is not None:
        result, other, other_mark = found
        if also is None or (other() is also and other_mark == fingerprint(also)):
            return result
    with torch.inference_mode(False):  # what is remembered must serve training too
        result = make()
    made.pop(full_key, None)
    while len(made) >= ENTRIES_PER_TENSOR:
        del made[next(iter(made))]
    made[full_key] = (result,) + ((None, None) if also is None else (weakref.ref(also), fingerprint(also)))
    return result


def check_edge_index(edge_index: Tensor, num_nodes: int, *, name: str = "edge_index") -> None:
    """Raise a ValueError unless `edge_index` is (2, E), of integers from 0 to `num_nodes` - 1."""
    if not isinstance(edge_index, Tensor):
        raise ValueError(f"{name} must be a tensor of shape (2, E), but is a {type(edge_index).__name__}")
    if edge_index.dim() != 2 or edge_index.size(0) != 2:
        raise ValueError(f"{name} must have the shape (2, E), but has {tuple(edge_index.shape)}")
    if edge_index.is_floating_point() or edge_index.is_complex() or edge_index.dtype == torch.bool:
        raise ValueError(f"{name} must hold integers (torch.long), but holds {edge_index.dtype}")
    if edge_index.numel() == 0:
        return
    low, high = (int(end) for end in torch.aminmax(edge_index))
    if low < 0:
        raise ValueError(f"{name} must hold nodes from 0 to {num_nodes - 1}, but holds {low}")
    if high >= num_nodes:
        raise ValueError(
            f"{name} must hold nodes from 0 to {num_nodes - 1} (there are {num_nodes} nodes), but holds {high}"
        )


def check_edge_weight(edge_weight: Tensor, num_edges: int, *, name: str = "edge_weight") -> None:
    """Raise a ValueError unless `edge_weight` is one finite number, zero or more, for each edge."""
    check_edge_values(edge_weight, num_edges, name=name)
    fine = (edge_weight >= 0) & (edge_weight < float("inf"))
    if not bool(fine.all()):
        bad = edge_weight.detach()[~fine][0].item()
        raise ValueError(
            f"{name} must be zero or more and finite where it is normalised (a negative degree has no root), "
            f"but holds {bad:g}; clip it first, for example with edge_weight.clamp(min=0)"
        )


def check_edge_values(values: Tensor, num_edges: int, *, name: str) -> None:
    """Raise a ValueError unless `values` holds one number for each edge."""
    if not isinstance(values, Tensor) or values.shape != (num_edges,):
        shape = tuple(values.shape) if isinstance(values, Tensor) else type(values).__name__
        raise ValueError(f"{name} must have the shape ({num_edges},), one number an edge, but has {shape}")
    if not values.is_floating_point():
        raise ValueError(f"{name} must hold floating-point numbers, but holds {values.dtype}")


def check_features(x: Tensor, in_channels: int | None = None, weight: Tensor | None = None) -> None:
    """Raise a ValueError unless `x` is (N, F) or (B, N, F) with F = `in_channels`, of a type that `weight` takes."""
    if not isinstance(x, Tensor) or x.dim() not in (2, 3):
        shape = tuple(x.shape) if isinstance(x, Tensor) else type(x).__name__
        raise ValueError(f"x must have the shape (N, F) or (B, N, F), but has {shape}")
    if in_channels is not None and x.size(-1) != in_channels:
        raise ValueError(f"x must have in_channels = {in_channels} columns, but has {x.size(-1)}")
    # NumPy's numbers are float64. Other types may differ from the weight's: autocast brings them together.
    if weight is not None and (
        not x.is_floating_point() or (x.dtype == torch.float64) != (weight.dtype == torch.float64)
    ):
        raise ValueError(
            f"x must hold {weight.dtype}, as the weights do, but holds {x.dtype}; .to({weight.dtype}) converts it"
        )


def is_sparse_matrix(edge_index: Any) -> bool:
    """Whether a graph was given as a matrix of torch.sparse and not as an edge list."""
    return isinstance(edge_index, Tensor) and is_torch_sparse_tensor(edge_index)


def edges_of_matrix(adj_t: Tensor, num_nodes: int, *, name: str = "edge_index") -> tuple[Tensor, Tensor]:
    """Return (edge_index, edge_weight) of a sparse matrix whose row i lists what node i receives.

    This is PyG's convention for a matrix in the place of an edge list: entry (i, j) is the edge j → i.
    The weights stay differentiable in the matrix's values.
    """
    if adj_t.dim() != 2 or adj_t.size(0) != adj_t.size(1):
        raise ValueError(f"{name} as a sparse matrix must be square, but has the shape {tuple(adj_t.shape)}")
    if adj_t.size(0) != num_nodes:
        raise ValueError(
            f"x must have as many rows as {name} has nodes, which is {adj_t.size(0)}, but has {num_nodes}"
        )
    if adj_t.layout == torch.sparse_coo:
        adj_t = adj_t if adj_t.is_coalesced() else adj_t.coalesce()
        target, source = adj_t.indices()
        return torch.stack([source, target]), adj_t.values()
    compressed, plain = (
        (adj_t.crow_indices(), adj_t.col_indices())
        if adj_t.layout == torch.sparse_csr
        else (adj_t.ccol_indices(), adj_t.row_indices())
    )
    ends = torch.arange(num_nodes, device=adj_t.device).repeat_interleave(compressed.diff().long())
    target, source = (ends, plain) if adj_t.layout == torch.sparse_csr else (plain, ends)
    return torch.stack([source.long(), target.long()]), adj_t.values()


def plain_edge_index(edge_index: Tensor) -> Tensor:
    """Return the edge list as a plain tensor of torch.long; PyG's EdgeIndex is unwrapped."""
    if isinstance(edge_index, EdgeIndex):
        edge_index = edge_index.as_tensor()
    return edge_index.long()
