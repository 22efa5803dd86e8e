"""Weights to and from torch.nn's recurrent layers."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from seq.cells.cell import Cell
from seq.cells.gru import GRU
from seq.cells.lstm import LSTM
from seq.cells.rnn import RNN
from seq.layers.bidirectional import Bidirectional
from seq.layers.layer import RecurrentLayer
from seq.layers.stacked import Stacked

_THEIRS: dict[Any, Any] = {RNN: nn.RNN, GRU: nn.GRU, LSTM: nn.LSTM}


def from_torch(module: nn.RNNBase) -> RecurrentLayer:
    """A layer of this package with the weights of a torch.nn.RNN, GRU or LSTM.

    torch's two biases of a gate are added up into one; the candidate of a GRU, where that is impossible,
    keeps its second bias (``GRU(recurrent_bias=True)``) unless it is zero. Several layers become a
    :class:`Stacked`, two directions a :class:`Bidirectional` in each layer. Input is batch first, whatever
    the module's was.

    Args:
        module: of any number of layers and one or two directions.

    Raises:
        ValueError: a projection (``proj_size``) or a ReLU, which no layer here has.

    Example:
        >>> import torch
        >>> from seq import from_torch
        >>> module = torch.nn.LSTM(2, 3, num_layers=2, batch_first=True)
        >>> x = torch.randn(5, 7, 2)
        >>> torch.allclose(from_torch(module)(x)[0], module(x)[0], atol=1e-6)
        True
    """
    ours = {theirs: cell for cell, theirs in _THEIRS.items()}.get(type(module))
    if ours is None:
        raise ValueError(f"module must be a torch.nn.RNN, GRU or LSTM, got {type(module).__name__}")
    if module.proj_size or module.mode == "RNN_RELU":
        raise ValueError("module must have no projection and no ReLU: no layer of this package has them")
    layers: list[RecurrentLayer] = []
    for number in range(module.num_layers):
        cells = [
            _cell_from_torch(ours, module, f"_l{number}{direction}")
            for direction in (("", "_reverse") if module.bidirectional else ("",))
        ]
        layers.append(Bidirectional(*cells) if module.bidirectional else cells[0])
    layer = layers[0] if len(layers) == 1 else Stacked(layers, dropout=module.dropout)
    return layer.train(module.training)


def to_torch(layer: RecurrentLayer) -> nn.RNNBase:
    """A torch.nn layer with the weights of an RNN, GRU or LSTM, or a stack of them, in one or two directions.

    The second bias of each gate is zero. It is trained on its own from there: torch.nn then moves the sum
    of the two twice as far in a step.

    Args:
        layer: a cell, a :class:`Bidirectional` of two, or a :class:`Stacked` of either, all of one kind.

    Returns:
        A batch-first module.

    Raises:
        ValueError: a layer that torch.nn does not have.
    """
    if isinstance(layer, Stacked) and (layer.residual or layer.norms is not None):
        raise ValueError("layer must have no residuals and no norm between its layers, as torch.nn has none")
    rows = layer.parts() if isinstance(layer, Stacked) else [layer]
    grid = [
        [row.forward_layer, row.backward_layer] if isinstance(row, Bidirectional) else [row] for row in rows
    ]
    cells = [cell for row in grid for cell in row]
    first = cells[0]
    theirs = _THEIRS.get(type(first))
    same = all(type(cell) is type(first) for cell in cells) and len({len(row) for row in grid}) == 1
    if theirs is None or not same or any(getattr(cell, "variant", "torch") != "torch" for cell in cells):
        raise ValueError("layer must be made of RNN, LSTM or GRU(variant='torch') only, as torch.nn has them")
    assert isinstance(first, Cell)
    module: Any = theirs(
        first.input_size,
        first.hidden_size,
        num_layers=len(grid),
        dropout=layer.dropout if isinstance(layer, Stacked) else 0.0,
        bidirectional=len(grid[0]) == 2,
        batch_first=True,
    )
    module.to(first.weight_x)
    for number, row in enumerate(grid):
        for cell, direction in zip(row, ("", "_reverse")):
            assert isinstance(cell, Cell)
            _cell_to_torch(cell, module, f"_l{number}{direction}")
    return module.train(layer.training)


def _cell_from_torch(kind: type[Cell], module: Any, suffix: str) -> Cell:
    weight_x, weight_h = getattr(module, f"weight_ih{suffix}"), getattr(module, f"weight_hh{suffix}")
    zeros = weight_x.new_zeros(len(weight_x))
    bias_x: Tensor = getattr(module, f"bias_ih{suffix}") if module.bias else zeros
    bias_h: Tensor = getattr(module, f"bias_hh{suffix}") if module.bias else zeros
    H = module.hidden_size
    second = bool((bias_h[2 * H :] != 0).any()) if kind is GRU else False
    options = {"recurrent_bias": True} if second else {}
    cell = kind(weight_x.shape[1], H, **options).to(weight_x)  # type: ignore[arg-type]
    with torch.no_grad():
        cell.weight_x.copy_(weight_x)
        cell.weight_h.copy_(weight_h)
        cell.bias.copy_(bias_x + bias_h)
        if second:
            assert isinstance(cell, GRU)
            assert cell.bias_nh is not None
            cell.bias[2 * H :] = bias_x[2 * H :]
            cell.bias_nh.copy_(bias_h[2 * H :])
    return cell


def _cell_to_torch(cell: Cell, module: Any, suffix: str) -> None:
    with torch.no_grad():
        getattr(module, f"weight_ih{suffix}").copy_(cell.weight_x)
        getattr(module, f"weight_hh{suffix}").copy_(cell.weight_h)
        getattr(module, f"bias_ih{suffix}").copy_(cell.bias)
        bias_h = getattr(module, f"bias_hh{suffix}")
        bias_h.zero_()
        if isinstance(cell, GRU) and cell.bias_nh is not None:
            bias_h[2 * cell.hidden_size :] = cell.bias_nh
