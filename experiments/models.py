"""Models by specification, sized to a budget of parameters. All are called as ``model(tokens) -> logits``."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch_geometric.data import Data

from experiments.palindrome import PalindromeTask
from experiments.settings import GraphSpec, ModelSpec, RecurrentSpec
from gnnlab import SequenceGraphClassifier
from seq import LSTM, RNN, SequenceClassifier

EMBEDDING_SIZE = 16
TOLERANCE = 0.05  # a budget is met when the count of parameters is this close


def build_model(spec: ModelSpec, task: PalindromeTask, hidden: int, *, device: str = "cpu") -> nn.Module:
    """The model of a specification for a task, its weights drawn from torch's generator.

    Args:
        spec: Which model.
        task: What it is for: vocabulary, classes and graph.
        hidden: Hidden units of a recurrent layer, or channels of a graph layer.
        device: Where its weights are made; ``meta`` makes none, and is enough for counting.
    """
    if isinstance(spec, GraphSpec):
        graph = task.graph(spec)
        with torch.device(device):
            return _graph(spec, task, graph, hidden)
    with torch.device(device):
        return _recurrent(spec, task, hidden)


def _recurrent(spec: RecurrentSpec, task: PalindromeTask, hidden: int) -> nn.Module:
    input_size = {"embedding": EMBEDDING_SIZE, "onehot": task.num_tokens, "scalar": 1}[spec.encoding]
    layer = (
        LSTM(input_size, hidden, forget_bias=spec.forget_bias)
        if spec.cell == "lstm"
        else RNN(input_size, hidden)
    )
    return SequenceClassifier(layer, task.num_classes, num_tokens=task.num_tokens, encoding=spec.encoding)


def _graph(spec: GraphSpec, task: PalindromeTask, graph: Data, hidden: int) -> nn.Module:
    return SequenceGraphClassifier(
        graph,
        num_tokens=task.num_tokens,
        num_classes=task.num_classes,
        hidden_channels=hidden,
        num_layers=spec.layers,
        embedding_channels=EMBEDDING_SIZE,
        conv=spec.conv,
        heads=spec.heads if spec.conv == "gat" else 1,
        readout=spec.readout,
        position=spec.position,
        residual=spec.residual,
    )


def count_parameters(model: nn.Module) -> int:
    """Trainable parameters."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def fit_hidden(spec: ModelSpec, task: PalindromeTask, budget: int) -> int:
    """The hidden size whose model comes closest to a budget of parameters.

    Raises:
        ValueError: No size comes within ``TOLERANCE`` of the budget.
    """
    step = spec.heads if isinstance(spec, GraphSpec) and spec.conv == "gat" else 1

    def count(hidden: int) -> int:
        return count_parameters(build_model(spec, task, hidden, device="meta"))

    hidden = _bisect(count, budget, step)
    best = min((h for h in (hidden, hidden + step) if h >= step), key=lambda h: abs(count(h) - budget))
    if abs(count(best) - budget) > TOLERANCE * budget:
        raise ValueError(
            f"budget: {budget} parameters cannot be met within {TOLERANCE:.0%} by {spec.label} at length "
            f"{task.length}; the nearest is {count(best)} with {best} hidden units"
        )
    return best


def _bisect(count: Callable[[int], int], budget: int, step: int) -> int:
    """The largest multiple of ``step`` whose count does not exceed the budget (``step`` at least)."""
    low, high = 1, 2
    while count(high * step) <= budget:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle * step) <= budget else (low, middle)
    return low * step
