"""The time loop for cells without a torch kernel, with backward through time written by hand.

One mechanism for all cells: a cell gives one step (:class:`FusedStep`), and :func:`scan` adds the loop, the
time gate, the memory and the gradients. Three things make it fast. The input's products are done before
the loop. The derivatives of the nonlinearities, which are cheap while a step's values are in the cache, are
kept from the forward pass, so that a step backwards is a few products. The gradients of the weights are one
product over all steps after the loop, not one per step.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import torch
from torch import Tensor

from seq.layers.layer import State
from seq.layers.products import times_transposed


class FusedStep(ABC):
    """One step of a cell and its derivative.

    Built once a call from the cell's ``scan_weights()``; detached tensors, nothing here is recorded.

    Attributes:
        kept: how many (B, H) blocks a step keeps for its derivative.
    """

    kept: ClassVar[int]

    @abstractmethod
    def __init__(self, *weights: Tensor) -> None: ...

    @abstractmethod
    def forward(self, x: Tensor, old: State, new: State, keep: Tensor | None) -> None:
        """Write the proposed state into ``new``, from x (B, gates * H) = W_x x(t) + b and the old state.

        Fills ``keep`` (B, kept * H), when given, with what :meth:`backward` needs.
        """

    @abstractmethod
    def backward(self, grads: State, keep: Tensor, dx: Tensor) -> State:
        """The gradients of the old state, from those of the proposed one; fills ``dx`` (B, gates * H)."""

    @abstractmethod
    def weight_gradients(self, dx: Tensor, old: State, new: State, keep: Tensor) -> tuple[Tensor, ...]:
        """The gradients of the weights from all steps: every argument is (T * B, ...)."""


def scan(
    step: type[FusedStep],
    x: Tensor,
    weight_x: Tensor,
    bias: Tensor,
    weights: tuple[Tensor, ...],
    state: State,
    gate: Tensor | None = None,
) -> tuple[Tensor, State]:
    """Run a step over time: s(t) = k(t) ⊙ step(W_x x(t) + b, s(t-1)) + (1 - k(t)) ⊙ s(t-1).

    Differentiable once, in every tensor; the plain loop of a cell (``kernel="loop"``) is differentiable any
    number of times.

    Args:
        step: the cell's step.
        x: the input.
        weight_x, bias: W_x and b of all gates.
        weights: what the step is built from.
        state: the tensors before the first step.
        gate: k, or None for 1.

    Shapes:
        - **x**: (T, B, I); **state**: each (B, H); **gate**: (T, B or 1, H or 1)
        - **weight_x**: (gates * H, I); **bias**: (gates * H,)
        - returns outputs (T, B, H) and the state after the last step
    """
    outputs, *state_after = _Scan.apply(step, len(state), gate, x, weight_x, bias, *state, *weights)
    return outputs, tuple(state_after)


class _Scan(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        step_type: type[FusedStep],
        parts: int,
        gate: Tensor | None,
        x: Tensor,
        weight_x: Tensor,
        bias: Tensor,
        *tensors: Tensor,
    ) -> tuple[Tensor, ...]:
        state, weights = tensors[:parts], tensors[parts:]
        T, B, I = x.shape
        H = state[0].shape[1]
        z = times_transposed(x.reshape(T * B, I), weight_x).add_(bias).view(T, B, -1)  # (T, B, gates * H)
        # states[j][t] is the state before step t; without a gate the proposals are the states after it.
        states = [s.new_empty(T + 1, B, H) for s in state]
        proposals = [s[1:] if gate is None else s.new_empty(T, B, H) for s in states]
        keep = x.new_empty(T, B, step_type.kept * H) if any(ctx.needs_input_grad) else None
        for history, s in zip(states, state):
            history[0] = s
        _forward_loop(step_type(*weights), z, gate, states, proposals, keep)
        if keep is not None:
            ctx.step_type, ctx.parts, ctx.z_shape = step_type, parts, z.shape
            ctx.save_for_backward(gate, keep, x, weight_x, *states, *proposals, *weights)
        # Copies, because a caller may change outputs in place and the histories are needed as they are.
        return states[0][1:].clone(), *(history[T].clone() for history in states)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        if torch.is_grad_enabled():  # so it is under create_graph=True only
            raise RuntimeError("second derivatives need the plain loop: build the layer with kernel='loop'")
        gate, keep, x, weight_x, *saved = ctx.saved_tensors
        n = ctx.parts
        states, proposals, weights = saved[:n], saved[n : 2 * n], saved[2 * n :]
        step = ctx.step_type(*weights)
        dz = keep.new_empty(ctx.z_shape)
        dgate = torch.empty_like(grads[0]) if gate is not None and ctx.needs_input_grad[2] else None
        dstate = _backward_loop(step, gate, states, proposals, keep, grads[0], grads[1:], dz, dgate)
        old = tuple(history[:-1].flatten(0, 1) for history in states)
        new = tuple(proposal.flatten(0, 1) for proposal in proposals)
        # One product over all steps for each matrix.
        dz = dz.flatten(0, 1)
        dweights = step.weight_gradients(dz, old, new, keep.flatten(0, 1))
        dweight_x = times_transposed(dz.t(), x.flatten(0, 1).t())
        dx = times_transposed(dz, weight_x.t()).view(x.shape) if ctx.needs_input_grad[3] else None
        if dgate is not None:
            dgate = dgate.sum_to_size(gate.shape)
        return None, None, dgate, dx, dweight_x, dz.sum(0), *dstate, *dweights


def _forward_loop(
    step: FusedStep,
    z: Tensor,
    gate: Tensor | None,
    states: list[Tensor],
    proposals: list[Tensor],
    keep: Tensor | None,
) -> None:
    T = z.shape[0]
    states_t = list(zip(*(history.unbind(0) for history in states)))
    proposals_t = list(zip(*(proposal.unbind(0) for proposal in proposals)))
    z_t = z.unbind(0)
    keep_t = [None] * T if keep is None else keep.unbind(0)
    gate_t = None if gate is None else gate.unbind(0)
    for t in range(T):
        step.forward(z_t[t], states_t[t], proposals_t[t], keep_t[t])
        if gate_t is not None:
            for old, proposal, new in zip(states_t[t], proposals_t[t], states_t[t + 1]):
                torch.lerp(old, proposal, gate_t[t], out=new)


def _backward_loop(
    step: FusedStep,
    gate: Tensor | None,
    states: list[Tensor],
    proposals: list[Tensor],
    keep: Tensor,
    doutputs: Tensor,
    dstate: tuple[Tensor, ...],
    dz: Tensor,
    dgate: Tensor | None,
) -> tuple[Tensor, ...]:
    """Fill ``dz`` and ``dgate`` from the last step to the first; the gradient of the initial state."""
    keep_t, dz_t, doutputs_t = keep.unbind(0), dz.unbind(0), doutputs.unbind(0)
    for t in reversed(range(dz.shape[0])):
        dstate = (dstate[0] + doutputs_t[t], *dstate[1:])
        if gate is None:
            dstate = step.backward(dstate, keep_t[t], dz_t[t])
            continue
        if dgate is not None:
            dk = dgate[t].zero_()
            for d, new, old in zip(dstate, proposals, states):
                dk.addcmul_(d, new[t] - old[t])
        k = gate[t]
        dproposal = tuple(d * k for d in dstate)
        through = step.backward(dproposal, keep_t[t], dz_t[t])
        dstate = tuple((d - dp).add_(g) for d, dp, g in zip(dstate, dproposal, through))
    return dstate
