"""One loop that trains any classifier of either family; nothing in it asks which it has."""

from __future__ import annotations

import copy
import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from experiments.settings import TrainSettings

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
    """What the loop needs of a task."""

    def generator(self, split: str) -> torch.Generator:
        """A fresh stream of randomness for one split."""

    def batch(self, split: str, count: int, generator: torch.Generator) -> Batch:
        """Examples of a split."""

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """What training lowers, a mean over examples."""

    def correct(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """For each answer whether it is right, as booleans of any shape."""


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
    """Train a model on a task; validation selects the weights, test is read once.

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
    optimizer = make_optimizer(model, settings)
    schedule = torch.optim.lr_scheduler.StepLR(
        optimizer, settings.decay_every or settings.steps + 1, settings.decay
    )
    validation = _fixed_split(task, "validation", settings.validation_size, device)
    selection, losses = _Selection(settings), _RecentLosses(settings.tolerance)
    batches = _batches(task, settings.batch_size, device)
    loss_sum, norm_sum, accuracy_sum = (torch.zeros((), device=device) for _ in range(3))
    seconds, since, started = 0.0, 0, time.perf_counter()
    stopped = "budget"

    for step in range(1, settings.steps + 1):
        batch = next(batches)
        outputs = model(batch.inputs, **batch.extras)
        loss = task.loss(outputs, batch.targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm_sum += nn.utils.clip_grad_norm_(model.parameters(), settings.clip_norm or math.inf)
        rate = optimizer.param_groups[0]["lr"]
        optimizer.step()
        schedule.step()
        loss_sum += loss.detach()
        accuracy_sum += task.correct(outputs.detach(), batch.targets).float().mean()
        since += 1
        on_step(step)
        settled = losses.settled(loss)
        if step % settings.evaluate_every and step != settings.steps and not settled:
            continue

        train_loss = loss_sum.item() / since  # waits for the device, so that the clock below is right
        seconds += time.perf_counter() - started
        if not math.isfinite(train_loss):
            raise DivergedError(
                f"the loss became {train_loss} by step {step}; a lower --learning-rate may help"
            )
        validation_loss, validation_accuracy = evaluate(model, task, validation)
        row = {
            "step": step,
            "train_loss": train_loss,
            "train_accuracy": accuracy_sum.item() / since,
            "validation_loss": validation_loss,
            "validation_accuracy": validation_accuracy,
            "learning_rate": rate,
            "gradient_norm": norm_sum.item() / since,
        }
        on_row(row)
        reason = selection.update(step, validation_loss, validation_accuracy, model)
        for total in (loss_sum, norm_sum, accuracy_sum):
            total.zero_()
        since, started = 0, time.perf_counter()
        if reason or settled:
            stopped = reason or "converged"
            break

    assert selection.weights is not None  # the last step is always evaluated, and its loss was finite
    model.load_state_dict(selection.weights)
    test_loss, test_accuracy = evaluate(model, task, _fixed_split(task, "test", settings.test_size, device))
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


def make_optimizer(model: nn.Module, settings: TrainSettings) -> torch.optim.Optimizer:
    """The optimiser of the settings over a model's parameters."""
    parameters, rate = model.parameters(), settings.learning_rate
    if settings.optimizer == "adam":
        return torch.optim.Adam(parameters, lr=rate)
    if settings.optimizer == "rmsprop":
        return torch.optim.RMSprop(parameters, lr=rate)
    return torch.optim.SGD(parameters, lr=rate, momentum=0.9 if settings.optimizer == "momentum" else 0.0)


class _RecentLosses:
    """Whether the mean loss of the last steps is still changing."""

    WINDOW = 100

    def __init__(self, tolerance: float) -> None:
        self.tolerance = tolerance
        self.values: deque[float] = deque(maxlen=2 * self.WINDOW)

    def settled(self, loss: Tensor) -> bool:
        if not self.tolerance:
            return False  # reading the loss would make a GPU wait at each step
        self.values.append(loss.item())
        if len(self.values) < 2 * self.WINDOW:
            return False
        older, newer = list(self.values)[: self.WINDOW], list(self.values)[self.WINDOW :]
        return abs(sum(newer) - sum(older)) / self.WINDOW < self.tolerance


def _batches(task: Task, size: int, device: str) -> Iterator[Batch]:
    generator = task.generator("train")
    while True:
        yield task.batch("train", size, generator).to(device)


def _fixed_split(task: Task, split: str, size: int, device: str) -> Batch:
    return task.batch(split, size, task.generator(split)).to(device)


@torch.no_grad()
def evaluate(model: nn.Module, task: Task, batch: Batch) -> tuple[float, float]:
    """Loss and accuracy in 0..1 on a batch of any size, in evaluation mode."""
    model.eval()
    outputs = []
    for start in range(0, len(batch.inputs), EVALUATION_BATCH):
        part = slice(start, start + EVALUATION_BATCH)
        outputs.append(
            model(batch.inputs[part], **{name: value[part] for name, value in batch.extras.items()})
        )
    model.train()
    whole = torch.cat(outputs)
    return task.loss(whole, batch.targets).item(), task.correct(whole, batch.targets).double().mean().item()
