"""A linear recurrence over time, step by step or by doubling, forwards or backwards.

h(t) = a(t) ⊙ h(t-1) + b(t) has no nonlinearity between two steps, so steps can be taken together: two steps are one
with the coefficient a(t) a(t-1). Doubling how far each position has seen (Hillis & Steele 1986) ends after log2 T
rounds; it multiplies coefficients and never divides by them, so that none of them may be too small. Its gradient is
the same recurrence in the other direction.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def linear_recurrence(a: Tensor, b: Tensor, start: Tensor, *, doubling: bool, traced: bool = False) -> Tensor:
    """All h(t) = a(t) ⊙ h(t-1) + b(t), with h(0) = ``start``; differentiable any number of times.

    Args:
        a: the coefficients, real or complex; one step of them if they are the same at all steps.
        b: what each step adds.
        start: the state before the first step.
        doubling: log2 T rounds over all steps, for a machine that does a whole round at once; T steps otherwise,
            which do less work.
        traced: leave the derivative to torch, so that torch.func and torch.compile can follow.

    Shapes:
        - **a**: (T, B, H), or (1, 1, H) for a constant; **b**: (T, B, H); **start**: (B, H)
        - returns (T, B, H)
    """
    # The start is a step of its own; a(t) is the link from the step before.
    b = torch.cat([start.unsqueeze(0), b])  # (T + 1, B, H)
    if traced:
        h = _by_doubling(a, b, False) if doubling else _by_plain_steps(a, b)
    else:
        h = _Recurrence.apply(a, b, doubling, False)
    return h[1:]


class _Recurrence(torch.autograd.Function):
    """h(t) = b(t) + a(t) ⊙ h(t-1), and backwards h(t) = b(t) + a(t+1) ⊙ h(t+1): each is the other's transpose."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor, doubling: bool, backwards: bool) -> Tensor:
        h = _by_doubling(a, b, backwards) if doubling else _by_steps(a, b, backwards)
        ctx.doubling, ctx.backwards = doubling, backwards
        ctx.save_for_backward(a, h)
        return h

    @staticmethod
    def backward(ctx: Any, dh: Tensor) -> tuple[Tensor | None, ...]:
        a, h = ctx.saved_tensors
        db = _Recurrence.apply(a.conj(), dh, ctx.doubling, not ctx.backwards)
        da = None
        if ctx.needs_input_grad[0]:
            da = db[:-1] * h[1:].conj() if ctx.backwards else db[1:] * h[:-1].conj()
            da = da.sum_to_size(a.shape)
        return da, db, None, None


def _by_plain_steps(a: Tensor, b: Tensor) -> Tensor:
    states = [b[0]]
    for a_t, b_t in zip(a.expand(len(b) - 1, *a.shape[1:]).unbind(0), b[1:].unbind(0)):
        states.append(a_t * states[-1] + b_t)
    return torch.stack(states)


def _by_steps(a: Tensor, b: Tensor, backwards: bool) -> Tensor:
    """The same in place, not differentiable."""
    links = len(b) - 1
    h = torch.empty_like(b, memory_format=torch.contiguous_format)
    a_t, b_t, h_t = a.expand(links, *b.shape[1:]).unbind(0), b.unbind(0), h.unbind(0)
    if backwards:
        h_t[links].copy_(b_t[links])
        for t in reversed(range(links)):
            torch.addcmul(b_t[t], a_t[t], h_t[t + 1], out=h_t[t])
    else:
        h_t[0].copy_(b_t[0])
        for t in range(links):
            torch.addcmul(b_t[t + 1], a_t[t], h_t[t], out=h_t[t + 1])
    return h


def _by_doubling(a: Tensor, h: Tensor, backwards: bool) -> Tensor:
    """Each round adds what lies d steps away, times the product of the d coefficients in between."""
    steps, d, constant = len(h), 1, len(a) == 1
    if constant:  # its powers are few numbers, and squaring doubles their rounding errors
        a = a.to(torch.promote_types(a.dtype, torch.float64))
    while d < steps:
        link = a.to(h.dtype)
        parts = [h[:-d] + link * h[d:], h[-d:]] if backwards else [h[:d], h[d:] + link * h[:-d]]
        h = torch.cat(parts)
        # a[j] spans the d links from j on; two of them side by side span 2d.
        a = a * a if constant else a[d:] * a[:-d]
        d *= 2
    return h
