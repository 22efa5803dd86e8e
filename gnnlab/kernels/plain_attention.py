"""Attention in torch's own steps, with a message for each edge: what the kernels compute, by its definition.

It is taken for gradients of gradients, and where a kernel fails between forward and backward.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch_geometric.utils import softmax

from gnnlab.kernels.attention_inputs import Inputs, Options


def plain_attention(inputs: Inputs, options: Options) -> Tensor:
    """Return Y (B, N, K, O), differentiable any number of times; memory grows with E x K x O."""
    left, right, att, att_dst, extra, keep = inputs
    edges = options.edges
    said = left.index_select(1, edges.source)  # (B, E', K, O)
    if right is not None and att_dst is None:
        scores = (F.leaky_relu(said + right.index_select(1, edges.target), options.slope) * att).sum(-1)
    else:
        scores = (said * att).sum(-1)
        if right is not None and att_dst is not None:
            scores = scores + (right * att_dst).sum(-1).index_select(1, edges.target)
        if extra is not None:
            scores = scores + extra.t()
        scores = F.leaky_relu(scores, options.slope)
    alpha = softmax(scores, edges.target, num_nodes=edges.num_nodes, dim=1)
    if keep is not None:
        alpha = alpha * keep.to(alpha.dtype) * options.scale
    out = left.new_zeros(left.size(0), edges.num_nodes, *left.shape[2:])
    return out.index_add(1, edges.target, alpha.unsqueeze(-1) * said)


def plain_gradients(grad: Tensor, inputs: Inputs, options: Options) -> tuple[Tensor | None, ...]:
    """Return the gradients of left, right (None where it is left), att, att_dst and extra."""
    with torch.enable_grad():
        own, asked = _own(inputs, options.shared)
        found = iter(torch.autograd.grad(plain_attention(own, options), asked, grad))
    return _placed(found, inputs, options.shared)


def second_gradients(
    outer: tuple[Tensor | None, ...], grad: Tensor, inputs: Inputs, options: Options
) -> tuple[Tensor | None, ...]:
    """Return the gradients of grad, left, right, att, att_dst and extra, of those of `plain_gradients`.

    Args:
        outer: What the result depends on each of those by.
        grad, inputs, options: As for `plain_gradients`.
    """
    further = torch.is_grad_enabled()
    with torch.enable_grad():
        own, asked = _own(inputs, options.shared)
        grad = _apart(grad)
        first = torch.autograd.grad(plain_attention(own, options), asked, grad, create_graph=True)
        pairs = [
            (part, by)
            for part, by in zip(_placed(iter(first), inputs, options.shared), outer)
            if part is not None and by is not None
        ]
        second = torch.autograd.grad(
            [part for part, _ in pairs],
            [grad, *asked],
            [by for _, by in pairs],
            create_graph=further,
            materialize_grads=True,
        )
    return second[0], *_placed(iter(second[1:]), inputs, options.shared)


def _own(inputs: Inputs, shared: bool) -> tuple[Inputs, list[Tensor]]:
    """Return the inputs by names of their own, so that what one owes to another isn't counted, and a list of them."""
    own: list[Any] = [None if part is None else _apart(part) for part in inputs[:5]]
    if shared:
        own[1] = own[0]
    asked = [part for place, part in enumerate(own) if part is not None and not (shared and place == 1)]
    return inputs._replace(**dict(zip(inputs._fields, own))), asked


def _apart(part: Tensor) -> Tensor:
    return part.view_as(part) if part.requires_grad else part.detach().requires_grad_()


def _placed(found: Iterator[Tensor], inputs: Inputs, shared: bool) -> tuple[Tensor | None, ...]:
    """Put gradients where their inputs stand."""
    return tuple(
        None if part is None or (shared and place == 1) else next(found)
        for place, part in enumerate(inputs[:5])
    )
