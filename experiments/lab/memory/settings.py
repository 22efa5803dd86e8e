"""What a run of the experiment memory is. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.core.settings import names_of, plain
from experiments.lab.sequences.settings import PalindromeRun, SequenceTraining

DEPTH = "depth.csv"  # what each step or layer of a run does


@dataclass(frozen=True, kw_only=True)
class MemoryRun(PalindromeRun):
    """A model whose memory is measured at its initial weights and, if asked for, after training.

    Args:
        trained: Train every model too, and measure again: minutes, not seconds.
    """

    trained: bool = plain(False, treatment=True)

    @property
    def unused(self) -> frozenset[str]:
        trained = names_of(SequenceTraining) - {"budget", "hidden", "validation_size", "test_size"}
        return frozenset() if self.trained else frozenset(f"train.{name}" for name in trained)

    @property
    def most_steps(self) -> int:
        return self.train.steps if self.trained else 1

    @property
    def trains(self) -> bool:
        return self.trained
