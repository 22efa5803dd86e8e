"""One loop that trains any classifier of either family; nothing in it asks which it has."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from experiments.core.settings import TrainSettings
from experiments.records.checkpoints import PeriodicCheckpoint, random_state, set_random_state
from experiments.training.stopping import RecentLosses, Selection

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
        resumed_step: Step of the checkpoint that this run went on from; 0 for none.
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
    resumed_step: int = 0


def train(
    model: nn.Module,
    task: Task,
    settings: TrainSettings,
    *,
    device: str = "cpu",
    on_row: Callable[[dict[str, Any]], None] = lambda row: None,
    on_step: Callable[[int], None] = lambda step: None,
    checkpoint: PeriodicCheckpoint | None = None,
) -> Outcome:
    """Train a model on a task; validation selects the weights, test is read once.

    Args:
        model: ``model(tokens) -> logits``; trained in place, left with the selected weights.
        task: Where examples come from.
        settings: Steps, sizes, and when to stop.
        device: Where to compute; the model is moved there.
        on_row: Called with the metrics of each evaluation; of a run that goes on from a checkpoint, first with those
            from before it.
        on_step: Called with the number of steps taken.
        checkpoint: Where the run goes on from, if anything is there, and what it writes from time to time. A run
            that went on ends with the same bits as one that was never ended.

    Raises:
        DivergedError: The loss became NaN or infinite, in training or at a look at the validation split.
    """
    loop = _Loop(model.to(device), task, settings, device)
    first = loop.resume(checkpoint) if checkpoint else 0
    for row in loop.rows:
        on_row(row)
    validation = _fixed_split(task, "validation", settings.validation_size, device)
    stopped, step = "budget", first

    for step in range(first + 1, settings.steps + 1):
        settled = loop.step()
        on_step(step)
        if settled or step % settings.evaluate_every == 0 or step == settings.steps:
            row = loop.look(step, validation)
            on_row(row)
            reason = loop.selection.update(step, row["validation_loss"], row["validation_accuracy"], model)
            loop.begin()
            if reason or settled:
                stopped = reason or "converged"
                break
        if checkpoint and checkpoint.due:
            checkpoint.save(loop.state(step))

    selection = loop.selection
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
        seconds_training=loop.seconds,
        weights={name: value.cpu() for name, value in selection.weights.items()},
        resumed_step=first,
    )


class _Loop:
    """What changes from step to step, all of which a checkpoint has to keep."""

    PARTS = ("model", "optimizer", "schedule", "selection")
    KEYS = (*PARTS, "step", "losses", "examples", "random", "totals", "since", "seconds", "rows")

    def __init__(self, model: nn.Module, task: Task, settings: TrainSettings, device: str) -> None:
        self.model, self.task, self.settings, self.device = model, task, settings, device
        self.optimizer = make_optimizer(model, settings)
        self.schedule = torch.optim.lr_scheduler.StepLR(
            self.optimizer, settings.decay_every or settings.steps + 1, settings.decay
        )
        self.selection, self.losses = Selection(settings), RecentLosses(settings.tolerance)
        self.examples = task.generator("train")
        self.rows: list[dict[str, Any]] = []
        self.seconds = 0.0
        self.begin()

    def begin(self) -> None:
        """Begin the sums over steps that the next look reports: loss, gradient norm, accuracy."""
        self.loss, self.norm, self.accuracy = (torch.zeros((), device=self.device) for _ in range(3))
        self.since, self.started = 0, time.perf_counter()

    def step(self) -> bool:
        """Take a training step; answers whether the loss has settled."""
        batch = self.task.batch("train", self.settings.batch_size, self.examples).to(self.device)
        outputs = self.model(batch.inputs, **batch.extras)
        loss = self.task.loss(outputs, batch.targets)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.norm += nn.utils.clip_grad_norm_(self.model.parameters(), self.settings.clip_norm or math.inf)
        self.rate = self.optimizer.param_groups[0]["lr"]
        self.optimizer.step()
        if self.settings.decay_every:
            self.schedule.step()
        self.loss += loss.detach()
        self.accuracy += self.task.correct(outputs.detach(), batch.targets).float().mean()
        self.since += 1
        return self.losses.settled(loss)

    def look(self, step: int, validation: Batch) -> dict[str, Any]:
        """The metrics of the steps since the last look, and those on the validation split."""
        loss = self.loss.item() / self.since  # waits for the device, so that the clock below is right
        self.seconds += time.perf_counter() - self.started
        if not math.isfinite(loss):
            raise DivergedError(f"the loss became {loss} by step {step}; a lower --learning-rate may help")
        validation_loss, validation_accuracy = evaluate(self.model, self.task, validation)
        if not math.isfinite(validation_loss):  # the last step alone can break the weights
            raise DivergedError(
                f"the validation loss became {validation_loss} by step {step}; a lower --learning-rate may help"
            )
        row = {
            "step": step,
            "train_loss": loss,
            "train_accuracy": self.accuracy.item() / self.since,
            "validation_loss": validation_loss,
            "validation_accuracy": validation_accuracy,
            "learning_rate": self.rate,
            "gradient_norm": self.norm.item() / self.since,
        }
        self.rows.append(row)
        return row

    def state(self, step: int) -> dict[str, Any]:
        """All of it, for a checkpoint."""
        return {name: getattr(self, name).state_dict() for name in self.PARTS} | {
            "step": step,
            "losses": list(self.losses.values),
            "examples": self.examples.get_state(),
            "random": random_state(),
            "totals": [self.loss, self.norm, self.accuracy],
            "since": self.since,
            "seconds": self.seconds + time.perf_counter() - self.started,
            "rows": self.rows,
        }

    def resume(self, checkpoint: PeriodicCheckpoint) -> int:
        """Go on from a checkpoint; answers its step, or 0 where there is none."""
        state = checkpoint.load(self.KEYS)
        if state is None or not _fits(state["model"], self.model):
            return 0
        for name in self.PARTS:
            getattr(self, name).load_state_dict(state[name])
        self.losses.values.extend(state["losses"])
        self.examples.set_state(state["examples"])
        set_random_state(state["random"])
        self.loss, self.norm, self.accuracy = (total.to(self.device) for total in state["totals"])
        self.since, self.seconds, self.rows = state["since"], state["seconds"], state["rows"]
        self.started = time.perf_counter()
        return int(state["step"])


def _fits(weights: dict[str, Tensor], model: nn.Module) -> bool:
    """Whether these are weights of such a model; those of another version of the program may not be."""
    shapes = [{name: value.shape for name, value in part.items()} for part in (weights, model.state_dict())]
    return shapes[0] == shapes[1]


def make_optimizer(model: nn.Module, settings: TrainSettings) -> torch.optim.Optimizer:
    """The optimiser of the settings over a model's parameters."""
    parameters, rate = model.parameters(), settings.learning_rate
    if settings.optimizer == "adam":
        return torch.optim.Adam(parameters, lr=rate)
    if settings.optimizer == "rmsprop":
        return torch.optim.RMSprop(parameters, lr=rate)
    return torch.optim.SGD(parameters, lr=rate, momentum=0.9 if settings.optimizer == "momentum" else 0.0)


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
