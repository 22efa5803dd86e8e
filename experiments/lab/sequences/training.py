"""A step and a look of any classifier on sequences; nothing here asks which family it is of."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from experiments.core.metric import Metric
from experiments.lab.sequences.experiment import ACCURACY
from experiments.lab.sequences.settings import SequenceTraining
from experiments.lab.sequences.tasks.task import Batch, Task
from experiments.training.optimisers import make_optimizer, make_schedule
from experiments.training.stopping import HighestAccuracy, RecentLosses
from experiments.training.trainer import Row, State, Trainer

EVALUATION_BATCH = 1000


class SequenceTrainer(Trainer):
    """Batches drawn by a task, its loss and its accuracy.

    Args:
        model: ``model(tokens) -> logits``; it is moved to the device.
        task: Where examples come from.
        train: Sizes, optimiser, step size.
        device: Where to compute.
    """

    reports_norm = True
    own = ("model", "task")

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

    def draw(self) -> Batch:
        assert self.generator is not None
        drawn = self.task.batch("train", self.train.batch_size, self.generator)
        return drawn._replace(extras=named(self.model, drawn))

    def loss(self, model: Callable[..., Any], drawn: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        outputs = model(drawn.inputs, **drawn.extras)
        loss = self.task.loss(outputs, drawn.targets)
        return loss, {"loss": loss, "score": self.task.score(outputs.detach(), drawn.targets).float()}

    def settled(self, loss: Tensor) -> bool:
        return self.losses.settled(loss)

    def look(self) -> Row:
        means = self.means()
        loss, score = evaluate(self.model, self.task, self.validation)
        name = self.task.metric.key.removeprefix("test_")
        return {
            "train_loss": means["loss"],
            f"train_{name}": means["score"],
            "validation_loss": loss,
            f"validation_{name}": score,
            "learning_rate": self.rate,
            "gradient_norm": means["norm"],
        }

    def state(self) -> State:
        return super().state() | {"losses": list(self.losses.values)}

    def load(self, state: State) -> None:
        super().load(state)
        self.losses.values.extend(state["losses"])


def rule_of(train: SequenceTraining, metric: Metric = ACCURACY) -> HighestAccuracy:
    """Which look is the best, and when a run ends."""
    return HighestAccuracy(train.success, train.patience, metric.curve, metric.lower_is_better)


def fixed_split(task: Task, split: str, size: int, device: str = "cpu") -> Batch:
    """The first examples of a split, the same at every look."""
    return task.batch(split, size, task.generator(split)).to(device)


@torch.no_grad()
def evaluate(model: nn.Module, task: Task, batch: Batch) -> tuple[float, float]:
    """Loss and score on a batch of any size, in evaluation mode."""
    model.eval()
    outputs = []
    for start in range(0, len(batch.inputs), EVALUATION_BATCH):
        part = slice(start, start + EVALUATION_BATCH)
        extras = {name: value[part] for name, value in batch.extras.items()}
        outputs.append(answers(model, Batch(batch.inputs[part], batch.targets[part], extras)))
    model.train()
    whole = torch.cat(outputs)
    return task.loss(whole, batch.targets).item(), task.score(whole, batch.targets).item()


def answers(model: nn.Module, batch: Batch) -> Tensor:
    """The model's outputs: it is given the inputs, and of what comes beside them what its ``forward`` names."""
    outputs: Tensor = model(batch.inputs, **named(model, batch))
    return outputs


def named(model: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """What comes beside the inputs, as far as the model's ``forward`` names it."""
    taken = takes(type(model)) if batch.extras else None
    return {k: v for k, v in batch.extras.items() if taken is None or k in taken}


def takes(kind: type[nn.Module]) -> frozenset[str] | None:
    """Names of the arguments of its ``forward``; None where it takes any."""
    parameters = inspect.signature(kind.forward).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return None
    return frozenset(parameters)
