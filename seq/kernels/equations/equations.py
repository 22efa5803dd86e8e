"""What the kernels need to know of a cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

Device = Any  # a function compiled by Triton


@dataclass(frozen=True)
class Equations:
    """The equations of a cell on blocks of numbers (rows of the batch x units).

    A step has ``blocks`` gates. Each has its own input z = W_x x + b. All but the ``first`` ones have a recurrent
    product p as well. In the functions below a tuple has one entry a gate: z and the values by their number, and p
    counted from the first gate that has one. ``old`` is the state, (h,) or (h, c), and ``v`` are the cell's vectors.

    In a cell with ``mix`` the last gate's product is with mix(values, old) in place of h. It waits for the other gates.

    Attributes:
        blocks: number of gates.
        gates: (z, p, old, v) -> values of all gates, or of all but the last in a cell with ``mix``.
        state: (values, old) -> the proposed state.
        gradients: (values, old, d, v), d being the gradients of the proposed state -> the gradients of every z, and
            those of the old state but for what went through a product. In a cell with ``mix`` what comes through the
            last gate's product is left out of both.
        first: number of the first gate that has a recurrent product.
        state_size: number of tensors of the state.
        source: the tensor of the state that the products take, 0 for h and 1 for c.
        mix: (values, old) -> what the last gate's product takes.
        last: (z, p, values, old), z and p of the last gate alone -> its value.
        mix_gradients: (values, old, d), d being the gradient of mix(values, old) -> what it adds to the gradients of
            every z but the last, and of h.
        vector_gradients: (dz, values, c before each step) in tensors of torch, (K, T, B, ...) each -> the gradients of
            the vectors, (K, V, H).
    """

    blocks: int
    gates: Device
    state: Device
    gradients: Device
    first: int = 0
    state_size: int = 1
    source: int = 0
    mix: Device = None
    last: Device = None
    mix_gradients: Device = None
    vector_gradients: Callable[[Tensor, Tensor, Tensor], Tensor] | None = None

    @property
    def second(self) -> int:
        """Number of gates in the second round of products."""
        return 0 if self.mix is None else 1
