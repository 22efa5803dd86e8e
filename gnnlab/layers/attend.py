"""Attention as a matrix, at the sorted edges, message by message, or in kernels of our own on a GPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gnnlab.kernels import switch, tiles
from gnnlab.layers.aggregation import choose_kernel, needs_messages
from gnnlab.layers.attention import dense_scores, edge_scores, masked_softmax, segment_softmax
from gnnlab.layers.pair_scores import pair_scores
from gnnlab.layers.precision import wide_type
from gnnlab.layers.sorted_edges import SortedEdges
from gnnlab.layers.sparse_product import SparseHeads, sparse_product
from gnnlab.layers.traced_edges import TracedEdges
from gnnlab.layers.tracing import has_rules_enough


def attend(
    conv: Any,
    h_src: Tensor,
    h_dst: Tensor | None,
    edges: SortedEdges | TracedEdges,
    attr: Tensor | None,
    wants_alpha: bool = True,
) -> tuple[Tensor, Callable[[], Tensor] | None]:
    """Return Y (..., N, K, O), and what gives α (..., E', K) in the order of the list, as it suits the graph.

    Args:
        conv: The `GATConv`.
        h_src: H of the sources, (..., M, K, O).
        h_dst: H of the targets, (..., N, K, O); None: they have no say.
        edges: The graph.
        attr: (E', D) features of the edges in the order of the list.
        wants_alpha: Whether α will be asked for; else there may be None that gives it.
    """
    dtype, wide = h_src.dtype, wide_type(h_src.dtype)
    if dtype != wide:  # scores and sums of a hub need more digits
        same = h_dst is h_src
        h_src = h_src.to(wide)
        h_dst = h_src if same else None if h_dst is None else h_dst.to(wide)
    kernel = "message"
    if isinstance(edges, SortedEdges):
        sorted_edges = edges
        if not wants_alpha and switch.runs_kernels(h_src) and not needs_messages(conv):
            found = attend_in_kernels(conv, h_src, h_dst, sorted_edges, attr)
            if found is not None:
                return found.to(dtype), None
        kernel = choose_kernel(
            conv,
            sorted_edges,
            matrices=h_src.shape[:-3].numel() * conv.heads,
            share=3,
            # A matrix has one place for parallel edges, and v2 would need N x N x K x O.
            has_dense=lambda: not (conv.v2 or sorted_edges.has_duplicates),
        )
    ways: dict[str, Any] = {"dense": attend_dense, "sparse": attend_sparse, "message": attend_messages}
    out, alpha = ways[kernel](conv, h_src, h_dst, edges, attr)
    return out.to(dtype), lambda: alpha().to(dtype)


def attend_in_kernels(
    conv: Any, h_src: Tensor, h_dst: Tensor | None, edges: SortedEdges, attr: Tensor | None
) -> Tensor | None:
    """Attention of both scorings in one kernel, or None where there is none for it."""
    batch, (heads, channels) = h_src.shape[:-3].numel(), h_src.shape[-2:]
    largest = batch * max(edges.num_nodes, edges.num_sources)
    if (
        conv.kernel != "auto"
        or (conv.v2 and attr is not None)
        or h_src.dtype != torch.float32
        or not 0 < channels <= tiles.MOST_CHANNELS
        or not (edges.num_nodes and edges.num_edges and h_src.numel())
        or max(largest, edges.num_edges) > tiles.MOST_PLACES
        or edges.order.device != h_src.device  # torch's own steps say what is wrong with that
        or not has_rules_enough()
    ):
        return None
    left = h_src.reshape(batch, *h_src.shape[-3:])
    right = None if h_dst is None else h_dst.reshape(batch, *h_dst.shape[-3:])
    right = left if h_dst is h_src else right
    att, att_dst = (conv.att, None) if conv.v2 else (conv.att_src, conv.att_dst)
    weights = (att[0].float(), None if att_dst is None else att_dst[0].float())
    extra = _edge_term(conv, attr, edges)
    extra = None if extra is None else extra.float()
    dropout = conv.dropout if conv.training else 0.0

    def run() -> Tensor:
        from gnnlab.kernels.attention import kernel_attention  # it needs Triton

        return kernel_attention(
            left, right, *weights, extra, edges, slope=conv.negative_slope, dropout=dropout
        )

    out = switch.attempt(run)
    return None if out is None else out.view(*h_src.shape[:-3], edges.num_nodes, heads, channels)


def attend_messages(
    conv: Any, h_src: Tensor, h_dst: Tensor | None, edges: SortedEdges | TracedEdges, attr: Tensor | None
) -> tuple[Tensor, Callable[[], Tensor]]:
    """Attention edge by edge, through PyG's hooks."""
    source, target = _nodes_first(h_src, edges), None if h_dst is None else _nodes_first(h_dst, edges)
    scores: dict[str, Any] = {"alpha": (None, None), "x": (source, target)}
    if not conv.v2:
        heard = None if target is None else (target * conv.att_dst).sum(-1)
        scores = {"alpha": ((source * conv.att_src).sum(-1), heard), "x": (None, None)}
    size = (edges.num_sources + edges.num_extra, edges.num_nodes + edges.num_extra)
    alpha = conv.edge_updater(edges.sent, **scores, edge_attr=attr, size=size)
    out = conv.propagate(edges.sent, x=(source, target), alpha=alpha, size=size)

    def listed() -> Tensor:
        kept = alpha if edges.keep is None else alpha * beside(edges.keep, alpha)
        return kept.movedim(0, -2)

    return out[: edges.num_nodes].movedim(0, -3), listed


def _nodes_first(h: Tensor, edges: SortedEdges | TracedEdges) -> Tensor:
    """Bring (..., N, K, O) to (N, ..., K, O), whose first dimension PyG lifts to edges, with the node more if any."""
    h = h.movedim(-3, 0)
    return torch.cat([h, h.new_zeros(edges.num_extra, *h.shape[1:])]) if edges.num_extra else h


def beside(values: Tensor, like: Tensor) -> Tensor:
    """Bring (E', ...) to the dimensions of (E', batch, ...), with 1 for those it has not."""
    return values.view(values.size(0), *[1] * (like.dim() - values.dim()), *values.shape[1:])


def attend_dense(
    conv: Any, h_src: Tensor, h_dst: Tensor | None, edges: SortedEdges, attr: Tensor | None
) -> tuple[Tensor, Callable[[], Tensor]]:
    """Attention of the first scoring as matrices, for a graph without parallel edges."""
    h = h_src.movedim(-2, 0).contiguous()  # (K, ..., M, O)
    source, target = _node_scores(conv, h, h_src, h_dst, edges)
    scores = dense_scores(target, source, edges, conv.negative_slope, _edge_term(conv, attr, edges))
    alpha = F.dropout(masked_softmax(scores, edges), conv.dropout, conv.training)  # (K, ..., N, M)

    def listed() -> Tensor:
        return alpha[..., edges.target, edges.source].movedim(0, -1).index_select(-2, edges.back)

    return (alpha @ h).movedim(0, -2), listed


def attend_sparse(
    conv: Any, h_src: Tensor, h_dst: Tensor | None, edges: SortedEdges, attr: Tensor | None
) -> tuple[Tensor, Callable[[], Tensor]]:
    """Attention of both scorings at the sorted edges, with Z = K x batch matrices."""
    *lead, _, heads, channels = h_src.shape
    batch = h_src.shape[:-3].numel()
    h = h_src.movedim(-2, 0).contiguous()  # (K, ..., M, O)
    if conv.v2 and h_dst is not None:
        weight, rows = None, None
        if attr is not None:
            weight, rows = conv.lin_edge.weight.to(h.dtype), attr[edges.order].to(h.dtype)
        left, right = (part.reshape(batch, -1, heads, channels) for part in (h_src, h_dst))
        scores = pair_scores(left, right, conv.att[0].to(h.dtype), edges, conv.negative_slope, rows, weight)
        scores = scores.permute(2, 0, 1).flatten(0, 1)
    else:
        source, target = (part.flatten(0, -2) for part in _node_scores(conv, h, h_src, h_dst, edges))
        extra = _edge_term(conv, attr, edges)
        if extra is not None:
            extra = extra.repeat_interleave(batch, dim=0)
        scores = edge_scores(target, source, edges, conv.negative_slope, extra)
    alpha = F.dropout(segment_softmax(scores, edges), conv.dropout, conv.training)  # (Z, E')
    flat = h.view(heads * batch, edges.num_sources, channels)
    out = sparse_product(alpha, flat, SparseHeads(edges, alpha))

    def listed() -> Tensor:
        by_row = alpha.view(heads, *lead, edges.num_edges).movedim(0, -1)
        return by_row.index_select(-2, edges.back)

    return out.view(heads, *lead, edges.num_nodes, channels).movedim(0, -2), listed


def _node_scores(
    conv: Any, h: Tensor, h_src: Tensor, h_dst: Tensor | None, edges: SortedEdges
) -> tuple[Tensor, Tensor]:
    """Return a_src · H and a_dst · H, (K, ..., M) and (K, ..., N)."""
    source = _dots(h, conv.att_src)
    if h_dst is h_src:
        return source, _dots(h, conv.att_dst)
    if h_dst is None:
        return source, source.new_zeros(*source.shape[:-1], edges.num_nodes)
    return source, _dots(h_dst.movedim(-2, 0).contiguous(), conv.att_dst)


def _dots(h: Tensor, att: Tensor) -> Tensor:
    heads, channels = h.size(0), h.size(-1)
    flat = h.view(heads, h.shape[1:-1].numel(), channels)
    return torch.bmm(flat, att.to(h.dtype).view(heads, channels, 1)).view(h.shape[:-1]).to(h.dtype)


def _edge_term(conv: Any, attr: Tensor | None, edges: SortedEdges) -> Tensor | None:
    """a_edge · W_e d for each edge (K, E') of the rows, by way of the (K, D) product a_edge W_e."""
    if attr is None:
        return None
    weight = conv.lin_edge.weight.view(conv.heads, conv.out_channels, -1)
    term = torch.einsum("ko,kod->kd", conv.att_edge[0], weight) @ attr[edges.order].t()
    return term
