"""What an experiment's work is given: the one loop, the curve of the run, its checkpoint and its progress."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from experiments.core.execution import AS_USUAL, Execution
from experiments.core.run import Run
from experiments.records.checkpoints import CheckpointFile, save_tensors, set_aside
from experiments.records.records import CurveWriter, curve_path
from experiments.running.loop import Loop
from experiments.training.fit import Fit
from experiments.training.stopping import Rule
from experiments.training.trainer import Row, Trainer

CHECKPOINT = "checkpoint.pt"


class Session:
    """One run on its way, in its folder. Used as a context.

    Args:
        run: The run.
        folder: Where its records are.
        on_step: Called with the number of steps taken.
        how: How often to write a checkpoint, and whether to go on from one.
        writes: Whether this process writes records; of several that share a run, one does.
        loop: What trains; by default the run is trained alone.

    Attributes:
        device: Where to compute.
        tested: What judges the run, measured on the test part now. Set by the work of a run before it trains, and
            asked along training where the run is audited.
    """

    def __init__(
        self,
        run: Run,
        folder: Path,
        on_step: Callable[[int], None] = lambda step: None,
        how: Execution = AS_USUAL,
        *,
        writes: bool = True,
        loop: Loop | None = None,
    ) -> None:
        self.run, self.folder, self.device, self.writes = run, folder, run.device, writes
        self._on_step, self._how, self._loop = on_step, how, loop or Loop()
        self.tested: Callable[[], Row] | None = None
        self._stack = ExitStack()
        self._curve: CurveWriter | None = None
        self._board: Any = None
        path = folder / CHECKPOINT
        if not how.resume and writes:
            set_aside(path)
        self._checkpoint = CheckpointFile(
            path, seconds=how.checkpoint_seconds, steps=how.checkpoint_every, read=writes
        )

    def __enter__(self) -> Self:
        if self.writes:
            self._curve = self._stack.enter_context(CurveWriter(curve_path(self.folder)))
            if self._how.tensorboard:
                from torch.utils.tensorboard import SummaryWriter

                self._board = SummaryWriter(str(self.folder / "tensorboard"))
                self._stack.callback(self._board.close)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def row(self, row: Row) -> None:
        """Write a row of the curve; ``step`` is one of its columns."""
        if self._curve is not None:
            self._curve(row)
        if self._board is not None:
            for name, value in row.items():
                if name != "step" and isinstance(value, (int, float)):
                    self._board.add_scalar(name, value, row["step"])

    def step(self, step: int) -> None:
        """Say how many steps have been taken."""
        self._on_step(step)

    def fit(
        self, trainer: Trainer, rule: Rule, *, steps: int, every: int = 1, part: str = "", save: bool = True
    ) -> Fit:
        """Train, with the curve, the checkpoint and the progress of this run.

        Args:
            trainer: What a step and a look are.
            rule: Which look is the best, and when to end early.
            steps: Most steps.
            every: Steps between two looks.
            part: Which training of the run this is, where it has several: the column ``setting`` of its curve.
            save: Write the selected weights to ``weights.pt``.
        """
        if self.run.audit and self.tested is not None:
            trainer.audit = self.tested
        found = self._loop.train(
            trainer,
            rule,
            steps=steps,
            every=every,
            on_row=lambda row: self.row({"setting": part, **row} if part else row),
            on_step=self._on_step,
            checkpoint=self._checkpoint.part(part),
            free=bool(self.run.code),
        )
        if save and self.writes:
            save_tensors(self.folder / "weights.pt", found.weights)
        return found
