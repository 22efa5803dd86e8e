"""What each layer of a graph network, or each step of a recurrent one, does to what it carries."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from experiments.lab.sequences.input_sensitivity import double_copy, in_double
from experiments.lab.sequences.tasks.task import Task
from gnnlab import SequenceGraphClassifier, dirichlet_energy
from seq import (
    LRU,
    Bidirectional,
    SequenceClassifier,
    Stacked,
    TransformerClassifier,
    jacobians,
    step_jacobians,
)

EXAMPLES = 8
MOST_ENTRIES = 3000  # rows of a layer's Jacobian; beyond it singular values take too long


def measure_depth(model: nn.Module, task: Task, *, examples: int = EXAMPLES) -> list[dict[str, Any]]:
    """Singular values of each step's or layer's Jacobian, the norm of the features, their Dirichlet energy.

    A recurrent step is ds(t)/ds(t-1), of [h; c] where there is a memory, and of the complex state of a linear recurrent
    unit; a layer is dH(l)/dH(l-1) over all nodes, or steps of a Transformer, and channels at once. Vanishing shows as
    singular values below 1, over-smoothing as energy that falls faster than the squared norm.

    Args:
        model: A classifier of symbols, of either family; of a stack the first layer is measured, and nothing of a
            network that reads from both ends, whose states have no order in time.
        task: Where examples come from.
        examples: How many; the Jacobian of a layer, which is large, is that of the first.

    Returns:
        Nothing of a user's own model, whose steps nobody knows; otherwise a row per step or layer, from 1 on:
        ``depth``, ``singular_max``, ``singular_median``, ``norm`` (root mean square of the features: h, or all nodes)
        and ``energy`` (Dirichlet energy over the squared norm; None for a recurrent network).
    """
    batch = in_double(task.batch("validation", examples, task.generator("validation")))
    wide = double_copy(model)
    with torch.no_grad():
        if isinstance(wide, SequenceClassifier):
            return _steps(wide, wide.encode(batch.inputs))
        if isinstance(wide, SequenceGraphClassifier):
            return _layers(wide, wide.hidden(wide.encode(batch.inputs)))
        if isinstance(wide, TransformerClassifier):
            return _blocks(wide, wide.encode(batch.inputs))
    return []


def singular_values(matrices: Tensor) -> Tensor:
    """Of square matrices (..., M, M) in double precision, from the largest down, (..., M).

    Roots of the eigenvalues of J Jᵀ, which takes half the time of a decomposition; those under 1e-8 of the largest are
    rounding.
    """
    # Rows that are zero in all matrices, as those of units that ReLU has closed, each add a singular value of 0.
    rows = matrices.flatten(0, -3).abs().amax((0, 2)) > 0
    kept = matrices[..., rows, :]
    values = torch.linalg.eigvalsh(kept @ kept.mT).clamp(min=0).sqrt().flip(-1)
    return torch.nn.functional.pad(values, (0, len(rows) - values.shape[-1]))


def _steps(model: SequenceClassifier, x: Tensor) -> list[dict[str, Any]]:
    layer = model.layer.parts()[0] if isinstance(model.layer, Stacked) else model.layer
    if isinstance(layer, Bidirectional):
        return []
    if isinstance(layer, LRU):  # diagonal: what a step does to its complex state are the sizes of λ
        sizes = layer.eigenvalues.abs().sort(descending=True).values
        values = sizes.expand(x.shape[1], len(x), -1)
    else:
        values = singular_values(step_jacobians(layer, x))  # (T, B, S)
    h, _ = layer(x)
    return [_row(depth, values[depth - 1], h[:, depth - 1], None) for depth in range(1, x.shape[1] + 1)]


def _blocks(model: TransformerClassifier, x: Tensor) -> list[dict[str, Any]]:
    layer = model.transformer
    x = layer.embed(x)
    rows = []
    for number in range(len(layer.blocks)):
        values = None
        if x[0].numel() <= MOST_ENTRIES:
            values = singular_values(jacobians(partial(layer.block, number), x[:1]))
        x = layer.block(number, x)
        rows.append(_row(number + 1, values, x, None))
    return rows


def _layers(model: SequenceGraphClassifier, x: Tensor) -> list[dict[str, Any]]:
    edges, net = model.edge_index, model.net
    # The energy is defined over undirected edges.
    both = torch.cat([edges, edges.flip(0)], dim=1).unique(dim=1)
    rows = []
    for number in range(net.num_layers):
        values = None
        if x[0].numel() <= MOST_ENTRIES:
            values = singular_values(jacobians(partial(net.layer, number, edge_index=edges), x[:1]))
        x = net.layer(number, x, edges)
        energy = (dirichlet_energy(x, both) / x.square().sum((1, 2)).clamp(min=1e-300)).mean().item()
        rows.append(_row(number + 1, values, x, energy))
    return rows


def _row(depth: int, values: Tensor | None, features: Tensor, energy: float | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "depth": depth,
        "singular_max": None,
        "singular_median": None,
    }
    if values is not None:
        row["singular_max"] = values.amax(-1).mean().item()
        row["singular_median"] = values.median(-1).values.mean().item()
    return row | {"norm": features.square().mean().sqrt().item(), "energy": energy}
