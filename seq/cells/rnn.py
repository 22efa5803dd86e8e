"""The vanilla recurrent network."""

from __future__ import annotations

import torch
from torch import Tensor

from seq.cells.cell import Cell
from seq.layers.layer import State


class RNN(Cell):
    """The vanilla recurrent network (Elman 1990, "Finding Structure in Time").

    .. code-block:: text

        h' = tanh(W_hx x + W_hh h + b_h)

    Args:
        input_size: number of input features I.
        hidden_size: number of units H.
        init: ``"torch"``, ``"xavier"``, ``"kaiming"`` or ``"orthogonal"``, see
            :func:`seq.cells.initialisation.initialise`.
        kernel: ``"auto"`` or ``"loop"``, see :class:`seq.cells.cell.Cell`.

    Shapes:
        - **x**: (B, T, I)
        - **outputs**: (B, T, H), every h
        - **state**: ``(h,)``, (B, H)

    Variables:
        - **weight_x** (H, I): W_hx
        - **weight_h** (H, H): W_hh
        - **bias** (H,): b_h

    Raises:
        ValueError: a size below 1 or an unknown option.

    Example:
        >>> import torch
        >>> from seq import RNN
        >>> outputs, (h,) = RNN(input_size=2, hidden_size=3)(torch.zeros(5, 7, 2))
        >>> outputs.shape, h.shape
        (torch.Size([5, 7, 3]), torch.Size([5, 3]))
    """

    gates = ("h",)
    recurrent_gates = ("h",)
    equations = "rnn"

    def __init__(
        self, input_size: int, hidden_size: int, *, init: str = "torch", kernel: str = "auto"
    ) -> None:
        super().__init__(input_size, hidden_size, init=init, kernel=kernel)
        self.reset_parameters()

    def activations(self, x: Tensor, state: State) -> dict[str, Tensor]:
        (h,) = state
        a, W = self.gate_inputs(x), self.recurrent_weights()
        return {"h": torch.tanh(a["h"] + h @ W["h"].t())}

    def torch_kernel(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        weights = (self.weight_x, self.weight_h, self.bias, self.zero_bias)
        # Biases, one layer, no dropout, training or not, one direction, batch first.
        outputs, h = torch.rnn_tanh(
            x, state[0].unsqueeze(0), weights, True, 1, 0.0, self.training, False, True
        )
        return outputs, (h.squeeze(0),)
