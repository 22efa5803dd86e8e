"""Attention over sorted edges in one kernel: scores, softmax and sum, one program a target node."""

import triton
import triton.language as tl

from gnnlab.kernels.attention_steps import (
    edge_inputs,
    far_rows,
    kept,
    leaky,
    own_node,
    own_places,
)


@triton.jit(do_not_specialize=["num_heads", "num_listed", "num_targets", "num_sources", "num_edges"])
def attend_forward(
    left,  # (B, M, K, O), what sources say
    right,  # (B, N, K, O), what targets say, or None
    att,  # (K, O), a, or a_src
    att_dst,  # (K, O), or None
    extra,  # (K, E'), or None
    keep,  # (B, E', K), 0 or 1, or None
    listed,  # nodes to go through, or None: all
    starts,  # (N + 1,)
    column,  # (E',)
    out,  # (B, N, K, O)
    log_sum,  # (B, N, K), log Σ exp(s)
    heard,  # (B, N, K), a_dst · Hᵢ, or None where V2
    num_heads,
    num_listed,
    num_targets,
    num_sources,
    num_edges,
    slope,
    scale,
    V2: tl.constexpr,
    CHANNELS: tl.constexpr,
    TILE_E: tl.constexpr,
    TILE_K: tl.constexpr,
    TILE_O: tl.constexpr,
):
    """Fill `out`, and what the backward kernels need. Each lane of TILE_E keeps a maximum and sums of its own.

    So nothing passes between lanes until the end, where they are brought to one maximum and added.
    """
    width = num_heads * CHANNELS
    node, batch = own_node(listed, num_listed, num_targets)
    head, is_head, place, inside = own_places(num_heads, CHANNELS, TILE_K, TILE_O)
    a = tl.load(att + place, mask=inside, other=0.0)
    row = batch * num_targets + node
    if right is not None:
        own = tl.load(right + row * width + place, mask=inside, other=0.0)
    if not V2:
        mine = tl.zeros((TILE_K,), tl.float32)
        if right is not None:
            mine = tl.sum(own * tl.load(att_dst + place, mask=inside, other=0.0), axis=1)
        tl.store(heard + row * num_heads + head, mine, mask=is_head)

    top = tl.full((TILE_E, TILE_K), -3.0e38, tl.float32)  # finite: no lane subtracts infinity from infinity
    total = tl.zeros((TILE_E, TILE_K), tl.float32)
    sums = tl.zeros((TILE_E, TILE_K, TILE_O), tl.float32)
    last = tl.load(starts + node + 1)
    for first in range(tl.load(starts + node), last, TILE_E):
        edge = (first + tl.arange(0, TILE_E)).to(tl.int64)
        valid = edge < last
        source = tl.load(column + edge, mask=valid, other=0).to(tl.int64)
        said = far_rows(left, batch * num_sources + source, valid, place, inside, width)
        if V2:
            score = tl.sum(leaky(said + own[None, :, :], slope) * a[None, :, :], axis=2)
        else:
            u = edge_inputs(said, mine[None, :], a, extra, edge, head, valid, is_head, num_edges)
            score = leaky(u, slope)
        score = tl.where(valid[:, None], score, float("-inf"))
        peak = tl.maximum(top, score)
        shrink = tl.exp(top - peak)
        part = tl.exp(score - peak)
        total = total * shrink + part
        if keep is not None:
            part *= kept(keep, batch, edge, head, valid, is_head, num_edges, scale, num_heads)
        sums = sums * shrink[:, :, None] + part[:, :, None] * said
        top = peak

    peak = tl.max(top, axis=0)  # (K,)
    shrink = tl.exp(top - peak[None, :])
    whole = tl.sum(total * shrink, axis=0)
    whole = tl.where(whole == 0, 1.0, whole)  # a node that hears nothing
    result = tl.sum(sums * shrink[:, :, None], axis=0) / whole[:, None]
    tl.store(out + row * width + place, result, mask=inside)
    tl.store(log_sum + row * num_heads + head, peak + tl.log(whole), mask=is_head)
