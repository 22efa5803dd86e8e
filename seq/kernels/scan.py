"""The recurrence as one differentiable function, which ``torch.func`` can batch over seeds."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from seq.kernels import launch
from seq.kernels.equations.equations import Equations
from seq.layers.layer import State


def kernel_scan(
    equations: Equations,
    z: Tensor,
    weight: Tensor,
    vectors: Tensor | None,
    gate: Tensor | None,
    state: State,
) -> tuple[Tensor, State]:
    """Run a cell over time in one launch, and back in another: s(t) = k(t) ⊙ step(z(t), s(t-1)) + (1 - k(t)) ⊙ s(t-1).

    Differentiable once, in every tensor. Under ``torch.func.vmap`` the batch dimensions become seeds of one launch;
    a tensor that has none is shared by all.

    Args:
        z: inputs of the gates, W_x x + b.
        weight: W_h.
        vectors: the cell's vectors, or None.
        gate: k, or None for 1.
        state: the tensors before the first step.

    Shapes:
        - **z**: (T, B, G * H); **weight**: (R * H, H); **vectors**: (V, H); **gate**: (T, B, H)
        - **state**: each (B, H)
        - returns outputs (T, B, H) and the state after the last step
    """
    one_seed = (
        None if tensor is None else tensor.unsqueeze(0) for tensor in (z, weight, vectors, gate, *state)
    )
    outputs, *rest = _Scan.apply(equations, *one_seed)
    return outputs[0], tuple(after[0] for after in rest[: len(state)])


class _Scan(torch.autograd.Function):
    """(equations, z, weight, vectors, gate, *state) -> outputs, state after, and what the way back needs.

    Every tensor has a dimension of seeds in front, K or 1 as :func:`seq.kernels.launch.forward` says.
    """

    @staticmethod
    def forward(
        equations: Equations,
        z: Tensor,
        weight: Tensor,
        vectors: Tensor | None,
        gate: Tensor | None,
        *state: Tensor,
    ) -> tuple[Tensor | None, ...]:
        z, weight, vectors, gate = (_dense(tensor) for tensor in (z, weight, vectors, gate))
        rows = launch.rows_of_a_program(z.shape[0], z.shape[2], z.device)
        launch.prove(equations, weight, vectors, gate is not None, rows)
        histories, values, mixed = launch.forward(equations, z, weight, vectors, gate, state, rows)
        # Copies, because a caller may change outputs in place and the histories are needed as they are.
        after = (history[:, -1].clone() for history in histories)
        return histories[0][:, 1:].clone(), *after, *histories, values, mixed

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor | None, ...]) -> None:
        equations, _, weight, vectors, gate, *_ = inputs
        # What is kept counts as differentiable, and so leads a second derivative to the place that refuses it.
        ctx.set_materialize_grads(False)  # there are none for most of the outputs, which are large
        ctx.save_for_backward(weight, vectors, gate, *output[1 + equations.state_size :])
        ctx.equations = equations

    @staticmethod
    def backward(ctx: Any, doutputs: Tensor | None, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        equations = ctx.equations
        weight, vectors, gate, *kept = ctx.saved_tensors
        *histories, values, mixed = kept
        before = [history[:, :-1] for history in histories]
        if doutputs is None:
            doutputs = torch.zeros_like(before[0])
        dstate = [torch.zeros_like(s[:, 0]) if d is None else d for s, d in zip(before, grads)]
        dz, dgate, *dstate = _ScanBackward.apply(
            equations, weight, vectors, gate, values, doutputs, *histories, *dstate
        )
        dweight = _weight_gradient(equations, dz, before, mixed) if ctx.needs_input_grad[2] else None
        dvectors = None
        if vectors is not None and ctx.needs_input_grad[3]:
            dvectors = equations.vector_gradients(dz, values, before[1]).sum_to_size(vectors.shape)
        if dweight is not None:
            dweight = dweight.sum_to_size(weight.shape)
        if dgate is not None:
            dgate = dgate.sum_to_size(gate.shape)
        return None, dz, dweight, dvectors, dgate, *dstate

    @staticmethod
    def vmap(
        info: Any, in_dims: tuple[int | None, ...], equations: Equations, *tensors: Tensor | None
    ) -> tuple[tuple[Tensor | None, ...], tuple[int | None, ...]]:
        K = info.batch_size
        folded = _fold(K, tensors, in_dims[1:], shared=(1, 2, 3))
        return _unfold(K, _Scan.apply(equations, *folded))


class _ScanBackward(torch.autograd.Function):
    """(equations, weight, vectors, gate, values, doutputs, *histories, *dstate) -> dz, dgate, *dstate."""

    @staticmethod
    def forward(
        equations: Equations,
        weight: Tensor,
        vectors: Tensor | None,
        gate: Tensor | None,
        values: Tensor,
        doutputs: Tensor,
        *tensors: Tensor,
    ) -> tuple[Tensor | None, ...]:
        weight, vectors, gate, doutputs = (_dense(tensor) for tensor in (weight, vectors, gate, doutputs))
        n = equations.state_size
        histories = tuple(tensor.contiguous() for tensor in tensors[:n])
        dstate = tuple(tensor.contiguous() for tensor in tensors[n:])
        rows = launch.rows_of_a_program(doutputs.shape[0], doutputs.shape[2], doutputs.device)
        dz, dgate, before = launch.backward(
            equations, weight, vectors, gate, histories, values.contiguous(), doutputs, dstate, rows
        )
        return dz, dgate, *before

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor | None, ...]) -> None:
        """Nothing is kept: these gradients have none of their own."""

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        raise RuntimeError("second derivatives need the plain loop: build the layer with kernel='loop'")

    @staticmethod
    def vmap(
        info: Any, in_dims: tuple[int | None, ...], equations: Equations, *tensors: Tensor | None
    ) -> tuple[tuple[Tensor | None, ...], tuple[int | None, ...]]:
        K = info.batch_size
        # What the way forward kept is the same for all where only the gradients that come in differ.
        kept = range(5, 5 + equations.state_size)
        folded = _fold(K, tensors, in_dims[1:], shared=(0, 1, 2, 3, *kept))
        return _unfold(K, _ScanBackward.apply(equations, *folded))


def _weight_gradient(equations: Equations, dz: Tensor, before: list[Tensor], mixed: Tensor | None) -> Tensor:
    """One product over all steps for each matrix: (K, R * H, H)."""
    H = before[0].shape[-1]
    seen = dz[..., equations.first * H :]
    source = before[equations.source].flatten(1, 2)  # (K, T * B, H)
    if mixed is None:
        return seen.flatten(1, 2).transpose(1, 2) @ source
    gates, last = seen[..., :-H].flatten(1, 2), seen[..., -H:].flatten(1, 2)
    return torch.cat([gates.transpose(1, 2) @ source, last.transpose(1, 2) @ mixed.flatten(1, 2)], dim=1)


def _dense(tensor: Tensor | None) -> Any:
    return None if tensor is None else tensor.contiguous()


def _fold(
    K: int, tensors: tuple[Tensor | None, ...], dims: tuple[int | None, ...], shared: tuple[int, ...]
) -> list[Tensor | None]:
    """Batches of seeds as so many more seeds; those at the places ``shared`` need no copy for each."""
    alone = [t if t is None or dim is None else t.select(dim, 0) for t, dim in zip(tensors, dims)]
    seeds = max(tensor.shape[0] for tensor in alone if tensor is not None)
    folded: list[Tensor | None] = []
    for place, (tensor, dim) in enumerate(zip(tensors, dims)):
        if tensor is None:
            folded.append(None)
        elif dim is None and place in shared and tensor.shape[0] == 1:
            folded.append(tensor)
        else:
            batched = tensor.unsqueeze(0) if dim is None else tensor.movedim(dim, 0)
            folded.append(batched.expand(K, seeds, *batched.shape[2:]).flatten(0, 1))
    return folded


def _unfold(
    K: int, tensors: tuple[Tensor | None, ...]
) -> tuple[tuple[Tensor | None, ...], tuple[int | None, ...]]:
    return (
        tuple(None if tensor is None else tensor.unflatten(0, (K, -1)) for tensor in tensors),
        tuple(None if tensor is None else 0 for tensor in tensors),
    )
