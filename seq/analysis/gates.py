"""What the gates of a cell do while it reads a sequence."""

from __future__ import annotations

import torch
from torch import Tensor

from seq.cells.cell import Cell
from seq.cells.phased import PhasedLSTM
from seq.checks import check_precision, check_sequence, check_state, check_times
from seq.layers.layer import RecurrentLayer, State


def gate_activations(
    layer: RecurrentLayer, x: Tensor, state: State | None = None, *, times: Tensor | None = None
) -> dict[str, Tensor]:
    """Every gate, candidate and state of a single layer at every step, from the cell's equations.

    Of an LSTM and its relatives i, f, o (0: closed, 1: open), the candidate g, the memory c and the output h; of a
    GRU r, z, the candidate n and h; of a minimal GRU z, n and h, of a minimal LSTM f, i, n and h; of the vanilla
    network h. A phased LSTM has its time gate k as well; its
    other gates are those of the proposals, and c and h the states that k lets through.

    Args:
        layer: a cell, or a phased one.
        x: input sequences.
        state: the state before the first step; zeros when left out.
        times: time stamps of a phased layer; the step numbers 1..T when left out.

    Shapes:
        - **x**: (B, T, I); **times**: (B, T)
        - each of the results: (B, T, H)

    Raises:
        ValueError: a stack, a bidirectional layer or a linear recurrent unit, which have no such gates; input, state
            or times of another shape.

    Example:
        >>> import torch
        >>> from seq import LSTM, gate_activations
        >>> seen = gate_activations(LSTM(2, 3, forget_bias=3.0), torch.zeros(5, 7, 2))
        >>> list(seen), seen["f"].shape, bool(seen["f"].mean() > 0.8)
        (['i', 'f', 'g', 'o', 'c', 'h'], torch.Size([5, 7, 3]), True)
    """
    cell = layer.cell if isinstance(layer, PhasedLSTM) else layer
    if not isinstance(cell, Cell):
        raise ValueError(
            f"layer must be a single cell, not a {type(layer).__name__}; take the parts of a stack one by one"
        )
    if times is not None and not isinstance(layer, PhasedLSTM):
        raise ValueError(f"times must be None: {type(layer).__name__} does not use time stamps")
    check_sequence("x", x, layer.input_size)
    check_precision("x", x, layer)
    if times is not None:
        check_times(times, *x.shape[:2])
    current = layer.initial_state(x) if state is None else state
    check_state(current, layer.state_names, layer.state_shape(len(x)))
    with torch.no_grad():
        steps = []
        for number, x_t in enumerate(x.unbind(1), start=1):
            values = cell.activations(x_t, current)
            if isinstance(layer, PhasedLSTM):
                at = torch.full((len(x),), number, device=x.device) if times is None else times[:, number - 1]
                k = layer.k(at)  # (B, H)
                for name, old in zip(layer.state_names, current):
                    values[name] = k * values[name] + (1 - k) * old
                values = {"k": k, **values}
            current = tuple(values[name] for name in layer.state_names)
            steps.append(values)
    return {name: torch.stack([values[name] for values in steps], dim=1) for name in steps[0]}
