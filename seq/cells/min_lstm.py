"""The LSTM whose gates do not see the state."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from seq.cells.initialisation import add_to_block
from seq.cells.linear import LinearCell
from seq.checks import check_finite
from seq.layers.layer import State
from seq.layers.scan import FusedStep


class MinLSTMStep(FusedStep):
    """One step; the rows of x are f, i, n. Keeps dh'/dz_f, dh'/dz_i and k = f / (f + i), in this order."""

    kept = 3

    def __init__(self) -> None:
        """No weights: nothing of a step depends on more than x and h."""

    def forward(self, x: Tensor, old: State, new: State, keep: Tensor | None) -> None:
        (h,) = old
        z_f, z_i, n = x.chunk(3, dim=1)
        k = (F.logsigmoid(z_f) - F.logsigmoid(z_i)).sigmoid_()
        torch.lerp(n, h, k, out=new[0])
        if keep is not None:
            dz_f, dz_i, k_kept = keep.chunk(3, dim=1)
            k_kept.copy_(k)
            # dk/dz_f = k (1 - k) (1 - f), dk/dz_i = -k (1 - k) (1 - i)
            slope = torch.ops.aten.sigmoid_backward(h - n, k)
            torch.mul(slope, torch.sigmoid(-z_f), out=dz_f)
            torch.mul(slope.neg_(), torch.sigmoid(-z_i), out=dz_i)

    def backward(self, grads: State, keep: Tensor, dx: Tensor) -> State:
        (dh,) = grads
        H = dh.shape[1]
        blocks = (-1, 2, H)
        torch.mul(keep[:, : 2 * H].view(blocks), dh.unsqueeze(1), out=dx[:, : 2 * H].view(blocks))
        through = dh * keep[:, 2 * H :]
        torch.sub(dh, through, out=dx[:, 2 * H :])
        return (through,)

    def weight_gradients(self, dx: Tensor, old: State, new: State, keep: Tensor) -> tuple[Tensor, ...]:
        return ()


class MinLSTM(LinearCell):
    """The minimal LSTM (Feng et al. 2024, "Were RNNs All We Needed?", arXiv 2410.01201).

    .. code-block:: text

        f, i = σ(W_·x x + b_·)
        n    = W_nx x + b_n
        h'   = f / (f + i) ⊙ h + i / (f + i) ⊙ n

    No gate sees h, so all steps can be taken at once. There is no memory beside h, and no output gate. The quotients
    are computed from the logarithms of f and i, so that two gates that are both shut are no 0 / 0.

    Args:
        input_size: number of input features I.
        hidden_size: number of units H.
        init: ``"torch"``, ``"xavier"``, ``"kaiming"`` or ``"orthogonal"``, see
            :func:`seq.cells.initialisation.initialise`.
        forget_bias: added to b_f after initialisation; 1 makes a new network remember.
        kernel: ``"auto"``, ``"loop"`` or ``"scan"``, see :class:`seq.cells.linear.LinearCell`.

    Shapes:
        - **x**: (B, T, I)
        - **outputs**: (B, T, H), every h
        - **state**: ``(h,)``, (B, H)

    Variables:
        - **weight_x** (3H, I): W_fx, W_ix, W_nx
        - **bias** (3H,): b_f, b_i, b_n

    Raises:
        ValueError: a size below 1 or an unknown option.

    Example:
        >>> import torch
        >>> from seq import MinLSTM
        >>> outputs, (h,) = MinLSTM(input_size=2, hidden_size=3, forget_bias=1.0)(torch.zeros(5, 7, 2))
        >>> outputs.shape, h.shape
        (torch.Size([5, 7, 3]), torch.Size([5, 3]))
    """

    gates = ("f", "i", "n")
    fused_step = MinLSTMStep

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
        self.reset_parameters()

    def activations(self, x: Tensor, state: State) -> dict[str, Tensor]:
        (h,) = state
        a = self.gate_inputs(x)
        keep, add = self.coefficients(a)
        return {"f": torch.sigmoid(a["f"]), "i": torch.sigmoid(a["i"]), "n": a["n"], "h": keep * h + add}

    def coefficients(self, inputs: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        # f / (f + i) = σ(log f - log i)
        share = F.logsigmoid(inputs["f"]) - F.logsigmoid(inputs["i"])
        return torch.sigmoid(share), torch.sigmoid(-share) * inputs["n"]

    def reset_parameters(self) -> None:
        super().reset_parameters()
        add_to_block(self.bias, self.gates.index("f"), self.hidden_size, self.forget_bias)
