"""The long short-term memory."""

from __future__ import annotations

import torch
from torch import Tensor

from seq.cells.memory_cell import MemoryCell, keep_memory_derivatives, keep_output_derivatives
from seq.layers.layer import State
from seq.layers.products import times_transposed
from seq.layers.scan import FusedStep


class LSTMStep(FusedStep):
    """One LSTM step; the rows of W_h are i, f, g, o.

    Keeps dc'/dz_i, dc'/dz_f, dc'/dz_g, f = dc'/dc, dh'/dz_o and dh'/dc', in this order.
    """

    kept = 6

    def __init__(self, weight_h: Tensor) -> None:
        self.W_h = weight_h
        self.H = weight_h.shape[1]

    def forward(self, x: Tensor, old: State, new: State, keep: Tensor | None) -> None:
        h, c = old
        z = times_transposed(h, self.W_h).add_(x)  # (B, 4H)
        z_if, z_g, z_o = z.split((2 * self.H, self.H, self.H), dim=1)
        (i, f), g, o = z_if.sigmoid_().chunk(2, 1), z_g.tanh_(), z_o.sigmoid_()
        torch.mul(f, c, out=new[1]).addcmul_(g, i)
        tanh_c = torch.tanh(new[1])
        torch.mul(tanh_c, o, out=new[0])
        if keep is not None:
            keep_memory_derivatives(keep[:, : 4 * self.H], i, f, g, c)
            keep_output_derivatives(keep[:, 4 * self.H :], o, tanh_c)

    def backward(self, grads: State, keep: Tensor, dx: Tensor) -> State:
        dc_dz, f, dh_dzo, dh_dc = keep.split((3 * self.H, self.H, self.H, self.H), dim=1)
        dh, dc = grads
        dc = torch.addcmul(dc, dh, dh_dc)
        torch.mul(dh, dh_dzo, out=dx[:, 3 * self.H :])
        # i, f and g reach the loss through c' only.
        blocks = (-1, 3, self.H)
        torch.mul(dc_dz.view(blocks), dc.unsqueeze(1), out=dx[:, : 3 * self.H].view(blocks))
        return times_transposed(dx, self.W_h.t()), dc * f

    def weight_gradients(self, dx: Tensor, old: State, new: State, keep: Tensor) -> tuple[Tensor, ...]:
        return (times_transposed(dx.t(), old[0].t()),)


class LSTM(MemoryCell):
    """The long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000).

    .. code-block:: text

        g       = tanh(W_gx x + W_gh h + b_g)
        i, f, o = σ(W_·x x + W_·h h + b_·)
        c'      = g ⊙ i + c ⊙ f
        h'      = tanh(c') ⊙ o

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
        - **weight_x** (4H, I): W_ix, W_fx, W_gx, W_ox, torch's order
        - **weight_h** (4H, H): W_ih, W_fh, W_gh, W_oh
        - **bias** (4H,): b_i, b_f, b_g, b_o

    Raises:
        ValueError: a size below 1 or an unknown option.

    Example:
        >>> import torch
        >>> from seq import LSTM
        >>> layer = LSTM(input_size=2, hidden_size=3, forget_bias=1.0)
        >>> outputs, (h, c) = layer(torch.zeros(5, 7, 2))
        >>> outputs.shape, c.shape
        (torch.Size([5, 7, 3]), torch.Size([5, 3]))
    """

    gates = ("i", "f", "g", "o")
    recurrent_gates = ("i", "f", "g", "o")
    fused_step = LSTMStep
    equations = "lstm"

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
        h, c = state
        a, W = self.gate_inputs(x), self.recurrent_weights()
        g = torch.tanh(a["g"] + h @ W["g"].t())
        i, f, o = (torch.sigmoid(a[gate] + h @ W[gate].t()) for gate in "ifo")
        c = g * i + c * f
        return {"i": i, "f": f, "g": g, "o": o, "c": c, "h": torch.tanh(c) * o}

    def torch_kernel(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        weights = (self.weight_x, self.weight_h, self.bias, self.zero_bias)
        # Biases, one layer, no dropout, training or not, one direction, batch first.
        outputs, h, c = torch.lstm(
            x, [s.unsqueeze(0) for s in state], weights, True, 1, 0.0, self.training, False, True
        )
        return outputs, (h.squeeze(0), c.squeeze(0))
