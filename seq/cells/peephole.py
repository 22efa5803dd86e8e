"""The LSTM whose gates see the memory through diagonal connections."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seq.cells.lstm import LSTMStep
from seq.cells.memory_cell import MemoryCell, keep_memory_derivatives, keep_output_derivatives
from seq.layers.layer import State
from seq.layers.products import times_transposed


class PeepholeStep(LSTMStep):
    """One step: as :class:`seq.cells.lstm.LSTMStep`, with the peepholes folded into two of the kept derivatives.

    What reaches c through z_i and z_f is added to dc'/dc, and what reaches c' through z_o to dh'/dc', so
    that going backwards costs what it costs the LSTM.
    """

    def __init__(self, weight_h: Tensor, weight_c: Tensor) -> None:
        super().__init__(weight_h)
        self.w_if, self.w_o = weight_c[:2], weight_c[2]

    def forward(self, x: Tensor, old: State, new: State, keep: Tensor | None) -> None:
        h, c = old
        z = times_transposed(h, self.W_h).add_(x)  # (B, 4H)
        z_if, z_g, z_o = z.split((2 * self.H, self.H, self.H), dim=1)
        z_if.view(-1, 2, self.H).addcmul_(c.unsqueeze(1), self.w_if)
        (i, f), g = z_if.sigmoid_().chunk(2, 1), z_g.tanh_()
        torch.mul(f, c, out=new[1]).addcmul_(g, i)
        o = z_o.addcmul_(new[1], self.w_o).sigmoid_()
        tanh_c = torch.tanh(new[1])
        torch.mul(tanh_c, o, out=new[0])
        if keep is None:
            return
        keep_memory_derivatives(keep[:, : 4 * self.H], i, f, g, c)
        keep_output_derivatives(keep[:, 4 * self.H :], o, tanh_c)
        dz_i, dz_f, _, dc_dc, dh_dzo, dh_dc = keep.chunk(6, dim=1)
        dc_dc.addcmul_(dz_i, self.w_if[0]).addcmul_(dz_f, self.w_if[1])
        dh_dc.addcmul_(dh_dzo, self.w_o)

    def weight_gradients(self, dx: Tensor, old: State, new: State, keep: Tensor) -> tuple[Tensor, ...]:
        dz_i, dz_f, _, dz_o = dx.chunk(4, dim=1)
        (_, c), (_, c_new) = old, new
        dweight_c = torch.stack([(dz_i * c).sum(0), (dz_f * c).sum(0), (dz_o * c_new).sum(0)])
        return *super().weight_gradients(dx, old, new, keep), dweight_c


class PeepholeLSTM(MemoryCell):
    """The LSTM with peepholes (Gers, Schraudolph & Schmidhuber 2002, "Learning Precise Timing").

    .. code-block:: text

        g    = tanh(W_gx x + W_gh h + b_g)
        i, f = σ(W_·x x + W_·h h + w_· ⊙ c + b_·)
        c'   = g ⊙ i + c ⊙ f
        o    = σ(W_ox x + W_oh h + w_o ⊙ c' + b_o)
        h'   = tanh(c') ⊙ o

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
        - **weight_x** (4H, I): W_ix, W_fx, W_gx, W_ox
        - **weight_h** (4H, H): W_ih, W_fh, W_gh, W_oh
        - **weight_c** (3, H): w_i, w_f, w_o
        - **bias** (4H,): b_i, b_f, b_g, b_o

    Raises:
        ValueError: a size below 1 or an unknown option.

    Example:
        >>> import torch
        >>> from seq import PeepholeLSTM
        >>> outputs, (h, c) = PeepholeLSTM(input_size=2, hidden_size=3)(torch.zeros(5, 7, 2))
        >>> outputs.shape
        torch.Size([5, 7, 3])
    """

    gates = ("i", "f", "g", "o")
    recurrent_gates = ("i", "f", "g", "o")
    fused_step = PeepholeStep
    equations = "peephole"

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
        self.weight_c = nn.Parameter(torch.empty(3, hidden_size))
        self.reset_parameters()

    def activations(self, x: Tensor, state: State) -> dict[str, Tensor]:
        h, c = state
        a, W = self.gate_inputs(x), self.recurrent_weights()
        w_i, w_f, w_o = self.weight_c
        g = torch.tanh(a["g"] + h @ W["g"].t())
        i = torch.sigmoid(a["i"] + h @ W["i"].t() + w_i * c)
        f = torch.sigmoid(a["f"] + h @ W["f"].t() + w_f * c)
        c = g * i + c * f
        o = torch.sigmoid(a["o"] + h @ W["o"].t() + w_o * c)
        return {"i": i, "f": f, "g": g, "o": o, "c": c, "h": torch.tanh(c) * o}

    def scan_weights(self) -> tuple[Tensor, ...]:
        return self.weight_h, self.weight_c
