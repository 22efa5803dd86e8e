"""The linear recurrent unit: a diagonal state space with complex eigenvalues."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seq.cells.linear import LINEAR_KERNELS
from seq.checks import check_choice, check_flag, check_fraction, check_positive, check_share, check_size
from seq.layers.layer import RecurrentLayer, State
from seq.layers.linear_scan import linear_recurrence
from seq.tracing import autocasts, needs_plain_steps


class LRU(RecurrentLayer):
    """The linear recurrent unit (Orvieto et al. 2023, "Resurrecting Recurrent Neural Networks for Long Sequences").

    .. code-block:: text

        λ  = exp(-exp ν + i exp θ)        |λ| < 1 whatever ν is
        γ  = sqrt(1 - |λ|²)
        s' = λ ⊙ s + γ ⊙ (B x)            complex and diagonal
        y  = Re(C s') + D x
        h' = W_u u ⊙ σ(W_v u) with u = GELU(y) and biases in both products; h' = y with ``gated=False``

    At the start ``|λ|²`` is uniform between r_min² and r_max², and the angle of λ uniform between 0 and ``max_phase``.
    γ follows λ through training. D is a matrix (H, I), so that I and H may differ; it is a diagonal in the paper. The
    gated output is the paper's block without its norm and residual, which :class:`seq.Stacked` adds: the recurrence is
    linear, so that without it several layers would be no more than one.

    Args:
        input_size: number of input features I.
        hidden_size: number of complex units, and of outputs, H.
        r_min, r_max: smallest and largest ``|λ|`` at the start, 0 <= r_min <= r_max < 1.
        max_phase: largest angle of λ at the start, in radians.
        gated: whether the output goes through GELU and a gate.
        kernel: ``"auto"``, ``"loop"`` or ``"scan"``, see :class:`seq.cells.linear.LinearCell`.

    Shapes:
        - **x**: (B, T, I)
        - **outputs**: (B, T, H), every h
        - **state**: ``(h, re, im)``, each (B, H): the output, which no later step reads, and the two parts of s

    Variables:
        - **nu** (H,), **theta** (H,): ν and θ
        - **weight_x** (2H, I): real and imaginary part of B; **weight_y** (H, 2H): those of C
        - **skip** (H, I): D
        - **gate.weight** (2H, H), **gate.bias** (2H,): W_u, W_v, only with ``gated``

    Raises:
        ValueError: a size below 1, a radius out of its range or an unknown option.

    Example:
        >>> import torch
        >>> from seq import LRU
        >>> outputs, (h, re, im) = LRU(input_size=2, hidden_size=3)(torch.zeros(5, 7, 2))
        >>> outputs.shape, re.shape
        (torch.Size([5, 7, 3]), torch.Size([5, 3]))
    """

    state_names = ("h", "re", "im")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        r_min: float = 0.9,
        r_max: float = 0.999,
        max_phase: float = 2 * math.pi,
        gated: bool = True,
        kernel: str = "auto",
    ) -> None:
        super().__init__()
        check_size("input_size", input_size)
        check_size("hidden_size", hidden_size)
        check_share("r_min", r_min)
        check_fraction("r_max", r_max)
        if r_min > r_max:
            raise ValueError(f"r_min must be at most r_max, {r_max!r}, got {r_min!r}")
        check_positive("max_phase", max_phase)
        check_flag("gated", gated)
        check_choice("kernel", kernel, LINEAR_KERNELS)
        input_size, hidden_size = int(input_size), int(hidden_size)
        self.input_size, self.hidden_size, self.output_size = input_size, hidden_size, hidden_size
        self.r_min, self.r_max, self.max_phase, self.kernel = r_min, r_max, max_phase, kernel
        self.nu = nn.Parameter(torch.empty(hidden_size))
        self.theta = nn.Parameter(torch.empty(hidden_size))
        self.weight_x = nn.Parameter(torch.empty(2 * hidden_size, input_size))
        self.weight_y = nn.Parameter(torch.empty(hidden_size, 2 * hidden_size))
        self.skip = nn.Parameter(torch.empty(hidden_size, input_size))
        self.gate = nn.Linear(hidden_size, 2 * hidden_size) if gated else None
        self.reset_parameters()

    @property
    def eigenvalues(self) -> Tensor:
        """λ of each unit, (H,) complex."""
        nu, theta = self.nu.to(self._kind), self.theta.to(self._kind)
        return torch.polar(torch.exp(-nu.exp()), theta.exp())

    @property
    def _kind(self) -> torch.dtype:
        """The type of the parts of s; there are no complex numbers of bfloat16."""
        return torch.promote_types(self.nu.dtype, torch.float32)

    def drive(self, x: Tensor) -> Tensor:
        """γ ⊙ (B x), complex (..., H) from x (..., I)."""
        gamma = torch.sqrt(-torch.expm1(-2 * self.nu.to(self._kind).exp()))
        re, im = F.linear(x, self.weight_x).to(self._kind).chunk(2, dim=-1)
        return torch.complex(gamma * re, gamma * im)

    def read(self, s: Tensor, x: Tensor) -> Tensor:
        """The output h' of states s (..., H), complex, and inputs x (..., I)."""
        # Re(C s) = Re C Re s - Im C Im s
        parts = torch.cat([s.real, -s.imag], dim=-1).to(x.dtype)
        y = F.linear(parts, self.weight_y) + F.linear(x, self.skip)
        if self.gate is None:
            return y
        u, v = self.gate(F.gelu(y)).chunk(2, dim=-1)
        return u * torch.sigmoid(v)  # not F.glu: torch.func has no fast second derivative of it

    def _run(
        self, x: Tensor, state: State, *, lengths: Tensor | None = None, times: Tensor | None = None
    ) -> tuple[Tensor, State]:
        if autocasts(x):  # rounding errors build up over the steps
            kind = self.nu.dtype
            with torch.autocast(x.device.type, enabled=False):
                return self._run(x.to(kind), tuple(part.to(kind) for part in state), lengths=lengths)
        # 1. all states
        s = self._states(x, state)  # (T, B, H), complex
        # 2. all outputs
        outputs = self.read(s.transpose(0, 1), x)  # (B, T, H)
        # 3. what is left at the last valid step
        if lengths is None:
            last, end = outputs[:, -1].clone(), s[-1]
        else:
            at = (lengths - 1).view(-1, 1).expand(-1, self.hidden_size)  # (B, H)
            last, end = outputs.gather(1, at.unsqueeze(1)).squeeze(1), s.gather(0, at.unsqueeze(0)).squeeze(0)
        return outputs, (last, end.real.to(x.dtype, copy=True), end.imag.to(x.dtype, copy=True))

    def _states(self, x: Tensor, state: State) -> Tensor:
        traced = needs_plain_steps(x, self.nu, *state)
        doubling = self.kernel == "scan" or (self.kernel == "auto" and x.is_cuda)
        return linear_recurrence(
            self.eigenvalues.view(1, 1, -1),
            self.drive(x.transpose(0, 1)),
            torch.complex(state[1].to(self._kind), state[2].to(self._kind)),
            doubling=doubling,
            traced=traced or self.kernel == "loop",
        )

    def reset_parameters(self) -> None:
        # 1. |λ|² and the angle
        low, high = self.r_min**2, self.r_max**2
        with torch.no_grad():
            square = torch.empty_like(self.nu).uniform_(low, high)
            tiny = torch.finfo(square.dtype).tiny
            self.nu.copy_(torch.log(-0.5 * torch.log(square.clamp_min(tiny))))
            self.theta.uniform_(0, self.max_phase).clamp_min_(tiny).log_()
        # 2. the matrices: each product keeps the size of what it is given
        nn.init.normal_(self.weight_x, std=(2 * self.input_size) ** -0.5)
        nn.init.normal_(self.weight_y, std=self.hidden_size**-0.5)
        nn.init.normal_(self.skip, std=self.input_size**-0.5)
        if self.gate is not None:
            self.gate.reset_parameters()
