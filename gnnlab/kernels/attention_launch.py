"""Start the kernels of attention: one launch forward, two backward, and two more for the hubs of a graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gnnlab.kernels.attention_backward import attend_backward_sources, attend_backward_targets
from gnnlab.kernels.attention_forward import attend_forward
from gnnlab.kernels.attention_inputs import Inputs, Options
from gnnlab.kernels.tiles import attention_tile


class Attended(NamedTuple):
    """Y (B, N, K, O), log Σ exp(s) (B, N, K), and a_dst · Hᵢ (B, N, K), which has no entries for the second scoring."""

    out: Tensor
    log_sum: Tensor
    heard: Tensor


def attended(inputs: Inputs, options: Options) -> Attended:
    """Return what attention gives, and what its gradients are made of."""
    left, edges = inputs.left, options.edges
    out = left.new_empty(left.size(0), edges.num_nodes, *left.shape[2:])
    log_sum = left.new_empty(out.shape[:-1])
    heard = left.new_empty(0) if inputs.is_v2 else torch.empty_like(log_sum)
    known = (edges.rowptr, edges.column, out, log_sum, _filled(heard))
    _launch(attend_forward, inputs, known, options, edges.num_nodes, edges.row_hubs)
    return Attended(out, log_sum, heard)


def gradients(grad: Tensor, inputs: Inputs, found: Attended, options: Options) -> tuple[Tensor | None, ...]:
    """Return the gradients of left, right (None where it is left), att, att_dst and extra."""
    left, right, extra, edges = inputs.left, inputs.right, inputs.extra, options.edges
    v2, shared = inputs.is_v2, options.shared
    log_sum, heard = found.log_sum, _filled(found.heard)
    delta, d_left = torch.empty_like(log_sum), torch.empty_like(left)
    d_right = None if right is None else torch.empty_like(right)
    d_extra = None if extra is None else extra.new_empty(left.size(0), *extra.shape)
    # A part for each node, of the gradients of a_src and a_dst, or of the one a. Two of one size are summed at once.
    both = left.new_empty(2, *left.shape) if shared and not v2 else None
    of_sources, of_targets = (None, None) if both is None else both
    if both is None:
        of_sources = None if v2 else torch.empty_like(left)
        of_targets = None if right is None else torch.empty_like(right)
    known: tuple[Any, ...] = (edges.rowptr, edges.column, found.out, log_sum, heard, grad, delta)
    known = (*known, d_right, d_extra, of_targets)
    _launch(attend_backward_targets, inputs, known, options, edges.num_nodes, edges.row_hubs)
    known = (edges.colptr, edges.row, edges.flip, log_sum, heard, grad, delta)
    known = (*known, d_right if shared else None, d_left, of_sources)
    _launch(attend_backward_sources, inputs, known, options, edges.num_sources, edges.column_hubs)
    if both is not None:
        sums = list(both.sum((1, 2)))
    else:
        sums = [None if parts is None else parts.sum((0, 1)) for parts in (of_sources, of_targets)]
    d_att, d_att_dst = sums[::-1] if v2 else sums
    return d_left, None if shared else d_right, d_att, d_att_dst, None if d_extra is None else d_extra.sum(0)


def _filled(values: Tensor) -> Tensor | None:
    return values if values.numel() else None


def _launch(
    kernel: Any,
    inputs: Inputs,
    known: Sequence[Any],
    options: Options,
    nodes: int,
    hubs: tuple[Tensor, Tensor] | None,
) -> None:
    """Start a kernel for all nodes at one end of the edges; where some are hubs, for these in a launch of its own."""
    edges, (batch, _, heads, channels) = options.edges, inputs.left.shape
    given = inputs if kernel is not attend_backward_sources else inputs.without_att_dst
    groups = [(None, nodes)] if hubs is None else [(listed, listed.numel()) for listed in hubs]
    for place, (listed, count) in enumerate(groups):
        if count == 0:
            continue
        tile = attention_tile(heads, channels, hub=place == 1)
        sizes = (heads, count, edges.num_nodes, edges.num_sources, edges.num_edges)
        with torch.cuda.device_of(inputs.left):
            kernel[(batch * count, -(-heads // tile.heads))](
                *given,
                listed,
                *known,
                *sizes,
                options.slope,
                options.scale,
                V2=inputs.is_v2,
                CHANNELS=channels,
                TILE_E=tile.edges,
                TILE_K=tile.heads,
                TILE_O=tile.channels,
                num_warps=tile.warps,
            )
