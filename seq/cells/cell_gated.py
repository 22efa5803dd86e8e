"""The LSTM whose gates look at the memory instead of the output."""

from __future__ import annotations

import torch
from torch import Tensor

from seq.cells.memory_cell import MemoryCell, keep_output_derivatives, sigmoid_backward
from seq.layers.layer import State
from seq.layers.products import times_transposed
from seq.layers.scan import FusedStep


class CellGatedStep(FusedStep):
    """One step; the rows of x are g, i, f, o, and those of W_h are i, f, o, which see c.

    Keeps dc'/dz_g, dc'/dz_i, dc'/dz_f, f = dc'/dc, dh'/dz_o and dh'/dc', in this order.
    """

    kept = 6

    def __init__(self, weight_h: Tensor) -> None:
        self.W_h = weight_h
        self.H = weight_h.shape[1]

    def forward(self, x: Tensor, old: State, new: State, keep: Tensor | None) -> None:
        _, c = old
        z = times_transposed(c, self.W_h).add_(x[:, self.H :])  # (B, 3H)
        i, f, o = z.sigmoid_().chunk(3, dim=1)
        g = torch.sigmoid(x[:, : self.H])
        torch.mul(f, c, out=new[1]).addcmul_(g, i)
        tanh_c = torch.tanh(new[1])
        torch.mul(tanh_c, o, out=new[0])
        if keep is not None:
            dz_g, dz_i, dz_f, forget = keep[:, : 4 * self.H].chunk(4, dim=1)
            sigmoid_backward(i, g, grad_input=dz_g)
            sigmoid_backward(g, i, grad_input=dz_i)
            sigmoid_backward(c, f, grad_input=dz_f)
            forget.copy_(f)
            keep_output_derivatives(keep[:, 4 * self.H :], o, tanh_c)

    def backward(self, grads: State, keep: Tensor, dx: Tensor) -> State:
        dc_dz, f, dh_dzo, dh_dc = keep.split((3 * self.H, self.H, self.H, self.H), dim=1)
        dh, dc = grads
        dc = torch.addcmul(dc, dh, dh_dc)
        torch.mul(dh, dh_dzo, out=dx[:, 3 * self.H :])
        # g, i and f reach the loss through c' only.
        blocks = (-1, 3, self.H)
        torch.mul(dc_dz.view(blocks), dc.unsqueeze(1), out=dx[:, : 3 * self.H].view(blocks))
        # The old h is seen by nothing.
        return torch.zeros_like(dh), times_transposed(dx[:, self.H :], self.W_h.t()).addcmul_(dc, f)

    def weight_gradients(self, dx: Tensor, old: State, new: State, keep: Tensor) -> tuple[Tensor, ...]:
        return (times_transposed(dx[:, self.H :].t(), old[1].t()),)


class CellGatedLSTM(MemoryCell):
    """The LSTM with full matrices from the memory c to its gates (the 2020 assignment's "peepLSTM").

    .. code-block:: text

        f, i, o = σ(W_·x x + W_·h c + b_·)
        c'      = σ(W_cx x + b_c) ⊙ i + c ⊙ f
        h'      = tanh(c') ⊙ o

    The gates never see h: it is an output only. The memory's input is a logistic, not a tanh, so that
    c cannot be lowered except by forgetting.

    Args:
        input_size: number of input features I.
        hidden_size: number of units H.
        init: ``"torch"``, ``"xavier"``, ``"kaiming"`` or ``"orthogonal"``, see
            :func:`seq.cells.initialisation.initialise`.
        forget_bias: added to b_f after initialisation; 1 makes a new network remember.
        kernel: ``"auto"`` or ``"loop"``, see :class:`seq.cells.cell.Cell`.

    Shapes:
        - **x**: (B, T, I)
        - **outputs**: (B, T, H), every h
        - **state**: ``(h, c)``, each (B, H)

    Variables:
        - **weight_x** (4H, I): W_cx, W_ix, W_fx, W_ox
        - **weight_h** (3H, H): W_ih, W_fh, W_oh
        - **bias** (4H,): b_c, b_i, b_f, b_o

    Raises:
        ValueError: a size below 1 or an unknown option.

    Example:
        >>> import torch
        >>> from seq import CellGatedLSTM
        >>> outputs, (h, c) = CellGatedLSTM(input_size=2, hidden_size=3)(torch.zeros(5, 7, 2))
        >>> outputs.shape
        torch.Size([5, 7, 3])
    """

    gates = ("c", "i", "f", "o")
    recurrent_gates = ("i", "f", "o")
    fused_step = CellGatedStep
    equations = "cell_gated"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        init: str = "torch",
        forget_bias: float = 0.0,
        kernel: str = "auto",
    ) -> None:
        super().__init__(input_size, hidden_size, init=init, forget_bias=forget_bias, kernel=kernel)
        self.reset_parameters()

    def activations(self, x: Tensor, state: State) -> dict[str, Tensor]:
        _, c = state
        a, W = self.gate_inputs(x), self.recurrent_weights()
        f, i, o = (torch.sigmoid(a[gate] + c @ W[gate].t()) for gate in "fio")
        g = torch.sigmoid(a["c"])
        c = g * i + c * f
        return {"i": i, "f": f, "g": g, "o": o, "c": c, "h": torch.tanh(c) * o}
