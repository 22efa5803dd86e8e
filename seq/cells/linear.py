"""What cells share whose gates do not see the state: each step is linear in h, and all can be taken at once."""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor

from seq.cells.cell import Cell
from seq.layers.layer import State
from seq.layers.linear_scan import linear_recurrence
from seq.tracing import needs_plain_steps

LINEAR_KERNELS = ("auto", "loop", "scan")


class LinearCell(Cell):
    """Base of the cells h' = a ⊙ h + b, where a and b are functions of the input alone.

    They have one way to run more than other cells: a parallel scan over time in log2 T rounds
    (:mod:`seq.layers.linear_scan`), which ``kernel="scan"`` asks for. ``"auto"`` scans on a GPU, and takes steps on a
    processor, where these are faster at every length.
    """

    recurrent_gates = ()
    kernels = LINEAR_KERNELS

    @abstractmethod
    def coefficients(self, inputs: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """a and b of h' = a ⊙ h + b, from W_· x + b_· of each gate, of any shape."""

    def scan_weights(self) -> tuple[Tensor, ...]:
        return ()

    def _recur(self, x: Tensor, state: State, gate: Tensor | None) -> tuple[Tensor, State]:
        if gate is not None or not (self.kernel == "scan" or (self.kernel == "auto" and x.is_cuda)):
            return super()._recur(x, state, gate)
        traced = needs_plain_steps(x, self.bias, *state)
        # Time comes first, so that each step is one block of memory.
        a, b = self.coefficients(self.gate_inputs(x.transpose(0, 1)))  # (T, B, H) each
        h = linear_recurrence(a, b, state[0], doubling=True, traced=traced)
        # Copies, because a caller may change outputs in place and the derivative needs them as they are.
        outputs = h.transpose(0, 1).clone(memory_format=torch.contiguous_format)
        return outputs, (h[-1].clone(),)
