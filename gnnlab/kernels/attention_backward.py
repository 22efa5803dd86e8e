"""Gradients of attention over sorted edges: a pass over the targets, then one over the sources, no atomics.

With D_i = dYᵢ · Yᵢ, dsᵢⱼ = αᵢⱼ (mᵢⱼ dYᵢ · Hⱼ - D_i), where m is what dropout multiplies with. α is made anew from
the scores and the log of their sum. The gradient of `att` is written as a part for each node, to be summed.
"""

import triton
import triton.language as tl

from gnnlab.kernels.attention_steps import (
    edge_inputs,
    far_rows,
    kept,
    leaky,
    leaky_slope,
    own_node,
    own_places,
)


@triton.jit(
    do_not_specialize=["num_heads", "num_listed", "num_targets", "num_sources", "num_edges"],
    do_not_specialize_on_alignment=["d_att"],  # it may be the second half of a tensor
)
def attend_backward_targets(
    left,
    right,
    att,
    att_dst,
    extra,
    keep,
    listed,
    starts,
    column,
    out,
    log_sum,
    heard,
    grad,  # (B, N, K, O), dY
    delta,  # (B, N, K), D
    d_right,  # (B, N, K, O), or None
    d_extra,  # (B, K, E'), or None
    d_att,  # (B, N, K, O), parts of the gradient of a_dst, or of a where V2; or None
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
    """Fill `delta`, `d_right`, `d_extra` and `d_att`. The other arguments are those of `attend_forward`."""
    width = num_heads * CHANNELS
    node, batch = own_node(listed, num_listed, num_targets)
    head, is_head, place, inside = own_places(num_heads, CHANNELS, TILE_K, TILE_O)
    a = tl.load(att + place, mask=inside, other=0.0)
    row = batch * num_targets + node
    wanted = tl.load(grad + row * width + place, mask=inside, other=0.0)
    inner = tl.sum(wanted * tl.load(out + row * width + place, mask=inside, other=0.0), axis=1)
    tl.store(delta + row * num_heads + head, inner, mask=is_head)
    log_total = tl.load(log_sum + row * num_heads + head, mask=is_head, other=0.0)
    if right is not None:
        own = tl.load(right + row * width + place, mask=inside, other=0.0)
    if V2:
        d_own = tl.zeros((TILE_E, TILE_K, TILE_O), tl.float32)
        d_a = tl.zeros((TILE_E, TILE_K, TILE_O), tl.float32)
    else:
        mine = tl.load(heard + row * num_heads + head, mask=is_head, other=0.0)
        d_mine = tl.zeros((TILE_E, TILE_K), tl.float32)

    last = tl.load(starts + node + 1)
    for first in range(tl.load(starts + node), last, TILE_E):
        edge = (first + tl.arange(0, TILE_E)).to(tl.int64)
        valid = edge < last
        source = tl.load(column + edge, mask=valid, other=0).to(tl.int64)
        said = far_rows(left, batch * num_sources + source, valid, place, inside, width)
        if V2:
            z = said + own[None, :, :]
            score = tl.sum(leaky(z, slope) * a[None, :, :], axis=2)
        else:
            u = edge_inputs(said, mine[None, :], a, extra, edge, head, valid, is_head, num_edges)
            score = leaky(u, slope)
        alpha = tl.exp(tl.where(valid[:, None], score - log_total[None, :], float("-inf")))
        d_alpha = tl.sum(said * wanted[None, :, :], axis=2)
        if keep is not None:
            d_alpha *= kept(keep, batch, edge, head, valid, is_head, num_edges, scale, num_heads)
        d_score = alpha * (d_alpha - inner[None, :])
        if V2:
            d_own += d_score[:, :, None] * leaky_slope(z, slope) * a[None, :, :]
            d_a += d_score[:, :, None] * leaky(z, slope)
        else:
            d_u = d_score * leaky_slope(u, slope)
            d_mine += d_u
            if d_extra is not None:
                at = (batch * num_heads + head)[None, :] * num_edges + edge[:, None]
                tl.store(d_extra + at, d_u, mask=valid[:, None] & is_head[None, :])

    if V2:
        tl.store(d_right + row * width + place, tl.sum(d_own, axis=0), mask=inside)
        tl.store(d_att + row * width + place, tl.sum(d_a, axis=0), mask=inside)
    elif right is not None:
        d_heard = tl.sum(d_mine, axis=0)[:, None]
        a_dst = tl.load(att_dst + place, mask=inside, other=0.0)
        tl.store(d_right + row * width + place, d_heard * a_dst, mask=inside)
        tl.store(d_att + row * width + place, d_heard * own, mask=inside)


@triton.jit(
    do_not_specialize=["num_heads", "num_listed", "num_targets", "num_sources", "num_edges"],
    do_not_specialize_on_alignment=["d_att"],  # it may be the second half of a tensor
)
def attend_backward_sources(
    left,
    right,
    att,
    extra,
    keep,
    listed,
    starts,  # (M + 1,), of the columns
    target,  # (E',), the other end of each edge of the columns
    flip,  # (E',), its place in the rows
    log_sum,
    heard,
    grad,
    delta,
    d_right,  # what the other pass wrote, where right is left; or None
    d_left,  # (B, M, K, O)
    d_att,  # (B, M, K, O), parts of the gradient of a_src; or None where V2
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
    """Fill `d_left` and `d_att`, after `attend_backward_targets`."""
    width = num_heads * CHANNELS
    node, batch = own_node(listed, num_listed, num_sources)
    head, is_head, place, inside = own_places(num_heads, CHANNELS, TILE_K, TILE_O)
    a = tl.load(att + place, mask=inside, other=0.0)
    row = batch * num_sources + node
    own = tl.load(left + row * width + place, mask=inside, other=0.0)
    d_own = tl.zeros((TILE_E, TILE_K, TILE_O), tl.float32)
    if not V2:
        d_mine = tl.zeros((TILE_E, TILE_K), tl.float32)

    last = tl.load(starts + node + 1)
    for first in range(tl.load(starts + node), last, TILE_E):
        turned = (first + tl.arange(0, TILE_E)).to(tl.int64)
        valid = turned < last
        far = batch * num_targets + tl.load(target + turned, mask=valid, other=0).to(tl.int64)
        edge = turned
        if extra is not None or keep is not None:
            edge = tl.load(flip + turned, mask=valid, other=0)
        scalars = far[:, None] * num_heads + head[None, :]
        both = valid[:, None] & is_head[None, :]
        if V2:
            z = far_rows(right, far, valid, place, inside, width) + own[None, :, :]
            score = tl.sum(leaky(z, slope) * a[None, :, :], axis=2)
        else:
            theirs = tl.load(heard + scalars, mask=both, other=0.0)
            u = edge_inputs(own[None, :, :], theirs, a, extra, edge, head, valid, is_head, num_edges)
            score = leaky(u, slope)
        log_total = tl.load(log_sum + scalars, mask=both, other=0.0)
        alpha = tl.exp(tl.where(valid[:, None], score - log_total, float("-inf")))
        wanted = far_rows(grad, far, valid, place, inside, width)
        d_alpha = tl.sum(wanted * own[None, :, :], axis=2)
        passed = alpha
        if keep is not None:
            factor = kept(keep, batch, edge, head, valid, is_head, num_edges, scale, num_heads)
            d_alpha *= factor
            passed *= factor
        d_score = alpha * (d_alpha - tl.load(delta + scalars, mask=both, other=0.0))
        d_own += passed[:, :, None] * wanted
        if V2:
            d_own += d_score[:, :, None] * leaky_slope(z, slope) * a[None, :, :]
        else:
            d_mine += d_score * leaky_slope(u, slope)

    result = tl.sum(d_own, axis=0)
    if not V2:
        d_said = tl.sum(d_mine, axis=0)[:, None]
        result += d_said * a
        tl.store(d_att + row * width + place, d_said * own, mask=inside)
    if d_right is not None:
        result += tl.load(d_right + row * width + place, mask=inside, other=0.0)
    tl.store(d_left + row * width + place, result, mask=inside)
