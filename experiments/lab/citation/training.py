"""A step and a look on one graph: every step sees all nodes, and the labels of a few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch_geometric.data import Data

from experiments.lab.citation.models import NodeNetwork, build_optimizer
from experiments.lab.citation.settings import NodeTraining
from experiments.training.stopping import BothBest, LossWindow, Rule
from experiments.training.trainer import Row, Trainer


class NodeTrainer(Trainer):
    """Adam on the labelled nodes of a graph; validation nodes are looked at, test nodes are not.

    Args:
        model: ``model(x, edge_index) -> logits``; it is moved to the device.
        task: From ``node_graphs.load_task``.
        train: Step size and weight decay.
        device: Where to compute.
    """

    model: NodeNetwork

    def __init__(self, model: NodeNetwork, task: Data, train: NodeTraining, device: str = "cpu") -> None:
        model.to(device)
        super().__init__(model, build_optimizer(model, train))
        self.x, self.edge_index, self.y = (part.to(device) for part in (task.x, task.edge_index, task.y))
        self.labelled, self.validation, self.test = (
            mask.nonzero().view(-1).to(device) for mask in (task.train_mask, task.val_mask, task.test_mask)
        )
        self.classes = self.y[self.labelled]

    def draw(self) -> tuple[Tensor, Tensor]:
        self.model.train()
        return self.labelled, self.classes  # the same at each step, and another pair for each split

    def loss(
        self, model: Callable[..., Any], drawn: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        labelled, classes = drawn
        logits = model(self.x, self.edge_index)[labelled]
        loss = F.cross_entropy(logits, classes)
        return loss, {"loss": loss, "accuracy": _accuracy(logits, classes)}

    def look(self) -> Row:
        means = self.means()
        loss, accuracy = self.scores(self.validation)
        return {
            "train_loss": means["loss"],
            "train_accuracy": means["accuracy"],
            "validation_loss": loss,
            "validation_accuracy": accuracy,
        }

    @torch.no_grad()
    def logits(self) -> Tensor:
        """Logits (N, C) of every node, without dropout."""
        self.model.eval()
        found: Tensor = self.model(self.x, self.edge_index)
        return found

    @torch.no_grad()
    def scores(self, nodes: Tensor) -> tuple[float, float]:
        """Mean cross-entropy in nats and accuracy in 0..1 over some nodes, without dropout."""
        logits = self.logits()[nodes]
        return F.cross_entropy(logits, self.y[nodes]).item(), _accuracy(logits, self.y[nodes]).item()


def rule_of(train: NodeTraining) -> Rule:
    """Which look is the best, and when a run ends."""
    return (LossWindow if train.stop == "window" else BothBest)(train.patience)


def _accuracy(logits: Tensor, y: Tensor) -> Tensor:
    return (logits.argmax(1) == y).double().mean()
