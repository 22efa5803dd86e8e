"""One run on its way through the loop: how far it is, its looks, its checkpoint, and what it ends with."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from experiments.records.checkpoints import Checkpoint
from experiments.training.randomness import Randomness
from experiments.training.stopping import Rule
from experiments.training.trainer import Clock, Row, State, Trainer


class DivergedError(RuntimeError):
    """A loss is no longer a finite number."""


@dataclass(frozen=True)
class Fit:
    """What a training ended with; the model has the selected weights.

    Args:
        steps: Steps taken.
        stopped: ``success``, ``converged`` or ``budget`` (all steps taken).
        row: The look that validation selected.
        weights: The selected weights, on the CPU.
        seconds: Time in training steps, without looks; of trainings taken together its share of it.
        resumed_step: Step of the checkpoint that it went on from; 0 for none.
        rows: Every look.
        taken: How the steps were taken, where not one by one: with how many other seeds, captured, or why not.
    """

    steps: int
    stopped: str
    row: Row
    weights: dict[str, Tensor]
    seconds: float
    resumed_step: int = 0
    rows: list[Row] = field(default_factory=list)
    taken: dict[str, Any] = field(default_factory=dict)

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
            **self.taken,
        }


class Training:
    """A training from its first step, or its checkpoint, to its end.

    Args:
        trainer: What a step and a look are.
        rule: Which look is the best, and when to end early.
        steps: Most steps.
        every: Steps between two looks.
        on_row: Called with each look; of a run that goes on from a checkpoint, first with those from before it.
        on_step: Called with the number of steps taken.
        checkpoint: Where the run goes on from, if anything is there, and what it writes from time to time.
        free: Its examples or its model may draw from the global generators, as a user's code may.

    Attributes:
        step: Steps taken.
        stopped: Why it ended early; empty before.
        taken: How steps were taken, for its record.
        randomness: The global generators as this run has them; used where several are carried out in turn.
    """

    def __init__(
        self,
        trainer: Trainer,
        rule: Rule,
        *,
        steps: int,
        every: int = 1,
        on_row: Callable[[Row], None] = lambda row: None,
        on_step: Callable[[int], None] = lambda step: None,
        checkpoint: Checkpoint | None = None,
        free: bool = True,
    ) -> None:
        self.trainer, self.rule, self.steps, self.every = trainer, rule, steps, every
        self.on_row, self.on_step, self.checkpoint, self.free = on_row, on_step, checkpoint, free
        self.rows: list[Row] = []
        self.first = self.step = 0
        self.stopped = ""
        self.taken: dict[str, Any] = {}
        self.randomness = Randomness()

    @property
    def ended(self) -> bool:
        """Whether there is no step left to take."""
        return bool(self.stopped) or self.step >= self.steps

    def begin(self) -> None:
        """Go on from the checkpoint, if one is there."""
        saved = None if self.checkpoint is None else self.trainer.first(self.checkpoint.load)
        if saved is not None and self._take(saved):
            self.rows, self.first, self.stopped = saved["rows"], int(saved["step"]), saved["stopped"]
            self.trainer.clock = Clock(saved["seconds"])
        for row in self.rows:
            self.on_row(row)
        self.on_step(self.first)
        self.step = self.first

    def _take(self, saved: State) -> bool:
        """Load a checkpoint, unless its weights are of another model, as of another version of the program."""
        model = self.trainer.model.state_dict()
        there = {name: value.shape for name, value in saved["trainer"].get("model", {}).items()}
        if there != {name: value.shape for name, value in model.items()}:
            return False
        self.trainer.load(saved["trainer"])
        self.rule.load_state_dict(saved["rule"])
        return True

    def is_due(self, settled: bool) -> bool:
        """Whether the validation part is looked at now."""
        return settled or self.step % self.every == 0 or self.step == self.steps

    def look(self, settled: bool) -> None:
        """Look at the validation part.

        Raises:
            DivergedError: A loss became NaN or infinite.
        """
        row = {"step": self.step, **self.trainer.look(), **self.trainer.audit()}
        _check_finite(row)
        self.rows.append(row)
        self.on_row(row)
        self.stopped = self.rule.look(row, self.trainer.model) or ("converged" if settled else "")

    def state(self) -> State:
        """All that a checkpoint has to keep."""
        return {
            "trainer": self.trainer.state(),
            "rule": self.rule.state_dict(),
            "rows": self.rows,
            "step": self.step,
            "stopped": self.stopped,
            "seconds": self.trainer.clock.now,
        }

    def save(self) -> None:
        """Write the checkpoint, where this process is the one that writes."""
        values = self.state()
        if self.trainer.writes and self.checkpoint is not None:
            self.checkpoint.save(values)

    def end(self) -> Fit:
        """What it ends with; the model gets the selected weights."""
        self.trainer.clock.pause()
        if self.checkpoint is not None:
            self.checkpoint.end(self.state())
        rule = self.rule
        assert rule.weights is not None  # the last step is always looked at
        assert rule.row is not None
        self.trainer.model.load_state_dict(rule.weights)
        return Fit(
            steps=self.step,
            stopped=self.stopped or "budget",
            row=rule.row,
            weights={name: value.cpu() for name, value in rule.weights.items()},
            seconds=self.trainer.clock.now,
            resumed_step=self.first,
            rows=self.rows,
            taken=self.taken,
        )


def _check_finite(row: Row) -> None:
    """Raise an error that names a loss which is no number: the last step alone can break the weights."""
    for name, value in row.items():
        kind, _, what = name.partition("_")
        if what in ("loss", "error") and not math.isfinite(value):
            which = f"the {kind} {what}" if kind != "train" else f"the {what}"
            raise DivergedError(
                f"{which} became {value} by step {row['step']}; a lower --learning-rate may help"
            )
