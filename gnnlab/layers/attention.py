"""Attention over neighbours: softmax over segments of sorted edges, or over the rows of a matrix."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gnnlab.layers.sorted_edges import SortedEdges
from gnnlab.layers.sparse_product import head_groups


class SegmentSoftmax(torch.autograd.Function):
    """α[z, e] = exp(s[z, e]) / Σ exp(s[z, e']) over the edges e' with the target of e.

    Backward: ds = α ⊙ (dα - Σ α ⊙ dα), the sum over the same segment. Only α is kept.
    """

    @staticmethod
    def forward(ctx: Any, scores: Tensor, edges: SortedEdges) -> Tensor:  # (Z, E')
        parts = []
        for group in head_groups(scores.size(0), edges):
            part = scores[group]
            peak = part.new_full((part.size(0), edges.num_nodes), -torch.inf)
            peak.scatter_reduce_(1, edges.target.expand_as(part), part, "amax")
            part = part.sub(peak.index_select(1, edges.target)).exp_()
            total = _segment_sums(part, edges)
            parts.append(part.div_(total.index_select(1, edges.target)))
        alpha = parts[0] if len(parts) == 1 else torch.cat(parts)
        ctx.edges = edges
        ctx.save_for_backward(alpha)
        return alpha

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (alpha,) = ctx.saved_tensors
        if (
            torch.is_grad_enabled()
        ):  # under create_graph=True only: the same in steps that autograd can follow
            part = alpha * grad
            return part - alpha * _segment_sums(part, ctx.edges).index_select(1, ctx.edges.target), None
        parts = []
        for group in head_groups(grad.size(0), ctx.edges):
            part = alpha[group] * grad[group]
            total = _segment_sums(part, ctx.edges)
            parts.append(part.addcmul_(total.index_select(1, ctx.edges.target), alpha[group], value=-1))
        return (parts[0] if len(parts) == 1 else torch.cat(parts)), None


def _segment_sums(values: Tensor, edges: SortedEdges) -> Tensor:
    sums = values.new_zeros(values.size(0), edges.num_nodes)
    return sums.index_add_(1, edges.target, values)


def edge_scores(
    target: Tensor, source: Tensor, edges: SortedEdges, slope: float, extra: Tensor | None
) -> Tensor:
    """Return leaky_relu(target[i] + source[j] + extra) for each edge j → i.

    Shapes: target (Z, N), source (Z, M); extra (Z, E') in the order of the rows; result (Z, E').
    """
    scores = source.index_select(1, edges.source) + target.index_select(1, edges.target)
    if extra is not None:
        scores = scores + extra
    return F.leaky_relu(scores, slope, inplace=True)


def segment_softmax(scores: Tensor, edges: SortedEdges) -> Tensor:
    """Return the softmax of (Z, E') scores over the edges that share a target."""
    return SegmentSoftmax.apply(scores, edges)


def dense_scores(
    target: Tensor, source: Tensor, edges: SortedEdges, slope: float, extra: Tensor | None
) -> Tensor:
    """Return leaky_relu(target[i] + source[j] + extra[i, j]) for all pairs of nodes.

    Shapes: target (K, ..., N), source (K, ..., M); extra (K, E') in the order of the rows; result (K, ..., N, M).
    """
    scores = target.unsqueeze(-1) + source.unsqueeze(-2)
    if extra is not None:
        heads, nodes, sources = extra.size(0), edges.num_nodes, edges.num_sources
        places = edges.target * sources + edges.source
        written = extra.new_zeros(heads, nodes * sources).index_copy(1, places, extra)
        between = [1] * (scores.dim() - 3)
        scores = scores + written.view(heads, *between, nodes, sources)
    return F.leaky_relu(scores, slope, inplace=True)


def masked_softmax(scores: Tensor, edges: SortedEdges) -> Tensor:
    """Return the softmax of (..., N, M) scores over the nodes that each row hears, if any."""
    lowest = torch.finfo(scores.dtype).min
    alpha = scores.masked_fill(edges.no_edge, lowest).softmax(-1)
    return alpha if edges.deaf is None else alpha.masked_fill(edges.deaf, 0.0)


def attention_matrix(alpha: Tensor, edges: SortedEdges, like: Tensor) -> tuple[Tensor, Tensor]:
    """Return α (..., E', K) of the list as a sparse matrix, and its entries in the order that it has them in.

    Args:
        alpha: Attention in the order of the list.
        edges: The graph.
        like: The matrix that the graph was given as; the result has its layout.

    Returns:
        A matrix of N x M entries with (..., K) numbers each, and these entries (E', ..., K).
    """
    rows = alpha.movedim(-2, 0).index_select(0, edges.order)  # (E', ..., K)
    size = (edges.num_nodes, edges.num_sources, *rows.shape[1:])
    if like.layout == torch.sparse_coo:
        ends = torch.stack([edges.target, edges.source])
        return torch.sparse_coo_tensor(ends, rows, size, is_coalesced=True, check_invariants=False), rows
    if like.layout == torch.sparse_csr:
        made = torch.sparse_csr_tensor(edges.rowptr, edges.column, rows, size, check_invariants=False)
        return made, rows
    columns = rows.index_select(0, edges.flip)
    made = torch.sparse_csc_tensor(edges.colptr, edges.row, columns, size, check_invariants=False)
    return made, columns
