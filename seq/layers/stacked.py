"""Layers one above the other."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seq.checks import check_share
from seq.layers.bidirectional import check_same_state
from seq.layers.layer import RecurrentLayer, State, check_layer


class Stacked(RecurrentLayer):
    """Each layer reads the outputs of the one below, with dropout between them (Zaremba et al. 2014).

    Dropout acts in training only, on the outputs of every layer but the last, as in torch.nn.

    Args:
        layers: at least one layer; the input size of each is the output size of the one below.
        dropout: probability of setting an output between two layers to zero, in [0, 1).

    Shapes:
        - **x**: (B, T, I)
        - **outputs**: (B, T, H) of the last layer
        - **state**: as the layers', each tensor with a new first dimension of L layers, (L, B, H)

    Raises:
        ValueError: layers that do not fit each other, or ``dropout`` out of its range.

    Example:
        >>> import torch
        >>> from seq import LSTM, Stacked
        >>> outputs, (h, c) = Stacked([LSTM(2, 3), LSTM(3, 3)], dropout=0.5)(torch.zeros(5, 7, 2))
        >>> outputs.shape, h.shape
        (torch.Size([5, 7, 3]), torch.Size([2, 5, 3]))
    """

    def __init__(self, layers: Iterable[RecurrentLayer], *, dropout: float = 0.0) -> None:
        super().__init__()
        if not isinstance(layers, Iterable):
            raise ValueError(f"layers must be recurrent layers, one after the other, got {layers!r}")
        parts = list(layers)
        if not parts:
            raise ValueError("layers must hold at least one layer, got none")
        for number, layer in enumerate(parts):
            check_layer(f"layers[{number}]", layer)
        check_share("dropout", dropout)
        for number, (below, layer) in enumerate(pairwise(parts), start=1):
            check_same_state(f"layers[{number}]", layer, parts[0])
            if layer.input_size != below.output_size:
                raise ValueError(
                    f"layers[{number}] must have input_size {below.output_size}, the output size of the "
                    f"layer below, has {layer.input_size}"
                )
        self.layers = nn.ModuleList(parts)
        self.dropout = dropout
        self.input_size, self.hidden_size = parts[0].input_size, parts[0].hidden_size
        self.output_size = parts[-1].output_size
        self.state_names = parts[0].state_names
        self.uses_times = any(layer.uses_times for layer in parts)

    def parts(self) -> list[RecurrentLayer]:
        """The layers, from the lowest to the highest."""
        return [cast(RecurrentLayer, layer) for layer in self.layers]

    def state_shape(self, batch: int) -> tuple[int, ...]:
        return (len(self.layers), *self.parts()[0].state_shape(batch))

    def summary(self, state: State) -> Tensor:
        """The summary of the last layer, (B, output_size)."""
        return self.parts()[-1].summary(tuple(part[-1] for part in state))

    def _run(
        self, x: Tensor, state: State, *, lengths: Tensor | None = None, times: Tensor | None = None
    ) -> tuple[Tensor, State]:
        after = []
        for number, layer in enumerate(self.parts()):
            if number > 0:
                x = F.dropout(x, self.dropout, self.training)
            x, layer_state = layer(
                x,
                tuple(part[number] for part in state),
                lengths=lengths,
                times=times if layer.uses_times else None,
            )
            after.append(layer_state)
        return x, tuple(torch.stack(part) for part in zip(*after))

    def reset_parameters(self) -> None:
        for layer in self.parts():
            layer.reset_parameters()
