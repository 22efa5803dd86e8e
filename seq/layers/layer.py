"""What every recurrent layer promises: one call, one kind of state, and lengths by masking."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from seq.checks import check_lengths, check_precision, check_sequence, check_state, check_times

State = tuple[Tensor, ...]


class RecurrentLayer(nn.Module, ABC):
    """A map from a sequence and a state to all its outputs and the state after the last step.

    ``layer(x, state=None, *, lengths=None, times=None) -> (outputs, state)``

    Args of the call:
        x: input sequences.
        state: tuple of tensors with ``h`` first; zeros when left out.
        lengths: number of valid steps of each sequence, 1..T. Steps beyond it change nothing: outputs
            there are zero, and the state is the one after the last valid step.
        times: time stamp of each step; only for layers with ``uses_times``.

    Shapes:
        - **x**: (B, T, I); **lengths**: (B,); **times**: (B, T)
        - **outputs**: (B, T, output_size)
        - **state**: each tensor has the shape ``state_shape(B)``, (B, H) for a single layer

    Raises:
        ValueError: an argument with a wrong shape, type or range, by name.
    """

    input_size: int
    hidden_size: int
    output_size: int
    state_names: tuple[str, ...] = ("h",)
    uses_times = False

    def forward(
        self,
        x: Tensor,
        state: State | None = None,
        *,
        lengths: Tensor | None = None,
        times: Tensor | None = None,
    ) -> tuple[Tensor, State]:
        check_sequence("x", x, self.input_size)
        check_precision("x", x, self)
        B, T, _ = x.shape
        if state is None:
            state = self.initial_state(x)
        check_state(state, self.state_names, self.state_shape(B))
        for part in state:
            check_precision("state", part, self)
        if times is not None:
            if not self.uses_times:
                raise ValueError(f"times must be None: {type(self).__name__} does not use time stamps")
            check_times(times, B, T)
        if lengths is None:
            return self._run(x, state, times=times)
        check_lengths(lengths, B, T)
        lengths = lengths.to(x.device)
        beyond = ~valid_steps(lengths, T).unsqueeze(-1)  # (B, T, 1)
        # Whatever fills the space beyond the end, NaN included, must reach neither outputs nor gradients.
        outputs, state = self._run(x.masked_fill(beyond, 0.0), state, lengths=lengths, times=times)
        return outputs.masked_fill(beyond, 0.0), state

    def initial_state(self, x: Tensor) -> State:
        """Zeros of ``state_shape(B)``, with the device and type of ``x`` (B, T, I)."""
        return tuple(x.new_zeros(self.state_shape(x.shape[0])) for _ in self.state_names)

    def state_shape(self, batch: int) -> tuple[int, ...]:
        """Shape of each tensor of the state for a batch of that size."""
        return (batch, self.hidden_size)

    def summary(self, state: State) -> Tensor:
        """What a classifier reads from the final state, (B, output_size): here the last h."""
        return state[0]

    @abstractmethod
    def _run(
        self, x: Tensor, state: State, *, lengths: Tensor | None = None, times: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """The layer on checked arguments; outputs beyond ``lengths`` may hold anything finite."""

    @abstractmethod
    def reset_parameters(self) -> None:
        """Draw all parameters anew from torch's global generator."""


def check_layer(name: str, value: object) -> None:
    """Raise unless ``value`` is a recurrent layer."""
    if not isinstance(value, RecurrentLayer):
        raise ValueError(f"{name} must be a recurrent layer of this package, got {type(value).__name__}")


def valid_steps(lengths: Tensor, steps: int) -> Tensor:
    """Which steps lie within each length, as booleans (B, T)."""
    return torch.arange(steps, device=lengths.device) < lengths.unsqueeze(1)
