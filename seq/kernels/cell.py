"""The way from a cell to its kernels, and when a cell takes it."""

from __future__ import annotations

from importlib import import_module

import torch
from torch import Tensor
from torch.nn import functional as F

from seq.kernels.switch import attempt
from seq.layers.layer import State
from seq.tracing import kernels_can_follow

#: The most units for which a program that has a few sequences to itself is faster than one product a step.
MAX_UNITS = 256


def run_by_kernel(
    equations: str, weights: tuple[Tensor, ...], x: Tensor, state: State, gate: Tensor | None
) -> tuple[Tensor, State] | None:
    """All steps of a cell, in one kernel each way; None where kernels stand aside.

    They are for single precision and for up to ``MAX_UNITS`` units.

    Args:
        equations: name of the file in ``seq.kernels.equations``.
        weights: the cell's ``kernel_weights()``.
        x, state, gate: as for :meth:`seq.cells.cell.Cell.run`.
    """
    weight_x, bias, weight_h, *vectors = weights
    tensors = [x, *weights, *state, *([] if gate is None else [gate])]
    H = weight_h.shape[-1]
    if H > MAX_UNITS or any(tensor.dtype is not torch.float32 for tensor in tensors):
        return None
    if not kernels_can_follow(*tensors):
        return None
    B, T, _ = x.shape

    def run() -> tuple[Tensor, State]:
        # Triton takes a second to import, and is there on a GPU only.
        found = import_module(f"seq.kernels.equations.{equations}").EQUATIONS
        kernel_scan = import_module("seq.kernels.scan").kernel_scan
        z = F.linear(x.transpose(0, 1), weight_x, bias)  # (T, B, G * H)
        full_gate = None if gate is None else gate.expand(T, B, H)
        outputs, after = kernel_scan(found, z, weight_h, vectors[0] if vectors else None, full_gate, state)
        return outputs.transpose(0, 1), after

    return attempt(run)
