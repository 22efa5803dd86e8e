"""The GRU whose gate does not see the state."""

from __future__ import annotations

import torch
from torch import Tensor

from seq.cells.linear import LinearCell
from seq.cells.memory_cell import sigmoid_backward
from seq.layers.layer import State
from seq.layers.scan import FusedStep


class MinGRUStep(FusedStep):
    """One step; the rows of x are z, n. Keeps dh'/dz_z and z, in this order."""

    kept = 2

    def __init__(self) -> None:
        """No weights: nothing of a step depends on more than x and h."""

    def forward(self, x: Tensor, old: State, new: State, keep: Tensor | None) -> None:
        (h,) = old
        z, n = x.chunk(2, dim=1)
        z.sigmoid_()
        torch.lerp(h, n, z, out=new[0])
        if keep is not None:
            dz_z, z_kept = keep.chunk(2, dim=1)
            sigmoid_backward(n - h, z, grad_input=dz_z)
            z_kept.copy_(z)

    def backward(self, grads: State, keep: Tensor, dx: Tensor) -> State:
        (dh,) = grads
        blocks = (-1, 2, keep.shape[1] // 2)
        torch.mul(keep.view(blocks), dh.unsqueeze(1), out=dx.view(blocks))
        return (dh - dx.chunk(2, dim=1)[1],)

    def weight_gradients(self, dx: Tensor, old: State, new: State, keep: Tensor) -> tuple[Tensor, ...]:
        return ()


class MinGRU(LinearCell):
    """The minimal gated recurrent unit (Feng et al. 2024, "Were RNNs All We Needed?", arXiv 2410.01201).

    .. code-block:: text

        z  = σ(W_zx x + b_z)
        n  = W_nx x + b_n
        h' = (1 - z) ⊙ h + z ⊙ n

    Neither the gate z nor the candidate n (h~ in the paper) sees h, so all steps can be taken at once. This is the
    paper's plain form: its form in logarithms, whose candidate is kept above zero, is another function.

    Args:
        input_size: number of input features I.
        hidden_size: number of units H.
        init: ``"torch"``, ``"xavier"``, ``"kaiming"`` or ``"orthogonal"``, see
            :func:`seq.cells.initialisation.initialise`.
        kernel: ``"auto"``, ``"loop"`` or ``"scan"``, see :class:`seq.cells.linear.LinearCell`.

    Shapes:
        - **x**: (B, T, I)
        - **outputs**: (B, T, H), every h
        - **state**: ``(h,)``, (B, H)

    Variables:
        - **weight_x** (2H, I): W_zx, W_nx
        - **bias** (2H,): b_z, b_n

    Raises:
        ValueError: a size below 1 or an unknown option.

    Example:
        >>> import torch
        >>> from seq import MinGRU
        >>> outputs, (h,) = MinGRU(input_size=2, hidden_size=3)(torch.zeros(5, 7, 2))
        >>> outputs.shape, h.shape
        (torch.Size([5, 7, 3]), torch.Size([5, 3]))
    """

    gates = ("z", "n")
    fused_step = MinGRUStep

    def __init__(
        self, input_size: int, hidden_size: int, *, init: str = "torch", kernel: str = "auto"
    ) -> None:
        super().__init__(input_size, hidden_size, init=init, kernel=kernel)
        self.reset_parameters()

    def activations(self, x: Tensor, state: State) -> dict[str, Tensor]:
        (h,) = state
        a = self.gate_inputs(x)
        z, n = torch.sigmoid(a["z"]), a["n"]
        return {"z": z, "n": n, "h": (1 - z) * h + z * n}

    def coefficients(self, inputs: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        z = torch.sigmoid(inputs["z"])
        return 1 - z, z * inputs["n"]
