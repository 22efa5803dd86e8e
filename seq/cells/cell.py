"""A single layer in a single direction: parameters of all gates, one time loop, and its faster equals."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seq.cells.initialisation import INITS, initialise
from seq.checks import check_choice, check_size
from seq.kernels.cell import run_by_kernel
from seq.kernels.switch import runs_kernels
from seq.layers.layer import RecurrentLayer, State, valid_steps
from seq.layers.scan import FusedStep, scan
from seq.tracing import autocasts, needs_plain_steps


class Cell(RecurrentLayer):
    """Base of the cells: a cell says what one step does, and the time loop is here.

    The same equations can run in four ways, and tests hold them equal, gradients too:

    - torch's own kernel, where torch has these equations (``torch_kernel``);
    - a kernel of this package on a GPU (``equations``), where it has not, where a time gate or lengths interfere, and
      where ``torch.func.vmap`` batches over weights: all seeds of a model in one launch;
    - one loop with the input's products done for all steps at once and a derivative written by hand
      (:func:`seq.layers.scan.scan`), in these cases without such a kernel;
    - the plain loop over :meth:`step`, which is the definition, and slow.

    Over long sequences gradients vanish, and on their way to zero they are subnormal numbers, which cost some
    processors many times as much as others. Layers leave the processor's settings alone: a program that
    trains calls ``torch.set_flush_denormal(True)`` once, in each of its processes.

    Args:
        input_size: number of input features I.
        hidden_size: number of units H.
        init: initial values, see :func:`seq.cells.initialisation.initialise`.
        kernel: ``"auto"`` takes the fastest way, ``"loop"`` the plain loop.

    Variables:
        - **weight_x** (gates * H, I): the gates' blocks one below the other, in the order of ``gates``
        - **weight_h** (recurrent gates * H, H): the same for the recurrent products; none where no gate sees h
        - **bias** (gates * H,): one bias a gate
    """

    gates: ClassVar[tuple[str, ...]]
    recurrent_gates: ClassVar[tuple[str, ...]]
    kernels: ClassVar[tuple[str, ...]] = ("auto", "loop")
    weight_h: nn.Parameter
    fused_step: type[FusedStep] | None = None
    #: Name of the file in ``seq.kernels.equations``; None for a cell without kernels.
    equations: str | None = None

    def __init__(
        self, input_size: int, hidden_size: int, *, init: str = "torch", kernel: str = "auto"
    ) -> None:
        super().__init__()
        check_size("input_size", input_size)
        check_size("hidden_size", hidden_size)
        check_choice("init", init, INITS)
        check_choice("kernel", kernel, self.kernels)
        input_size, hidden_size = int(input_size), int(hidden_size)  # torch's split takes no NumPy number
        self.input_size, self.hidden_size, self.output_size = input_size, hidden_size, hidden_size
        self.init, self.kernel = init, kernel
        self.weight_x = nn.Parameter(torch.empty(len(self.gates) * hidden_size, input_size))
        weight_h = torch.empty(len(self.recurrent_gates) * hidden_size, hidden_size)
        self.register_parameter("weight_h", nn.Parameter(weight_h) if self.recurrent_gates else None)
        self.bias = nn.Parameter(torch.empty(len(self.gates) * hidden_size))
        # torch's kernels add two biases; the second stays zero, so that there is one a gate.
        zeros = torch.zeros(len(self.gates) * hidden_size)
        self.register_buffer("zero_bias", zeros, persistent=False)
        self.zero_bias: Tensor

    @abstractmethod
    def activations(self, x: Tensor, state: State) -> dict[str, Tensor]:
        """All that one step computes, gate by gate like its equations: x (B, I), state of (B, H) -> (B, H) each.

        By the names of the equations; the new state is there too, under ``state_names``.
        """

    def step(self, x: Tensor, state: State) -> State:
        """One step: x (B, I), state of (B, H) -> state."""
        values = self.activations(x, state)
        return tuple(values[name] for name in self.state_names)

    def gate_inputs(self, x: Tensor) -> dict[str, Tensor]:
        """W_·x x + b_· of each gate by name, for one step x (B, I), or for all of them (T, B, I)."""
        blocks = F.linear(x, self.weight_x, self.bias).split(self.hidden_size, dim=-1)
        return dict(zip(self.gates, blocks))

    def recurrent_weights(self) -> dict[str, Tensor]:
        """W_·h of each gate by name, each (H, H)."""
        return dict(zip(self.recurrent_gates, self.weight_h.split(self.hidden_size)))

    def scan_weights(self) -> tuple[Tensor, ...]:
        """The parameters that ``fused_step`` is built from."""
        return (self.weight_h,)

    def kernel_weights(self) -> tuple[Tensor, ...]:
        """W_x, b and what ``equations`` ask for beside them, with the gates in their order."""
        return self.weight_x, self.bias, *self.scan_weights()

    def torch_kernel(self, x: Tensor, state: State) -> tuple[Tensor, State] | None:
        """Outputs and state from torch's own kernel; None where torch has no such equations."""
        return None

    def run(self, x: Tensor, state: State, gate: Tensor | None = None) -> tuple[Tensor, State]:
        """All steps, each new state mixed into the old one by a gate.

        s(t) = k(t) ⊙ step(x(t), s(t-1)) + (1 - k(t)) ⊙ s(t-1), for every tensor s of the state.

        Args:
            x: (B, T, I).
            state: tuple of (B, H).
            gate: k, with a shape that broadcasts to (T, B, H); 1 when left out.
        """
        if autocasts(x):
            # Rounding errors build up over the steps, and torch's own bfloat16 LSTM crashes on a CPU: the
            # recurrence keeps the precision of its parameters.
            with torch.autocast(x.device.type, enabled=False):
                return self.run(x.to(self.bias.dtype), tuple(s.to(self.bias.dtype) for s in state), gate)
        return self._recur(x, state, gate)

    def _recur(self, x: Tensor, state: State, gate: Tensor | None) -> tuple[Tensor, State]:
        """All steps, by the way that ``kernel`` asks for."""
        # An empty batch has nothing to be fast about.
        if self.kernel == "loop" or x.shape[0] == 0:
            return self._loop(x, state, gate)
        # torch.compile and torch.func can follow the plain steps; they know neither torch's kernels for training
        # nor the fused loop.
        plain = needs_plain_steps(x, self.bias, *state)
        if gate is None and not plain:
            with warnings.catch_warnings():
                # cuDNN asks for all weights in one block of memory; copying them there costs it little.
                warnings.filterwarnings("ignore", message="RNN module weights are not part of single")
                result = self.torch_kernel(x, state)
            if result is not None:
                return result
        if self.equations is not None and runs_kernels(x):
            result = run_by_kernel(self.equations, self.kernel_weights(), x, state, gate)
            if result is not None:
                return result
        if plain or self.fused_step is None:
            return self._loop(x, state, gate)
        # Time comes first, so that each step reads one block of memory.
        x = x.transpose(0, 1).contiguous()  # (T, B, I)
        outputs, state = scan(self.fused_step, x, self.weight_x, self.bias, self.scan_weights(), state, gate)
        return outputs.transpose(0, 1), state

    def _loop(self, x: Tensor, state: State, gate: Tensor | None) -> tuple[Tensor, State]:
        outputs = []
        # unbind, not x[:, t]: the derivative of indexing makes a tensor of all steps, at every step.
        gates = [None] * x.shape[1] if gate is None else gate.expand(x.shape[1], -1, -1).unbind(0)
        for x_t, k in zip(x.unbind(1), gates):
            proposal = self.step(x_t, state)
            if k is not None:
                proposal = tuple(k * new + (1 - k) * old for new, old in zip(proposal, state))
            state = proposal
            outputs.append(state[0])
        return torch.stack(outputs, dim=1), state

    def _run(
        self, x: Tensor, state: State, *, lengths: Tensor | None = None, times: Tensor | None = None
    ) -> tuple[Tensor, State]:
        if lengths is None:
            return self.run(x, state)
        if len(state) == 1:
            # All of the state is in the outputs, so the kernel's outputs hold the last valid one too.
            outputs, _ = self.run(x, state)
            last = (lengths - 1).view(-1, 1, 1).expand(-1, 1, self.hidden_size)
            return outputs, (outputs.gather(1, last).squeeze(1),)
        gate = valid_steps(lengths, x.shape[1]).t().unsqueeze(-1).to(x.dtype)  # (T, B, 1)
        return self.run(x, state, gate)

    def reset_parameters(self) -> None:
        initialise(self, self.init, self.hidden_size)
