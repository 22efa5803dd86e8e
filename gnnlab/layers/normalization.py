"""The matrix Â of an edge list, kept at the edges."""

from __future__ import annotations

import torch
from torch import Tensor

from gnnlab.layers.edge_list import (
    check_edge_values,
    check_edge_weight,
    edges_of_matrix,
    is_sparse_matrix,
)
from gnnlab.layers.memory import remembered
from gnnlab.layers.precision import is_short, wide_type
from gnnlab.layers.sorted_edges import SortedEdges, sorted_edges
from gnnlab.layers.sparse_product import SparseHeads, sparse_product
from gnnlab.layers.traced_edges import TracedEdges
from gnnlab.lazy import LazyProperty


class EdgeMatrix:
    """An N x N matrix given by its values at sorted edges, ready to be multiplied with features.

    Args:
        edges: The pattern.
        values: (E',) entries in the order of the rows; a gradient flows to them where they need one.
    """

    def __init__(self, edges: SortedEdges, values: Tensor) -> None:
        self.edges = edges
        self.values = values

    @LazyProperty
    def dense(self) -> Tensor:
        """(N, N) the matrix written out; parallel edges add up."""
        size = self.edges.num_nodes
        zeros = self.values.new_zeros(size, size)
        return zeros.index_put((self.edges.target, self.edges.source), self.values, accumulate=True)

    @LazyProperty
    def heads(self) -> SparseHeads:
        """The matrix for sparse products."""
        return SparseHeads(self.edges, self.values.view(1, -1))

    def times(self, x: Tensor, *, dense: bool) -> Tensor:
        """Return the matrix times x, (N, F) or (B, N, F)."""
        if is_short(x.dtype):
            return self.times(x.float(), dense=dense).to(x.dtype)
        if dense:
            return torch.matmul(self.dense.to(x.dtype), x)
        if x.dim() == 2:
            return sparse_product(self.values.view(1, -1), x.unsqueeze(0), self.heads).squeeze(0)
        batch, nodes, channels = x.shape
        wide = x.transpose(0, 1).reshape(1, nodes, batch * channels)
        out = sparse_product(self.values.view(1, -1), wide, self.heads)
        return out.view(nodes, batch, channels).transpose(0, 1)


def normalize_values(target: Tensor, source: Tensor, num_nodes: int, values: Tensor) -> Tensor:
    """Return D^-1/2 A D^-1/2 at the edges, where D holds the row sums of A: what each node receives.

    A node that receives nothing has degree 0, and the rule 0^-1/2 = 0, as in PyG: all its entries are zero,
    those of the edges that leave it too. Sums are no shorter than float32: a short type loses whole edges of a hub.
    """
    wide = values.to(wide_type(values.dtype))
    degree = wide.new_zeros(num_nodes).index_add(0, target, wide)
    empty = degree == 0
    scale = degree.masked_fill(empty, 1.0).pow(-0.5).masked_fill(empty, 0.0)
    return (scale[target] * wide * scale[source]).to(values.dtype)


def edge_matrix(
    edge_index: Tensor,
    edge_weight: Tensor | None,
    num_nodes: int,
    *,
    self_loops: bool,
    normalize: bool,
    fill: float = 1.0,
    flow: str = "source_to_target",
    dtype: torch.dtype = torch.float32,
) -> EdgeMatrix:
    """Return A, Ã or Â of a graph at its edges, made once for a fixed edge list and fixed weights.

    Args:
        edge_index: (2, E) pairs (source, target), or a square matrix of torch.sparse with row = target.
        edge_weight: (E,) or (E, 1) weights, or None for ones (or for the values of the matrix).
        num_nodes: N.
        self_loops: Add a self-loop of weight `fill` where a node has none.
        normalize: Divide by the roots of the degrees.
        fill: Weight of an added self-loop.
        flow: As in `MessagePassing`.
        dtype: Of the entries.
    """

    def make(index: Tensor, weight: Tensor | None) -> EdgeMatrix:
        edges = sorted_edges(index, num_nodes, self_loops=self_loops, flow=flow)
        values = _listed_values(edges, weight, self_loops, normalize, fill, dtype)[edges.order]
        if normalize:
            values = normalize_values(edges.target, edges.source, num_nodes, values)
        return EdgeMatrix(edges, values)

    if edge_weight is not None and not isinstance(edge_weight, Tensor):
        raise ValueError(f"edge_weight must be a tensor of shape (E,), but is a {type(edge_weight).__name__}")
    key = ("matrix", num_nodes, self_loops, normalize, fill, flow, dtype)
    if is_sparse_matrix(edge_index):

        def make_from_matrix() -> EdgeMatrix:
            index, values = edges_of_matrix(edge_index, num_nodes)
            return make(index, values if edge_weight is None else edge_weight)

        if edge_index.requires_grad or (edge_weight is not None and edge_weight.requires_grad):
            return make_from_matrix()
        return remembered(edge_index, key, make_from_matrix, also=edge_weight)
    if not isinstance(edge_index, Tensor):
        raise ValueError(f"edge_index must be a tensor of shape (2, E), but is a {type(edge_index).__name__}")
    if edge_weight is not None and edge_weight.requires_grad:
        return make(edge_index, edge_weight)  # part of the autograd graph of this step alone
    return remembered(edge_index, key, lambda: make(edge_index, edge_weight), also=edge_weight)


def traced_matrix(
    edge_index: Tensor,
    edge_weight: Tensor | None,
    num_nodes: int,
    *,
    self_loops: bool,
    normalize: bool,
    fill: float = 1.0,
    flow: str = "source_to_target",
    dtype: torch.dtype = torch.float32,
) -> tuple[TracedEdges, Tensor]:
    """Return the list of edges and the entries (E',) of the same matrix, in steps that can be traced."""
    if is_sparse_matrix(edge_index):
        edge_index, entries = edges_of_matrix(edge_index, num_nodes)
        edge_weight = entries if edge_weight is None else edge_weight
    edges = TracedEdges(edge_index, num_nodes, self_loops=self_loops, flow=flow)
    values = _listed_values(edges, edge_weight, self_loops, normalize, fill, dtype)
    if normalize:
        values = normalize_values(edges.target, edges.source, num_nodes + edges.num_extra, values)
    return edges, values


def _listed_values(
    edges: SortedEdges | TracedEdges,
    weight: Tensor | None,
    self_loops: bool,
    normalize: bool,
    fill: float,
    dtype: torch.dtype,
) -> Tensor:
    """The entries of A or Ã in the order of the list, before any normalisation."""
    if weight is None:
        weight = torch.ones(edges.num_given, dtype=dtype, device=edges.source.device)
    else:
        if isinstance(weight, Tensor) and weight.dim() == 2 and weight.size(1) == 1:
            weight = weight.view(-1)
        check = check_edge_weight if normalize else check_edge_values
        check(weight, edges.num_given, name="edge_weight")
        weight = weight.to(dtype)
    return edges.list_of(weight, edges.loop_values(weight, fill) if self_loops else None)
