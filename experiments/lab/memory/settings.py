"""What a run of the experiment memory is. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.core.settings import plain
from experiments.lab.sequences.settings import SequenceRun

DEPTH = "depth.csv"  # what each step or layer of a run does


@dataclass(frozen=True, kw_only=True)
class MemoryRun(SequenceRun):
    """A model whose memory is measured at its initial weights and, if asked for, after training.

    Args:
        trained: Train every model too, and measure again: minutes, not seconds.
    """

    trained: bool = plain(False, treatment=True)

    @property
    def most_steps(self) -> int:
        return self.train.steps if self.trained else 1

    @property
    def trains(self) -> bool:
        return self.trained
