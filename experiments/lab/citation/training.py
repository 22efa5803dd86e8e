"""Training on one graph: every step sees all nodes, the labels of a few, and stops by the papers' rules."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch_geometric.data import Data

from experiments.lab.citation.models import TwoLayers, build_optimizer
from experiments.lab.citation.settings import NodeTraining
from experiments.training.training import DivergedError, Outcome


@dataclass
class _Window:
    """Kipf & Welling: end when the validation loss is above the mean of the last epochs; keep the last weights."""

    patience: int
    losses: list[float] = field(default_factory=list)

    def look(self, loss: float, accuracy: float) -> tuple[bool, bool]:
        """Whether to keep these weights, and whether to end."""
        recent = self.losses[-self.patience :] if self.patience else []
        self.losses.append(loss)
        return True, len(recent) == self.patience > 0 and loss > sum(recent) / len(recent)


@dataclass
class _Patience:
    """Veličković et al.: keep weights for which validation loss and accuracy are both at their best so far; end when
    neither has been for so many epochs."""

    patience: int
    loss: float = math.inf
    accuracy: float = 0.0
    since: int = 0

    def look(self, loss: float, accuracy: float) -> tuple[bool, bool]:
        """Whether to keep these weights, and whether to end."""
        lower, higher = loss <= self.loss, accuracy >= self.accuracy
        self.loss, self.accuracy = min(loss, self.loss), max(accuracy, self.accuracy)
        self.since = 0 if lower or higher else self.since + 1
        return lower and higher, bool(self.patience) and self.since >= self.patience


def train_nodes(
    model: TwoLayers,
    task: Data,
    settings: NodeTraining,
    *,
    device: str = "cpu",
    on_row: Callable[[dict[str, Any]], None] = lambda row: None,
    on_step: Callable[[int], None] = lambda step: None,
) -> Outcome:
    """Train with Adam on the labelled nodes; validation selects the weights, test labels are read once.

    Args:
        model: ``model(x, edge_index) -> logits``; trained in place, left with the selected weights.
        task: From ``citation_data.load_task``.
        settings: Epochs, and when to stop.
        device: Where to compute; the model is moved there.
        on_row: Called with the metrics of each epoch.
        on_step: Called with the number of epochs done.

    Raises:
        DivergedError: The loss became NaN or infinite.
    """
    model.to(device)
    x, edge_index, y = (part.to(device) for part in (task.x, task.edge_index, task.y))
    labelled, validation, test = (
        mask.nonzero().view(-1).to(device) for mask in (task.train_mask, task.val_mask, task.test_mask)
    )
    optimizer = build_optimizer(model, settings)
    rule = (_Window if settings.stop == "window" else _Patience)(settings.patience)
    kept: dict[str, Any] = {}
    seconds, stopped = 0.0, "budget"

    for epoch in range(1, settings.epochs + 1):
        started = time.perf_counter()
        model.train()
        logits = model(x, edge_index)[labelled]
        loss = F.cross_entropy(logits, y[labelled])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        train_loss = loss.item()  # waits for the device, so that the clock below is right
        seconds += time.perf_counter() - started
        if not math.isfinite(train_loss):
            raise DivergedError(f"the loss became {train_loss} in epoch {epoch}")
        validation_loss, validation_accuracy = _scores(model, x, edge_index, y, validation)
        row = {
            "step": epoch,
            "train_loss": train_loss,
            "train_accuracy": _accuracy(logits, y[labelled]),
            "validation_loss": validation_loss,
            "validation_accuracy": validation_accuracy,
        }
        on_row(row)
        on_step(epoch)
        keep, end = rule.look(validation_loss, validation_accuracy)
        if keep:
            kept = {"row": row, "weights": copy.deepcopy(model.state_dict())}
        if end:
            stopped = "converged"
            break

    model.load_state_dict(kept["weights"])  # the first epoch is the best so far, so there are some
    test_loss, test_accuracy = _scores(model, x, edge_index, y, test)
    return Outcome(
        steps=epoch,
        selected_step=kept["row"]["step"],
        stopped=stopped,
        validation_accuracy=kept["row"]["validation_accuracy"],
        validation_loss=kept["row"]["validation_loss"],
        test_accuracy=test_accuracy,
        test_loss=test_loss,
        seconds_training=seconds,
        weights={name: value.cpu() for name, value in kept["weights"].items()},
    )


@torch.no_grad()
def _scores(model: TwoLayers, x: Tensor, edge_index: Tensor, y: Tensor, nodes: Tensor) -> tuple[float, float]:
    """Mean cross-entropy in nats and accuracy in 0..1 over some nodes, without dropout."""
    model.eval()
    logits = model(x, edge_index)[nodes]
    return F.cross_entropy(logits, y[nodes]).item(), _accuracy(logits, y[nodes])


def _accuracy(logits: Tensor, y: Tensor) -> float:
    return (logits.argmax(1) == y).double().mean().item()
