"""One loop that trains any classifier of either family; nothing in it asks which it has."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from experiments.settings import TrainSettings

EVALUATION_BATCH = 1000


class Task(Protocol):
    """What the loop needs of a task."""

    def generator(self, split: str) -> torch.Generator:
        """A fresh stream of randomness for one split."""

    def batch(self, split: str, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Inputs and targets."""


class DivergedError(RuntimeError):
    """The training loss is no longer a finite number."""


@dataclass(frozen=True)
class Outcome:
    """What a training run ended with.

    Args:
        steps: Steps taken.
        selected_step: Step whose weights validation selected.
        stopped: ``success``, ``converged`` or ``budget`` (all steps taken).
        validation_accuracy: At the selected step, in 0..1.
        validation_loss: At the selected step, in nats.
        test_accuracy: Of the selected weights, read once, in 0..1.
        test_loss: Of the selected weights, in nats.
        seconds_training: Time in training steps, without evaluation.
        weights: The selected weights.
    """

    steps: int
    selected_step: int
    stopped: str
    validation_accuracy: float
    validation_loss: float
    test_accuracy: float
    test_loss: float
    seconds_training: float
    weights: dict[str, Tensor]


@dataclass
class _Selection:
    """The best look at the validation split so far, and whether looking on makes sense."""

    settings: TrainSettings
    accuracy: float = -1.0
    loss: float = math.inf
    step: int = 0
    weights: dict[str, Tensor] | None = None
    successes: int = 0
    lowest_loss: float = math.inf
    lowest_step: int = 0

    def update(self, step: int, loss: float, accuracy: float, model: nn.Module) -> str | None:
        """Take in a look; answers why to stop, or None."""
        if (accuracy, -loss) > (self.accuracy, -self.loss):
            self.accuracy, self.loss, self.step = accuracy, loss, step
            self.weights = copy.deepcopy(model.state_dict())
        if loss < self.lowest_loss - 1e-3:
            self.lowest_loss, self.lowest_step = loss, step
        self.successes = self.successes + 1 if accuracy >= self.settings.success else 0
        if self.successes == 2:
            return "success"
        if self.settings.patience and step - self.lowest_step >= self.settings.patience:
            return "converged"
        return None


def train(
    model: nn.Module,
    task: Task,
    settings: TrainSettings,
    *,
    device: str = "cpu",
    on_row: Callable[[dict[str, Any]], None] = lambda row: None,
    on_step: Callable[[int], None] = lambda step: None,
) -> Outcome:
    """Train with Adam on cross-entropy; validation selects the weights, test is read once.

    Args:
        model: ``model(tokens) -> logits``; trained in place, left with the selected weights.
        task: Where examples come from.
        settings: Steps, sizes, and when to stop.
        device: Where to compute; the model is moved there.
        on_row: Called with the metrics of each evaluation.
        on_step: Called with the number of steps taken.

    Raises:
        DivergedError: The loss became NaN or infinite.
    """
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.learning_rate)
    validation = _fixed_split(task, "validation", settings.validation_size, device)
    selection = _Selection(settings)
    batches = _batches(task, settings.batch_size, device)
    loss_sum = torch.zeros((), device=device)
    correct = torch.zeros((), device=device)
    seconds, since, started = 0.0, 0, time.perf_counter()
    stopped = "budget"

    for step in range(1, settings.steps + 1):
        tokens, targets = next(batches)
        logits = model(tokens)
        loss = F.cross_entropy(logits, targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if settings.clip_norm:
            nn.utils.clip_grad_norm_(model.parameters(), settings.clip_norm)
        optimizer.step()
        loss_sum += loss.detach()
        correct += (logits.detach().argmax(1) == targets).sum()
        since += 1
        on_step(step)
        if step % settings.evaluate_every and step != settings.steps:
            continue

        train_loss = loss_sum.item() / since  # waits for the device, so that the clock below is right
        seconds += time.perf_counter() - started
        if not math.isfinite(train_loss):
            raise DivergedError(
                f"the loss became {train_loss} by step {step}; a lower --learning-rate may help"
            )
        validation_loss, validation_accuracy = evaluate(model, *validation)
        row = {
            "step": step,
            "train_loss": train_loss,
            "train_accuracy": correct.item() / (since * settings.batch_size),
            "validation_loss": validation_loss,
            "validation_accuracy": validation_accuracy,
        }
        on_row(row)
        reason = selection.update(step, validation_loss, validation_accuracy, model)
        loss_sum.zero_()
        correct.zero_()
        since, started = 0, time.perf_counter()
        if reason:
            stopped = reason
            break

    assert selection.weights is not None  # the last step is always evaluated, and its loss was finite
    model.load_state_dict(selection.weights)
    test_loss, test_accuracy = evaluate(model, *_fixed_split(task, "test", settings.test_size, device))
    return Outcome(
        steps=step,
        selected_step=selection.step,
        stopped=stopped,
        validation_accuracy=selection.accuracy,
        validation_loss=selection.loss,
        test_accuracy=test_accuracy,
        test_loss=test_loss,
        seconds_training=seconds,
        weights={name: value.cpu() for name, value in selection.weights.items()},
    )


def _batches(task: Task, size: int, device: str) -> Iterator[tuple[Tensor, Tensor]]:
    generator = task.generator("train")
    while True:
        tokens, targets = task.batch("train", size, generator)
        yield tokens.to(device), targets.to(device)


def _fixed_split(task: Task, split: str, size: int, device: str) -> tuple[Tensor, Tensor]:
    tokens, targets = task.batch(split, size, task.generator(split))
    return tokens.to(device), targets.to(device)


@torch.no_grad()
def evaluate(model: nn.Module, tokens: Tensor, targets: Tensor) -> tuple[float, float]:
    """Mean cross-entropy in nats and accuracy in 0..1, in evaluation mode.

    Shapes:
        - **tokens**: (N, T)
        - **targets**: (N,)
    """
    model.eval()
    logits = torch.cat([model(part) for part in tokens.split(EVALUATION_BATCH)])  # (N, C)
    model.train()
    accuracy = (logits.argmax(1) == targets).double().mean()
    return F.cross_entropy(logits, targets).item(), accuracy.item()
