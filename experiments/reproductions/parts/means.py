"""The mean over seeds lies on one side of a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.reading.statistics.intervals import LEVEL, Estimate, paired_t
from experiments.reading.statistics.verdicts import LEAST_SEEDS
from experiments.reproductions.parts.decided import FAILED, TOO_FEW, Finding
from experiments.reproductions.parts.groups import Group


@dataclass(frozen=True)
class Mean:
    """The mean over seeds is at least a number, or at most.

    Student's t, one-sided: for scores that lie together, and not where some runs learn and others do not.

    Args:
        said: In words.
        runs: Scores of the seeds.
        border: The number.
        at_most: Said to be at most it; otherwise at least.
        untested: Why nothing is tested; empty where something is.
    """

    said: str
    runs: Group
    border: float
    at_most: bool = False
    untested: str = ""

    def tested(self, floor: float) -> Finding:
        """What Student's t says; see ``Finding``."""
        scores = self.runs.scores
        if not len(scores):
            return Finding(self.said, "", untested=self.untested or "no such runs")
        found = paired_t(scores, floor=floor)
        told = f"{self.runs.name}{found.mean:.3f}"
        if self.untested or np.isnan(scores).any() or len(scores) < LEAST_SEEDS:
            why = self.untested or (FAILED if np.isnan(scores).any() else TOO_FEW)
            return Finding(self.said, told, untested=why)
        low, high = found.interval
        beyond = found.mean - self.border
        side = -beyond if self.at_most else beyond
        p = Estimate(side, found.error, found.freedom).p / 2
        return Finding(
            self.said,
            f"{told} (95 % interval {low:.3f} to {high:.3f})",
            p if side > 0 else 1 - p,
            other=side < 0 and p <= LEVEL,
        )
