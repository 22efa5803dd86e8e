"""A step and a look of any classifier on sequences; nothing here asks which family it is of."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from experiments.lab.sequences.settings import SequenceTraining
from experiments.training.optimisers import make_optimizer, make_schedule
from experiments.training.stopping import HighestAccuracy, RecentLosses
from experiments.training.trainer import Row, State, Trainer

EVALUATION_BATCH = 1000


class Batch(NamedTuple):
    """Examples: what the model is called with, and what it should answer."""

    inputs: Tensor
    targets: Tensor
    extras: dict[str, Tensor] = {}  # noqa: RUF012  (read only: keyword arguments of the model)

    def to(self, device: str) -> Batch:
        """The same on a device."""
        extras = {name: value.to(device) for name, value in self.extras.items()}
        return Batch(self.inputs.to(device), self.targets.to(device), extras)


class Task(Protocol):
    """What training needs of a task."""

    def generator(self, split: str) -> torch.Generator:
        """A fresh stream of randomness for one split."""

    def batch(self, split: str, count: int, generator: torch.Generator) -> Batch:
        """Examples of a split."""

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """What training lowers, a mean over examples."""

    def correct(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """For each answer whether it is right, as booleans of any shape."""


class SequenceTrainer(Trainer):
    """Batches drawn by a task, its loss and its accuracy.

    Args:
        model: ``model(tokens) -> logits``; it is moved to the device.
        task: Where examples come from.
        train: Sizes, optimiser, step size.
        device: Where to compute.
    """

    reports_norm = True

    def __init__(self, model: nn.Module, task: Task, train: SequenceTraining, device: str = "cpu") -> None:
        model.to(device)
        optimizer = make_optimizer(model, train)
        super().__init__(
            model,
            optimizer,
            clip_norm=train.clip_norm,
            schedule=make_schedule(optimizer, train),
            generator=task.generator("train"),
        )
        self.task, self.train, self.device = task, train, device
        self.losses = RecentLosses(train.tolerance)
        self.validation = fixed_split(task, "validation", train.validation_size, device)

    def step(self) -> bool:
        assert self.generator is not None
        batch = self.task.batch("train", self.train.batch_size, self.generator).to(self.device)
        outputs = self.model(batch.inputs, **batch.extras)
        loss = self.task.loss(outputs, batch.targets)
        norm = self.update(loss)
        assert norm is not None
        correct = self.task.correct(outputs.detach(), batch.targets).float().mean()
        self.add(loss=loss, norm=norm, accuracy=correct)
        return self.losses.settled(loss)

    def look(self) -> Row:
        means = self.means()
        loss, accuracy = evaluate(self.model, self.task, self.validation)
        return {
            "train_loss": means["loss"],
            "train_accuracy": means["accuracy"],
            "validation_loss": loss,
            "validation_accuracy": accuracy,
            "learning_rate": self.rate,
            "gradient_norm": means["norm"],
        }

    def state(self) -> State:
        return super().state() | {"losses": list(self.losses.values)}

    def load(self, state: State) -> None:
        super().load(state)
        self.losses.values.extend(state["losses"])


def rule_of(train: SequenceTraining) -> HighestAccuracy:
    """Which look is the best, and when a run ends."""
    return HighestAccuracy(train.success, train.patience)


def fixed_split(task: Task, split: str, size: int, device: str = "cpu") -> Batch:
    """The first examples of a split, the same at every look."""
    return task.batch(split, size, task.generator(split)).to(device)


@torch.no_grad()
def evaluate(model: nn.Module, task: Task, batch: Batch) -> tuple[float, float]:
    """Loss and accuracy in 0..1 on a batch of any size, in evaluation mode."""
    model.eval()
    outputs = []
    for start in range(0, len(batch.inputs), EVALUATION_BATCH):
        part = slice(start, start + EVALUATION_BATCH)
        extras: dict[str, Any] = {name: value[part] for name, value in batch.extras.items()}
        outputs.append(model(batch.inputs[part], **extras))
    model.train()
    whole = torch.cat(outputs)
    return task.loss(whole, batch.targets).item(), task.correct(whole, batch.targets).double().mean().item()
