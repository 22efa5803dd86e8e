"""The gated recurrent unit, in torch's definition and in the first one."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seq.cells.cell import Cell
from seq.cells.memory_cell import sigmoid_backward, tanh_backward
from seq.checks import check_choice, check_flag
from seq.layers.layer import State
from seq.layers.products import times_transposed
from seq.layers.scan import FusedStep

VARIANTS = ("torch", "cho")


class ChoStep(FusedStep):
    """One step of the first definition; rows r, z, n, and the last of them sees r ⊙ h.

    Keeps dh'/dz_n, dh'/dz_z, d(r ⊙ h)/dz_r, r and z, in this order.
    """

    kept = 5

    def __init__(self, weight_h: Tensor) -> None:
        self.H = weight_h.shape[1]
        self.W_rz, self.W_n = weight_h.split((2 * self.H, self.H))

    def forward(self, x: Tensor, old: State, new: State, keep: Tensor | None) -> None:
        (h,) = old
        r, z = times_transposed(h, self.W_rz).add_(x[:, : 2 * self.H]).sigmoid_().chunk(2, dim=1)
        n = times_transposed(r * h, self.W_n).add_(x[:, 2 * self.H :]).tanh_()
        torch.lerp(h, n, z, out=new[0])
        if keep is not None:
            dz_n, dz_z, dz_r, r_kept, z_kept = keep.chunk(5, dim=1)
            tanh_backward(z, n, grad_input=dz_n)
            sigmoid_backward(n - h, z, grad_input=dz_z)
            sigmoid_backward(h, r, grad_input=dz_r)
            r_kept.copy_(r)
            z_kept.copy_(z)

    def backward(self, grads: State, keep: Tensor, dx: Tensor) -> State:
        dh_dzn, dh_dzz, drh_dzr, r, z = keep.chunk(5, dim=1)
        (dh,) = grads
        dz_r, dz_z, dz_n = dx.chunk(3, dim=1)
        torch.mul(dh, dh_dzn, out=dz_n)
        torch.mul(dh, dh_dzz, out=dz_z)
        drh = times_transposed(dz_n, self.W_n.t())
        torch.mul(drh, drh_dzr, out=dz_r)
        direct = torch.addcmul(dh - dh * z, drh, r)
        return (times_transposed(dx[:, : 2 * self.H], self.W_rz.t()).add_(direct),)

    def weight_gradients(self, dx: Tensor, old: State, new: State, keep: Tensor) -> tuple[Tensor, ...]:
        (h,), r = old, keep[:, 3 * self.H : 4 * self.H]
        dz_rz, dz_n = dx.split((2 * self.H, self.H), dim=1)
        parts = times_transposed(dz_rz.t(), h.t()), times_transposed(dz_n.t(), (r * h).t())
        return (torch.cat(parts),)


class GRU(Cell):
    """The gated recurrent unit (Cho et al. 2014), in one of two definitions.

    .. code-block:: text

        r, z = σ(W_·x x + W_·h h + b_·)

        variant="torch" (as torch.nn.GRU and cuDNN; reset after the matrix product)
        n  = tanh(W_nx x + b_n + r ⊙ (W_nh h))
        h' = (1 - z) ⊙ n + z ⊙ h

        variant="cho" (arXiv 1406.1078v1; reset before the matrix product)
        n  = tanh(W_nx x + b_n + W_nh (r ⊙ h))
        h' = (1 - z) ⊙ h + z ⊙ n

    The roles of z and 1 - z are swapped between the two, so weights of one do not fit the other.

    Args:
        input_size: number of input features I.
        hidden_size: number of units H.
        variant: ``"torch"`` or ``"cho"``.
        recurrent_bias: adds torch's second bias of the candidate, n = tanh(... + r ⊙ (W_nh h + b_nh)),
            which cannot be merged with b_n. Only for ``variant="torch"``, to take over its weights.
        init: ``"torch"``, ``"xavier"``, ``"kaiming"`` or ``"orthogonal"``, see
            :func:`seq.cells.initialisation.initialise`.
        kernel: ``"auto"`` or ``"loop"``, see :class:`seq.cells.cell.Cell`.

    Shapes:
        - **x**: (B, T, I)
        - **outputs**: (B, T, H), every h
        - **state**: ``(h,)``, (B, H)

    Variables:
        - **weight_x** (3H, I): W_rx, W_zx, W_nx, torch's order
        - **weight_h** (3H, H): W_rh, W_zh, W_nh
        - **bias** (3H,): b_r, b_z, b_n
        - **bias_nh** (H,): b_nh, only with ``recurrent_bias``

    Raises:
        ValueError: a size below 1, an unknown option, or ``recurrent_bias`` with ``variant="cho"``.

    Example:
        >>> import torch
        >>> from seq import GRU
        >>> outputs, (h,) = GRU(input_size=2, hidden_size=3, variant="cho")(torch.zeros(5, 7, 2))
        >>> outputs.shape
        torch.Size([5, 7, 3])
    """

    gates = ("r", "z", "n")
    recurrent_gates = ("r", "z", "n")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        variant: str = "torch",
        recurrent_bias: bool = False,
        init: str = "torch",
        kernel: str = "auto",
    ) -> None:
        super().__init__(input_size, hidden_size, init=init, kernel=kernel)
        check_choice("variant", variant, VARIANTS)
        check_flag("recurrent_bias", recurrent_bias)
        if recurrent_bias and variant == "cho":
            raise ValueError("recurrent_bias must be False for variant='cho', whose biases are merged")
        self.variant = variant
        self.fused_step = ChoStep if variant == "cho" else None
        self.equations = "cho" if variant == "cho" else "gru"
        self.bias_nh = nn.Parameter(torch.empty(hidden_size)) if recurrent_bias else None
        self.reset_parameters()

    def activations(self, x: Tensor, state: State) -> dict[str, Tensor]:
        (h,) = state
        a, W = self.gate_inputs(x), self.recurrent_weights()
        r, z = (torch.sigmoid(a[gate] + h @ W[gate].t()) for gate in "rz")
        if self.variant == "cho":
            n = torch.tanh(a["n"] + (r * h) @ W["n"].t())
            return {"r": r, "z": z, "n": n, "h": (1 - z) * h + z * n}
        recurrent = h @ W["n"].t()
        if self.bias_nh is not None:
            recurrent = recurrent + self.bias_nh
        n = torch.tanh(a["n"] + r * recurrent)
        return {"r": r, "z": z, "n": n, "h": (1 - z) * n + z * h}

    def kernel_weights(self) -> tuple[Tensor, ...]:
        if self.variant == "cho":
            return super().kernel_weights()
        # The candidate's product, which r scales, is a gate of its own there, and n comes first.
        H = self.hidden_size
        weight_x, bias = self.weight_x.roll(H, 0), self.bias.roll(H, 0)
        second = self.zero_bias[:H] if self.bias_nh is None else self.bias_nh
        weight_x = torch.cat([weight_x, torch.zeros_like(weight_x[:H])])
        return weight_x, torch.cat([bias, second]), self.weight_h

    def torch_kernel(self, x: Tensor, state: State) -> tuple[Tensor, State] | None:
        if self.variant == "cho":
            return None
        second_bias = self.zero_bias
        if self.bias_nh is not None:
            second_bias = torch.cat([second_bias[: 2 * self.hidden_size], self.bias_nh])
        weights = (self.weight_x, self.weight_h, self.bias, second_bias)
        # Biases, one layer, no dropout, training or not, one direction, batch first.
        outputs, h = torch.gru(x, state[0].unsqueeze(0), weights, True, 1, 0.0, self.training, False, True)
        return outputs, (h.squeeze(0),)
