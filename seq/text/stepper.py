"""One character after the other through a model: the general way, and a faster equal for stacks of cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from seq.cells.cell import Cell
from seq.layers.layer import State
from seq.layers.products import times_transposed
from seq.layers.stacked import Stacked
from seq.text.char_lm import CharLM
from seq.text.next_character import NextCharacterModel


def stepper(model: NextCharacterModel, state: Any) -> Callable[[Tensor], Tensor]:
    """A function from the next character of each text to the logits of the one after; it keeps the state.

    Not differentiable. The model's weights are read here, once.

    Args:
        model: in evaluation mode.
        state: the model's, after what it has read so far.

    Shapes:
        - **tokens**, the function's argument: (B,) integers in 0..V-1
        - **logits**: (B, V)
    """
    cells = _fused_cells(model)
    if cells and isinstance(model, CharLM):
        return _CellStepper(model, cells, state)
    return _ModelStepper(model, state)


def _fused_cells(model: NextCharacterModel) -> list[Cell]:
    """The cells of a model that can be stepped by themselves, from the lowest to the highest; none otherwise."""
    if type(model) is not CharLM or torch.is_autocast_enabled("cpu"):
        return []
    if isinstance(model.layer, Stacked) and (model.layer.residual or model.layer.norms is not None):
        return []
    parts = model.layer.parts() if isinstance(model.layer, Stacked) else [model.layer]
    cells = [part for part in parts if isinstance(part, Cell)]
    # A GPU has kernels of its own, and kernel="loop" asks for the plain steps.
    fit = all(cell.fused_step and cell.kernel == "auto" and cell.weight_x.is_cpu for cell in cells)
    return cells if fit and len(cells) == len(parts) else []


class _ModelStepper:
    def __init__(self, model: NextCharacterModel, state: Any) -> None:
        self.model, self.state = model, state

    @torch.no_grad()
    def __call__(self, tokens: Tensor) -> Tensor:
        logits, self.state = self.model(tokens.unsqueeze(1), self.state)
        return logits[:, -1]


class _CellStepper:
    """The same with what a step repeats done before: the lowest layer's products with every character.

    W_x e(v) + b of each character v is a row of a table, so that the lowest layer looks up a row where it
    would multiply. The state is written to one of two sets of tensors in turn.
    """

    @torch.no_grad()
    def __init__(self, model: CharLM, cells: list[Cell], state: State) -> None:
        first, *above = cells
        # 1. of every character, as an embedding's vector or as a one-hot vector
        if model.embedding is None:
            products = first.weight_x.t().contiguous()
        else:
            products = times_transposed(model.embedding.weight, first.weight_x)
        self.table = products + first.bias  # (V, gates * H)
        # 2. what the layers need
        self.steps = [cell.fused_step(*cell.scan_weights()) for cell in cells if cell.fused_step]
        self.inputs = [(cell.weight_x, cell.bias) for cell in above]
        self.head = model.head
        # 3. the state by layer
        stacked = isinstance(model.layer, Stacked)
        self.old = _by_layer(tuple(part.clone() for part in state), stacked)
        self.new = _by_layer(tuple(torch.empty_like(part) for part in state), stacked)

    @torch.no_grad()
    def __call__(self, tokens: Tensor) -> Tensor:
        z = self.table[tokens]  # (B, gates * H)
        for number, step in enumerate(self.steps):
            if number > 0:
                weight_x, bias = self.inputs[number - 1]
                z = times_transposed(self.new[number - 1][0], weight_x).add_(bias)
            step.forward(z, self.old[number], self.new[number], None)
        self.old, self.new = self.new, self.old
        return self.head(self.old[-1][0])


def _by_layer(state: State, stacked: bool) -> list[State]:
    """The state of each layer: views into a stack's (L, B, H)."""
    return list(zip(*(part.unbind(0) for part in state))) if stacked else [state]
