"""Initial values of a cell's parameters."""

from __future__ import annotations

import torch
from torch import Tensor, nn

INITS = ("torch", "xavier", "kaiming", "orthogonal")


def initialise(cell: nn.Module, init: str, hidden_size: int) -> None:
    """Fill the parameters of a cell in place, one gate at a time, from torch's global generator.

    A matrix holds the gates' blocks of H rows one below the other. Each block is initialised by itself,
    because Xavier's and the orthogonal rule depend on the number of rows of the matrix they are given.

    Args:
        cell: its ``weight_x`` and ``weight_h`` are the matrices; its other parameters are biases and
            peepholes.
        init: ``"torch"`` draws every parameter from U(-1/√H, 1/√H), as torch.nn does; ``"xavier"``
            (normal, Glorot & Bengio 2010), ``"kaiming"`` (normal with gain √2, He et al. 2015) and
            ``"orthogonal"`` (Saxe et al. 2014) draw the matrices and set the others to zero.
        hidden_size: H.
    """
    bound = hidden_size**-0.5
    fill = {
        "torch": lambda block: nn.init.uniform_(block, -bound, bound),
        "xavier": nn.init.xavier_normal_,
        "kaiming": nn.init.kaiming_normal_,
        "orthogonal": nn.init.orthogonal_,
    }[init]
    for name, parameter in cell.named_parameters(recurse=False):
        if name in ("weight_x", "weight_h"):
            for block in parameter.detach().split(hidden_size):
                fill(block)
        elif init == "torch":
            fill(parameter)
        else:
            nn.init.zeros_(parameter)


def add_to_block(bias: Tensor, number: int, hidden_size: int, amount: float) -> None:
    """Add an amount to the bias of one gate: the block of H numbers with that number."""
    with torch.no_grad():
        bias[number * hidden_size : (number + 1) * hidden_size] += amount
