"""What the LSTM and its relatives share: a memory c, a forget gate with its bias, and their derivatives."""

from __future__ import annotations

import torch
from torch import Tensor

from seq.cells.cell import Cell
from seq.cells.initialisation import add_to_block
from seq.checks import check_finite

sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input  # d ⊙ s (1 - s), from s = σ(z)
tanh_backward = torch.ops.aten.tanh_backward.grad_input  # d ⊙ (1 - s²), from s = tanh(z)


class MemoryCell(Cell):
    """Base of the cells with state ``(h, c)`` and a forget gate.

    Args:
        input_size, hidden_size, init, kernel: as :class:`seq.cells.cell.Cell`.
        forget_bias: added to b_f after initialisation; 1 makes a new network remember.
    """

    state_names = ("h", "c")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        init: str = "torch",
        forget_bias: float = 0.0,
        kernel: str = "auto",
    ) -> None:
        super().__init__(input_size, hidden_size, init=init, kernel=kernel)
        check_finite("forget_bias", forget_bias)
        self.forget_bias = forget_bias

    def reset_parameters(self) -> None:
        super().reset_parameters()
        add_to_block(self.bias, self.gates.index("f"), self.hidden_size, self.forget_bias)


def keep_memory_derivatives(keep: Tensor, i: Tensor, f: Tensor, g: Tensor, c: Tensor) -> None:
    """Fill ``keep`` (B, 4H) with dc'/dz_i, dc'/dz_f, dc'/dz_g and dc'/dc, from c' = g ⊙ i + c ⊙ f.

    ``g`` is a tanh here.
    """
    dz_i, dz_f, dz_g, forget = keep.chunk(4, dim=1)
    sigmoid_backward(g, i, grad_input=dz_i)
    sigmoid_backward(c, f, grad_input=dz_f)
    tanh_backward(i, g, grad_input=dz_g)
    forget.copy_(f)


def keep_output_derivatives(keep: Tensor, o: Tensor, tanh_c: Tensor) -> None:
    """Fill ``keep`` (B, 2H) with dh'/dz_o and dh'/dc', from h' = tanh(c') ⊙ o."""
    dh_dzo, dh_dc = keep.chunk(2, dim=1)
    sigmoid_backward(tanh_c, o, grad_input=dh_dzo)
    tanh_backward(o, tanh_c, grad_input=dh_dc)
