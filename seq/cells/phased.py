"""The phased LSTM: units that open for a short part of a period of their own."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from seq.cells.lstm import LSTM
from seq.cells.memory_cell import MemoryCell
from seq.checks import check_finite, check_fraction, check_share
from seq.layers.layer import RecurrentLayer, State, valid_steps
from seq.tracing import has_values

#: Time stamps below it leave float32 the digits that a phase needs.
SHORT_CLOCK = 1024


class PhasedLSTM(RecurrentLayer):
    """An LSTM whose units update only while their time gate is open (Neil, Pfeiffer & Liu 2016).

    .. code-block:: text

        φ     = ((t - s) mod τ) / τ
        k     = 2φ / r_on          if φ < r_on / 2
                2 - 2φ / r_on      if r_on / 2 ≤ φ < r_on
                α φ                otherwise
        c_new = k ⊙ c' + (1 - k) ⊙ c
        h_new = k ⊙ h' + (1 - k) ⊙ h

    c' and h' are the proposals of an LSTM step of any kind. The leak α is ``leak`` in training, so that a
    closed unit still gets a gradient, and 0 in evaluation.

    τ, s and r_on are learned for each unit. They are stored as log τ and as ρ with r_on = σ(ρ / (r (1 - r))), r being
    the initial r_on: no step of an optimiser can take τ to zero or r_on out of (0, 1), and dr_on/dρ is 1 at the start.
    So a step of Adam moves r_on as far as in the authors' program, where it is a parameter itself; with the plain
    logit it would be 20 times less, and units that are open for 5 % of the time would hardly open further.

    Args:
        input_size: number of input features I.
        hidden_size: number of units H.
        cell: class of the step, :class:`LSTM`, :class:`PeepholeLSTM` or :class:`CellGatedLSTM`.
        r_on: initial open ratio, between 0 and 1.
        leak: α in training.
        log_period: τ is initialised as exp(U(low, high)), in the unit of the time stamps, and s as U(0, τ).
        init, forget_bias, kernel: as for the cell.

    Shapes:
        - **x**: (B, T, I)
        - **times**: (B, T) time stamps, whole numbers or not; the step numbers 1..T when left out. Milliseconds
          of a day, or of an epoch, need ``torch.float64`` or ``torch.long``: float32 has lost them before they come
          here. The slope of φ along τ grows with the number of turns, so learn periods from times since a reference
          near the sequence.
        - **outputs**: (B, T, H), every h
        - **state**: ``(h, c)``, each (B, H)

    Variables:
        - **cell**: the cell's own
        - **log_tau** (H,), **shift** (H,), **raw_r_on** (H,): ρ

    Raises:
        ValueError: ``r_on`` outside (0, 1), a negative ``leak``, a size below 1 or an unknown option.

    Example:
        >>> import torch
        >>> from seq import PeepholeLSTM, PhasedLSTM
        >>> layer = PhasedLSTM(input_size=2, hidden_size=3, cell=PeepholeLSTM)
        >>> times = torch.rand(5, 7).cumsum(1)
        >>> outputs, (h, c) = layer(torch.zeros(5, 7, 2), times=times)
        >>> outputs.shape, layer.k(times).shape
        (torch.Size([5, 7, 3]), torch.Size([5, 7, 3]))
    """

    state_names = ("h", "c")
    uses_times = True

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        cell: type[MemoryCell] = LSTM,
        r_on: float = 0.05,
        leak: float = 1e-3,
        log_period: tuple[float, float] = (0.0, 3.0),
        init: str = "torch",
        forget_bias: float = 0.0,
        kernel: str = "auto",
    ) -> None:
        super().__init__()
        check_fraction("r_on", r_on)
        check_share("leak", leak)
        if not isinstance(log_period, tuple | list) or len(log_period) != 2:
            raise ValueError(f"log_period must be two numbers (low, high), got {log_period!r}")
        for bound in log_period:
            check_finite("log_period", bound)
        if log_period[0] > log_period[1]:
            raise ValueError(f"log_period must be (low, high) with low <= high, got {log_period!r}")
        if not (isinstance(cell, type) and issubclass(cell, MemoryCell)):
            raise ValueError(f"cell must be a class of LSTM with state (h, c), got {cell!r}")
        self.cell = cell(input_size, hidden_size, init=init, forget_bias=forget_bias, kernel=kernel)
        self.input_size, self.hidden_size, self.output_size = input_size, hidden_size, hidden_size
        self.initial_r_on, self.leak, self.log_period = r_on, leak, log_period
        self.log_tau = nn.Parameter(torch.empty(hidden_size))
        self.shift = nn.Parameter(torch.empty(hidden_size))
        self.raw_r_on = nn.Parameter(torch.empty(hidden_size))
        self._reset_gate()

    @property
    def tau(self) -> Tensor:
        """The period τ of each unit, (H,)."""
        return self.log_tau.exp()

    @property
    def _slope(self) -> float:
        """dσ/dlogit at the initial open ratio."""
        return self.initial_r_on * (1 - self.initial_r_on)

    @property
    def r_on(self) -> Tensor:
        """The open ratio of each unit, (H,)."""
        return (self.raw_r_on / self._slope).sigmoid()

    def k(self, t: Tensor) -> Tensor:
        """The openness of every unit at every time: t (...) -> k (..., H)."""
        phi, r_on = self._phase(t.unsqueeze(-1)), self.r_on
        rising = phi * (2 / r_on)
        leak = self.leak if self.training else 0.0
        # The smaller of the two flanks is the one that holds.
        return torch.where(phi < r_on, torch.minimum(rising, 2 - rising), leak * phi)

    def _phase(self, t: Tensor) -> Tensor:
        """φ of every unit, (..., H) from t (..., 1): the part of a turn that is over.

        Of a large number of turns only the remainder counts, and float32 has no digits left for it. The clock is
        double then, and the remainder alone has the type of the weights.
        """
        kind = self.shift.dtype if self._is_short(t) else torch.float64
        # Units first, then times: the few numbers of the units take the divisions.
        rate = 1 / self.tau.to(kind)
        turns = torch.addcmul(-self.shift.to(kind) * rate, t.to(kind), rate)  # (t - s) / τ
        return (turns - turns.detach().floor()).to(self.shift.dtype)

    def _is_short(self, t: Tensor) -> bool:
        """Whether float32 will do; on a GPU nothing is read, because the program would wait."""
        if self.shift.dtype != torch.float32 or t.device.type != "cpu" or not has_values(t):
            return False
        return t.numel() == 0 or bool(t.abs().max() < SHORT_CLOCK)

    def _run(
        self, x: Tensor, state: State, *, lengths: Tensor | None = None, times: Tensor | None = None
    ) -> tuple[Tensor, State]:
        T = x.shape[1]
        if times is None:
            times = torch.arange(1, T + 1, device=x.device).unsqueeze(0)  # (1, T), the same for all
        gate = self.k(times.t())  # (T, B or 1, H)
        if lengths is not None:
            gate = gate * valid_steps(lengths, T).t().unsqueeze(-1)
        return self.cell.run(x, state, gate)

    def reset_parameters(self) -> None:
        self.cell.reset_parameters()
        self._reset_gate()

    def _reset_gate(self) -> None:
        nn.init.uniform_(self.log_tau, *self.log_period)
        with torch.no_grad():
            self.shift.copy_(torch.rand_like(self.shift) * self.tau)
            self.raw_r_on.fill_(math.log(self.initial_r_on / (1 - self.initial_r_on)) * self._slope)
