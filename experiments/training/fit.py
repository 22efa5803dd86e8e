"""The one loop that trains every model of every experiment; nothing in it asks which it has."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from experiments.records.checkpoints import Checkpoint
from experiments.training.interrupts import stop_requests
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
                row = {"step": step, **trainer.look(), **trainer.audit()}
                _check_finite(row)
                rows.append(row)
                on_row(row)
                stopped = rule.look(row, trainer.model) or ("converged" if settled else "")
                trainer.clock.go_on()
            if checkpoint is None:
                if stop_asked():
                    break
                continue
            stop, save = trainer.agree(stop_asked(), checkpoint.due(step))
            if save or stop:
                values = state()
                if trainer.writes:
                    checkpoint.save(values)
            if stop:
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
