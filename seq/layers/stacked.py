"""Layers one above the other."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seq.checks import check_flag, check_share
from seq.layers.bidirectional import check_same_state
from seq.layers.layer import RecurrentLayer, State, check_layer


class Stacked(RecurrentLayer):
    """Each layer reads the outputs of the one below, with dropout between them (Zaremba et al. 2014).

    Dropout acts in training only, on the outputs of every layer but the last, as in torch.nn.

    .. code-block:: text

        y(1) = layer(1)(x)
        y(n) = layer(n)(dropout(norm(n)(y(n-1))))  [+ y(n-1)]

    The norm and what stands in brackets are there if asked for. The first layer reads x as it is, and nothing is
    added to its output: so what a classifier reads at the end is made of the layers' last outputs, which the state
    holds.

    Args:
        layers: at least one layer; the input size of each is the output size of the one below.
        dropout: probability of setting an output between two layers to zero, in [0, 1).
        residual: add what lies below to the output of each layer after the first that has the same size.
        norm: layer normalisation (Ba et al. 2016) of what each layer after the first reads.

    Shapes:
        - **x**: (B, T, I)
        - **outputs**: (B, T, H) of the last layer
        - **state**: as the layers', each tensor with a new first dimension of L layers, (L, B, H)

    Variables:
        - **layers**: the layers' own
        - **norms**: weight and bias (input size,) of every layer after the first, only with ``norm``

    Raises:
        ValueError: layers that do not fit each other, or ``dropout`` out of its range.

    Example:
        >>> import torch
        >>> from seq import LSTM, Stacked
        >>> outputs, (h, c) = Stacked([LSTM(2, 3), LSTM(3, 3)], dropout=0.5)(torch.zeros(5, 7, 2))
        >>> outputs.shape, h.shape
        (torch.Size([5, 7, 3]), torch.Size([2, 5, 3]))
    """

    def __init__(
        self,
        layers: Iterable[RecurrentLayer],
        *,
        dropout: float = 0.0,
        residual: bool = False,
        norm: bool = False,
    ) -> None:
        super().__init__()
        if not isinstance(layers, Iterable):
            raise ValueError(f"layers must be recurrent layers, one after the other, got {layers!r}")
        parts = list(layers)
        if not parts:
            raise ValueError("layers must hold at least one layer, got none")
        for number, layer in enumerate(parts):
            check_layer(f"layers[{number}]", layer)
        check_share("dropout", dropout)
        check_flag("residual", residual)
        check_flag("norm", norm)
        for number, (below, layer) in enumerate(pairwise(parts), start=1):
            check_same_state(f"layers[{number}]", layer, parts[0])
            if layer.input_size != below.output_size:
                raise ValueError(
                    f"layers[{number}] must have input_size {below.output_size}, the output size of the "
                    f"layer below, has {layer.input_size}"
                )
        self.layers = nn.ModuleList(parts)
        self.norms = nn.ModuleList(nn.LayerNorm(layer.input_size) for layer in parts[1:]) if norm else None
        self.dropout, self.residual = dropout, residual
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
        """The summary of the last layer with all that is added to it, (B, output_size)."""
        first, *others = (
            layer.summary(tuple(part[number] for part in state)) for number, layer in enumerate(self.parts())
        )
        for own in others:
            first = self._add(own, first)
        return first

    def _add(self, outputs: Tensor, below: Tensor) -> Tensor:
        """The outputs of a layer after the first, with what lies below where that is added."""
        return outputs + below if self.residual and outputs.shape[-1] == below.shape[-1] else outputs

    def _run(
        self, x: Tensor, state: State, *, lengths: Tensor | None = None, times: Tensor | None = None
    ) -> tuple[Tensor, State]:
        after = []
        for number, layer in enumerate(self.parts()):
            read = x
            if number > 0:
                if self.norms is not None:
                    read = self.norms[number - 1](x)
                read = F.dropout(read, self.dropout, self.training)
            outputs, layer_state = layer(
                read,
                tuple(part[number] for part in state),
                lengths=lengths,
                times=times if layer.uses_times else None,
            )
            x = outputs if number == 0 else self._add(outputs, x)
            after.append(layer_state)
        return x, tuple(torch.stack(part) for part in zip(*after))

    def reset_parameters(self) -> None:
        for layer in self.parts():
            layer.reset_parameters()
        for norm in self.norms or ():
            cast(nn.LayerNorm, norm).reset_parameters()
