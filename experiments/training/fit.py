"""The one loop that trains every model of every experiment; nothing in it asks which it has."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from experiments.records.checkpoints import Checkpoint, random_state, set_random_state
from experiments.training.interrupts import stop_requests
from experiments.training.stopping import Rule

Row = dict[str, Any]
State = dict[str, Any]


class DivergedError(RuntimeError):
    """A loss is no longer a finite number."""


class Clock:
    """Seconds of training, without looks."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds, self._since, self._runs = seconds, 0.0, False

    def pause(self) -> None:
        """Count until now, and no further."""
        if self._runs:
            self.seconds, self._runs = self.now, False

    def go_on(self) -> None:
        """Count from now on."""
        if not self._runs:
            self._since, self._runs = time.perf_counter(), True

    @property
    def now(self) -> float:
        """Seconds so far."""
        return self.seconds + (time.perf_counter() - self._since if self._runs else 0.0)


class Trainer(ABC):
    """A model on its way: what a step does, and everything that changes from step to step.

    A subclass says what a step computes and what a look measures. Sums over steps stay on the device, so that a GPU is
    not waited for between two looks.

    Args:
        model: Trained in place; it is on its device already.
        optimizer: Over its parameters; None where no gradients are needed.
        clip_norm: Largest norm of the gradient; 0 leaves gradients as they are.
        schedule: Of the step size.
        generator: Draws the examples.
    """

    #: Whether the norm of the gradient is wanted even where nothing is clipped.
    reports_norm: ClassVar[bool] = False
    #: Attributes with a ``state_dict`` that a checkpoint keeps.
    parts: ClassVar[tuple[str, ...]] = ("model", "optimizer", "schedule")

    def __init__(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer | None = None,
        *,
        clip_norm: float = 0.0,
        schedule: torch.optim.lr_scheduler.LRScheduler | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        self.model, self.optimizer, self.schedule = model, optimizer, schedule
        self.clip_norm, self.generator = clip_norm, generator
        self.clock = Clock()
        self.sums: dict[str, Tensor] = {}
        self.since = 0
        self.rate = 0.0  # step size of the last step

    @abstractmethod
    def step(self) -> bool:
        """Take a step; answers whether nothing changes any more, so that training may end."""

    @abstractmethod
    def look(self) -> Row:
        """The metrics of the steps since the last look (``means`` has them), and those of the validation part."""

    def update(self, loss: Tensor) -> Tensor | None:
        """Move the weights against the gradient of a loss; answers the gradient's norm before it was clipped."""
        assert self.optimizer is not None
        self.optimizer.zero_grad(set_to_none=True)
        self.backward(loss)
        norm = None
        if self.clip_norm or self.reports_norm:
            norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.clip_norm or math.inf)
        self.rate = float(self.optimizer.param_groups[0]["lr"])
        self.move()
        if self.schedule is not None:
            self.schedule.step()
        return norm

    def backward(self, loss: Tensor) -> None:
        """Set the gradients of a loss."""
        loss.backward()

    def move(self) -> None:
        """Move the weights against their gradients."""
        assert self.optimizer is not None
        self.optimizer.step()

    def add(self, **values: Tensor) -> None:
        """Add to the sums that the next look reports, without waiting for the device."""
        for name, value in values.items():
            total = self.sums.get(name)
            if total is None:
                self.sums[name] = value.detach().clone()
            else:
                total += value.detach()
        self.since += 1

    def means(self) -> dict[str, float]:
        """The sums since the last look, divided by the number of steps; new sums begin, and the clock stops."""
        found = {name: total.item() / self.since for name, total in self.sums.items()}
        self.clock.pause()  # the device has caught up with the steps only now
        self.sums, self.since = {}, 0
        return found

    def agree(self, stop: bool, save: bool) -> tuple[bool, bool]:
        """Whether to stop and to save, where several processes share a run; by default what this one says."""
        return stop, save

    def first(self, make: Callable[[], Any]) -> Any:
        """What the first of the processes that share a run makes, in all of them."""
        return make()

    @property
    def writes(self) -> bool:
        """Whether this process is the one that writes records."""
        return True

    def state(self) -> State:
        """All of it, as tensors and plain values."""
        kept = {
            name: getattr(self, name).state_dict() for name in self.parts if getattr(self, name) is not None
        }
        return kept | {
            "sums": self.sums,
            "since": self.since,
            "generator": None if self.generator is None else self.generator.get_state(),
            "random": random_state(),
        }

    def load(self, state: State) -> None:
        """Go on from where ``state`` was asked for; the bits that follow are the same."""
        for name in self.parts:
            if getattr(self, name) is not None:
                getattr(self, name).load_state_dict(state[name])
        device = next((weight.device for weight in self.model.parameters()), torch.device("cpu"))
        self.sums = {name: total.to(device) for name, total in state["sums"].items()}
        self.since = state["since"]
        if self.generator is not None:
            self.generator.set_state(state["generator"])
        set_random_state(state["random"])


@dataclass(frozen=True)
class Fit:
    """What a training ended with; the model has the selected weights.

    Args:
        steps: Steps taken.
        stopped: ``success``, ``converged`` or ``budget`` (all steps taken).
        row: The look that validation selected.
        weights: The selected weights, on the CPU.
        seconds: Time in training steps, without looks.
        resumed_step: Step of the checkpoint that it went on from; 0 for none.
        rows: Every look.
    """

    steps: int
    stopped: str
    row: Row
    weights: dict[str, Tensor]
    seconds: float
    resumed_step: int = 0
    rows: list[Row] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """What a record says of it."""
        selected = {name: value for name, value in self.row.items() if name.startswith("validation_")}
        return selected | {
            "steps": self.steps,
            "selected_step": self.row["step"],
            "stopped": self.stopped,
            "resumed_step": self.resumed_step,
            "ms_per_step": 1e3 * self.seconds / self.steps,
            "seconds_training": self.seconds,
        }


def fit(
    trainer: Trainer,
    rule: Rule,
    *,
    steps: int,
    every: int = 1,
    on_row: Callable[[Row], None] = lambda row: None,
    on_step: Callable[[int], None] = lambda step: None,
    checkpoint: Checkpoint | None = None,
) -> Fit:
    """Train a model; validation selects the weights.

    Args:
        trainer: What a step and a look are.
        rule: Which look is the best, and when to end early.
        steps: Most steps.
        every: Steps between two looks.
        on_row: Called with each look; of a run that goes on from a checkpoint, first with those from before it.
        on_step: Called with the number of steps taken.
        checkpoint: Where the run goes on from, if anything is there, and what it writes from time to time. A run that
            went on ends with the same bits as one that was never ended.

    Raises:
        DivergedError: A loss became NaN or infinite.
        KeyboardInterrupt: It was asked to stop; a checkpoint holds all that was done.
    """
    rows: list[Row] = []
    first, stopped = 0, ""
    saved = None if checkpoint is None else trainer.first(checkpoint.load)
    if saved is not None and _take(saved, trainer, rule):
        rows, first, stopped = saved["rows"], int(saved["step"]), saved["stopped"]
        trainer.clock = Clock(saved["seconds"])
    for row in rows:
        on_row(row)
    on_step(first)
    step = first

    def state() -> State:
        return {
            "trainer": trainer.state(),
            "rule": rule.state_dict(),
            "rows": rows,
            "step": step,
            "stopped": stopped,
            "seconds": trainer.clock.now,
        }

    with stop_requests() as stop_asked:
        trainer.clock.go_on()
        while not stopped and step < steps:
            step += 1
            settled = trainer.step()
            on_step(step)
            if settled or step % every == 0 or step == steps:
                row = {"step": step, **trainer.look()}
                _check_finite(row)
                rows.append(row)
                on_row(row)
                stopped = rule.look(row, trainer.model) or ("converged" if settled else "")
                trainer.clock.go_on()
            if checkpoint is None:
                continue
            stop, save = trainer.agree(stop_asked(), checkpoint.due(step))
            if save or stop:
                values = state()
                if trainer.writes:
                    checkpoint.save(values)
            if stop and step < steps and not stopped:
                raise KeyboardInterrupt(f"stopped at step {step}")
    trainer.clock.pause()
    if checkpoint is not None:
        checkpoint.end(state())
    assert rule.weights is not None  # the last step is always looked at
    assert rule.row is not None
    trainer.model.load_state_dict(rule.weights)
    return Fit(
        steps=step,
        stopped=stopped or "budget",
        row=rule.row,
        weights={name: value.cpu() for name, value in rule.weights.items()},
        seconds=trainer.clock.now,
        resumed_step=first,
        rows=rows,
    )


def _take(saved: State, trainer: Trainer, rule: Rule) -> bool:
    """Go on from a checkpoint, unless its weights are of another model, as of another version of the program."""
    there = {name: value.shape for name, value in saved["trainer"].get("model", {}).items()}
    if there != {name: value.shape for name, value in trainer.model.state_dict().items()}:
        return False
    trainer.load(saved["trainer"])
    rule.load_state_dict(saved["rule"])
    return True


def _check_finite(row: Row) -> None:
    """Raise an error that names a loss which is no number: the last step alone can break the weights."""
    for name, value in row.items():
        kind, _, what = name.partition("_")
        if what in ("loss", "error") and not math.isfinite(value):
            which = f"the {kind} {what}" if kind != "train" else f"the {what}"
            raise DivergedError(
                f"{which} became {value} by step {row['step']}; a lower --learning-rate may help"
            )
