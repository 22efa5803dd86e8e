"""Scores of the second kind of graph attention, computed a block of edges at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gnnlab.layers.sorted_edges import SortedEdges

#: Numbers held at a time: a block has this many divided by the channels of all heads and batches.
BLOCK_NUMBERS = 1_000_000


class PairScores(torch.autograd.Function):
    """s[b, e, k] = a[k] · leaky_relu(l[b, source(e), k] + r[b, target(e), k] + W d[e]).

    The sum inside has E x K x O numbers. It is made block by block, forward and again backward, and never
    kept.
    """

    @staticmethod
    def forward(
        ctx: Any,
        left: Tensor,  # (B, N, K, O), what a source says
        right: Tensor,  # (B, N, K, O), what a target says
        att: Tensor,  # (K, O)
        attr: Tensor | None,  # (E', D), in the order of the rows
        weight: Tensor | None,  # (K O, D)
        edges: SortedEdges,
        slope: float,
    ) -> Tensor:  # (B, E', K)
        ctx.edges, ctx.slope = edges, slope
        ctx.save_for_backward(left, right, att, attr, weight)
        blocks = [
            (F.leaky_relu(z, slope) * att).sum(-1) for _, z in _blocks(left, right, attr, weight, edges)
        ]
        empty = left.new_zeros(left.size(0), 0, left.size(2))
        return torch.cat(blocks, dim=1) if blocks else empty

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        if torch.is_grad_enabled():  # so it is under create_graph=True only
            raise RuntimeError(
                "v2 attention has no second derivatives here; make the layer with kernel='message'"
            )
        left, right, att, attr, weight = ctx.saved_tensors
        edges = ctx.edges
        d_left, d_right, d_att = torch.zeros_like(left), torch.zeros_like(right), torch.zeros_like(att)
        d_attr = None if attr is None else torch.zeros_like(attr)
        d_weight = None if weight is None else torch.zeros_like(weight)
        for block, z in _blocks(left, right, attr, weight, edges):
            g = grad[:, block].unsqueeze(-1)  # (B, e, K, 1)
            d_att += (g * F.leaky_relu(z, ctx.slope)).sum((0, 1))
            dz = torch.where(z > 0, 1.0, ctx.slope).to(z.dtype) * g * att  # (B, e, K, O)
            d_left.index_add_(1, edges.source[block], dz)
            d_right.index_add_(1, edges.target[block], dz)
            if d_attr is not None and d_weight is not None:
                flat = dz.sum(0).flatten(1)  # (e, K O)
                d_attr[block] = flat @ weight
                d_weight += flat.t() @ attr[block]
        return d_left, d_right, d_att, d_attr, d_weight, None, None


def _blocks(
    left: Tensor, right: Tensor, attr: Tensor | None, weight: Tensor | None, edges: SortedEdges
) -> Iterator[tuple[slice, Tensor]]:
    batch, _, heads, channels = left.shape
    step = max(1, BLOCK_NUMBERS // max(1, batch * heads * channels))
    for start in range(0, edges.num_edges, step):
        block = slice(start, start + step)
        z = left.index_select(1, edges.source[block]) + right.index_select(1, edges.target[block])
        if attr is not None and weight is not None:
            z = z + (attr[block] @ weight.t()).view(1, -1, heads, channels)
        yield block, z


def pair_scores(
    left: Tensor,
    right: Tensor,
    att: Tensor,
    edges: SortedEdges,
    slope: float,
    attr: Tensor | None = None,
    weight: Tensor | None = None,
) -> Tensor:
    """Return (B, E', K) scores in the order of the rows, with memory that does not grow with E x K x O."""
    return PairScores.apply(left, right, att, attr, weight, edges, slope)
