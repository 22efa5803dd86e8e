"""The cells that have kernels, and their plain loop in double precision to hold the kernels against."""

import copy

import pytest
import torch

from seq import GRU, LSTM, RNN, CellGatedLSTM, PeepholeLSTM, PhasedLSTM

I = 3
CELLS = {
    "rnn": RNN,
    "gru": GRU,
    "gru with two biases": lambda I, H: GRU(I, H, recurrent_bias=True),
    "gru of cho": lambda I, H: GRU(I, H, variant="cho"),
    "lstm": LSTM,
    "peephole": PeepholeLSTM,
    "cell-gated": CellGatedLSTM,
}
PHASED = {
    cell.__name__: lambda I, H, cell=cell: PhasedLSTM(I, H, cell=cell, r_on=0.4)
    for cell in (LSTM, PeepholeLSTM, CellGatedLSTM)
}


def plain(layer):
    """The same layer in double precision, step by step."""
    layer = copy.deepcopy(layer).cpu().double()
    for part in layer.modules():
        if hasattr(part, "kernel"):
            part.kernel = "loop"
    return layer


def double(tensor):
    return None if tensor is None else tensor.detach().cpu().double().requires_grad_(tensor.requires_grad)


def loss(outputs, state):
    """A number to which every step and every part of the last state counts, each in its own way."""
    weights = torch.linspace(0.5, 1.5, outputs.numel(), dtype=outputs.dtype, device=outputs.device)
    return (outputs.flatten() * weights).square().mean() + sum(
        (n * s**3).mean() for n, s in enumerate(state, start=1)
    )


def assert_equal(found, expected):
    """Single precision beside double: an error under 1e-5 wherever numbers are of size 1 or less."""
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one.detach().cpu().double(), other.detach(), rtol=1e-5, atol=1e-5)


def some(names, *fast):
    """All of them as cases of a test, of which those named are fast."""
    return [name if name in fast else pytest.param(name, marks=pytest.mark.slow) for name in names]
