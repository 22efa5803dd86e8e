"""What a layer accepts as its graph, checked and brought to one form."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch_geometric import EdgeIndex
from torch_geometric.utils import is_torch_sparse_tensor

from gnnlab.layers.tracing import autocasts, has_values


def check_edge_index(
    edge_index: Tensor, num_nodes: int, *, num_sources: int | None = None, name: str = "edge_index"
) -> None:
    """Raise a ValueError unless `edge_index` is (2, E), of integers from 0 to `num_nodes` - 1.

    Args:
        edge_index: What is checked.
        num_nodes: How many nodes there are; where sources are nodes of another kind, how many targets.
        num_sources: How many sources there are, where they are nodes of another kind: the first row.
        name: What the error calls it.
    """
    check_edge_form(edge_index, name=name)
    if not has_values(edge_index) or edge_index.numel() == 0:
        return
    if num_sources is None or num_sources == num_nodes:
        _check_nodes(edge_index, num_nodes, name)
        return
    for row, nodes, which in zip(edge_index, (num_sources, num_nodes), (" (sources)", " (targets)")):
        _check_nodes(row, nodes, name, which)


def check_edge_form(edge_index: Tensor, *, name: str = "edge_index") -> None:
    """Raise a ValueError unless `edge_index` is (2, E), of integers; which ones is not read."""
    if not isinstance(edge_index, Tensor):
        raise ValueError(f"{name} must be a tensor of shape (2, E), but is a {type(edge_index).__name__}")
    if edge_index.dim() != 2 or edge_index.size(0) != 2:
        raise ValueError(f"{name} must have the shape (2, E), but has {tuple(edge_index.shape)}")
    if edge_index.is_floating_point() or edge_index.is_complex() or edge_index.dtype == torch.bool:
        raise ValueError(f"{name} must hold integers (torch.long), but holds {edge_index.dtype}")


def _check_nodes(ends: Tensor, num_nodes: int, name: str, which: str = "") -> None:
    if ends.dtype in (torch.uint16, torch.uint32, torch.uint64):
        ends = ends.long()  # torch compares no others
    low, high = (int(end) for end in torch.aminmax(ends))
    if low < 0:
        raise ValueError(f"{name} must hold nodes from 0 to {num_nodes - 1}{which}, but holds {low}")
    if high >= num_nodes:
        raise ValueError(
            f"{name} must hold nodes from 0 to {num_nodes - 1}{which} (there are {num_nodes} nodes), but holds {high}"
        )


def check_edge_weight(edge_weight: Tensor, num_edges: int, *, name: str = "edge_weight") -> None:
    """Raise a ValueError unless `edge_weight` is one finite number, zero or more, for each edge."""
    check_edge_values(edge_weight, num_edges, name=name)
    if not has_values(edge_weight):
        return
    fine = (edge_weight >= 0) & (edge_weight < float("inf"))
    if not bool(fine.all()):
        bad = edge_weight.detach()[~fine][0].item()
        raise ValueError(
            f"{name} must be zero or more and finite where it is normalised (a negative degree has no root), "
            f"but holds {bad:g}; clip it first, for example with edge_weight.clamp(min=0)"
        )


def check_edge_values(values: Tensor, num_edges: int, *, name: str) -> None:
    """Raise a ValueError unless `values` holds one floating-point number for each edge."""
    check_one_an_edge(values, num_edges, name=name)
    if not values.is_floating_point():
        raise ValueError(f"{name} must hold floating-point numbers, but holds {values.dtype}")


def check_one_an_edge(values: Tensor, num_edges: int, *, name: str) -> None:
    """Raise a ValueError unless `values` is a tensor with one entry for each edge."""
    if not isinstance(values, Tensor) or values.shape != (num_edges,):
        shape = tuple(values.shape) if isinstance(values, Tensor) else type(values).__name__
        raise ValueError(f"{name} must have the shape ({num_edges},), one number an edge, but has {shape}")


def check_features(
    x: Tensor, in_channels: int | None = None, weight: Tensor | None = None, *, name: str = "x"
) -> None:
    """Raise a ValueError unless `x` is (N, F) or (B, N, F) with F = `in_channels`, of a type that `weight` takes.

    Args:
        x: What is checked.
        in_channels: F; None or -1 where any will do.
        weight: What it is multiplied with; under autocast other short types will do too.
        name: What the error calls it.
    """
    if not isinstance(x, Tensor) or x.dim() not in (2, 3):
        shape = tuple(x.shape) if isinstance(x, Tensor) else type(x).__name__
        raise ValueError(f"{name} must have the shape (N, F) or (B, N, F), but has {shape}")
    if in_channels not in (None, -1) and x.size(-1) != in_channels:
        raise ValueError(f"{name} must have in_channels = {in_channels} columns, but has {x.size(-1)}")
    if weight is not None:
        check_same_type(name, x, weight)
    elif x.is_complex() or x.dtype == torch.bool:
        raise ValueError(f"{name} must hold real numbers, but holds {x.dtype}")


def check_same_type(name: str, values: Tensor, weight: Tensor) -> None:
    """Raise a ValueError unless these numbers have the type of the weights that they are multiplied with."""
    fits = values.dtype == weight.dtype
    if not fits and values.is_floating_point() and autocasts(values):
        fits = torch.float64 not in (values.dtype, weight.dtype)  # autocast brings the others together
    if not fits:
        raise ValueError(
            f"{name} must hold {weight.dtype}, as the weights do, but holds {values.dtype}; "
            f".to({weight.dtype}) converts it"
        )


def is_sparse_matrix(edge_index: Any) -> bool:
    """Whether a graph was given as a matrix of torch.sparse and not as an edge list."""
    return isinstance(edge_index, Tensor) and is_torch_sparse_tensor(edge_index)


def edges_of_matrix(
    adj_t: Tensor, num_nodes: int, *, num_sources: int | None = None, name: str = "edge_index"
) -> tuple[Tensor, Tensor]:
    """Return (edge_index, edge_weight) of a sparse matrix whose row i lists what node i receives.

    This is PyG's convention for a matrix in the place of an edge list: entry (i, j) is the edge j → i.
    The weights stay differentiable in the matrix's values.

    Args:
        adj_t: The matrix, one row a target and one column a source.
        num_nodes: How many targets there are.
        num_sources: How many sources, where they are nodes of another kind.
        name: What the error calls it.
    """
    two_kinds = num_sources is not None
    if adj_t.dim() != 2 or (adj_t.size(0) != adj_t.size(1) and not two_kinds):
        raise ValueError(f"{name} as a sparse matrix must be square, but has the shape {tuple(adj_t.shape)}")
    if adj_t.size(0) != num_nodes or (two_kinds and adj_t.size(1) != num_sources):
        wanted, found = (
            (tuple(adj_t.shape), (num_nodes, num_sources)) if two_kinds else (adj_t.size(0), num_nodes)
        )
        raise ValueError(f"x must have as many rows as {name} has nodes, which is {wanted}, but has {found}")
    if adj_t.layout == torch.sparse_coo:
        adj_t = adj_t if adj_t.is_coalesced() else adj_t.coalesce()
        target, source = adj_t.indices()
        return torch.stack([source, target]), adj_t.values()
    compressed, plain = (
        (adj_t.crow_indices(), adj_t.col_indices())
        if adj_t.layout == torch.sparse_csr
        else (adj_t.ccol_indices(), adj_t.row_indices())
    )
    ends = torch.arange(compressed.numel() - 1, device=adj_t.device)
    ends = ends.repeat_interleave(compressed.diff().long(), output_size=plain.numel())
    target, source = (ends, plain) if adj_t.layout == torch.sparse_csr else (plain, ends)
    return torch.stack([source.long(), target.long()]), adj_t.values()


def plain_edge_index(edge_index: Tensor) -> Tensor:
    """Return the edge list as a plain tensor of torch.long; PyG's EdgeIndex is unwrapped."""
    if isinstance(edge_index, EdgeIndex):
        edge_index = edge_index.as_tensor()
    return edge_index.long()
