"""How many steps it takes: runs that never get there have no step, and count as later than all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from experiments.reading.statistics.intervals import LEVEL
from experiments.reading.statistics.verdicts import LEAST_SEEDS
from experiments.reproductions.parts.decided import TOO_FEW, Finding
from experiments.reproductions.parts.groups import Group

NEVER = np.inf


@dataclass(frozen=True)
class Sooner:
    """Runs of one group get somewhere in fewer steps than those of another.

    The rank-sum test, exact with ties: of all ways to deal the steps to the two groups, how many are as far from equal
    (Wilcoxon 1945).

    Args:
        said: In words.
        first: Steps of the group that is said to be sooner; ``NEVER`` for a run that does not get there.
        second: Of the other one.
        untested: Why nothing can be said; empty where something can.
    """

    said: str
    first: Group
    second: Group
    untested: str = ""

    def tested(self, floor: float) -> Finding:
        """What the test says; see ``Finding``."""
        told = f"{_steps(self.first)} against {_steps(self.second)}"
        if self.untested or _few(self.first, self.second):
            return Finding(self.said, told, untested=self.untested or TOO_FEW)
        p, sooner = rank_sum(self.first.scores.tolist(), self.second.scores.tolist())
        return Finding(self.said, told, p if sooner else 1.0, other=p <= LEVEL and not sooner)


@dataclass(frozen=True)
class Steadier:
    """The steps of one group differ less from run to run than those of another.

    Brown & Forsythe's test (1974): distances from the median. A run that never gets there has no step, so nothing is
    said of the spread of its group.

    Args:
        said: In words.
        first: Steps of the group that is said to be steadier.
        second: Of the other one.
    """

    said: str
    first: Group
    second: Group

    def tested(self, floor: float) -> Finding:
        """What the test says; see ``Finding``."""
        both = (self.first, self.second)
        if _few(*both):
            return Finding(self.said, "", untested=TOO_FEW)
        if not all(np.isfinite(found.scores).all() for found in both):
            return Finding(
                self.said, "", untested="a run that never gets there has no step, so there is no spread"
            )
        spreads = [float(found.scores.std(ddof=1)) for found in both]
        told = f"standard deviation {spreads[0]:.0f} against {spreads[1]:.0f} steps"
        distances = [np.abs(found.scores - np.median(found.scores)) for found in both]
        if not any(found.std() for found in distances):
            return Finding(self.said, told, 1.0)
        p = float(stats.levene(*(found.scores for found in both), center="median").pvalue)
        steadier = distances[0].mean() < distances[1].mean()
        return Finding(self.said, told, p if steadier else 1.0, other=p <= LEVEL and not steadier)


def rank_sum(first: Sequence[float], second: Sequence[float]) -> tuple[float, bool]:
    """Two-sided p value of the exact rank-sum test, and whether the first are the lower ones.

    Example:
        >>> rank_sum((1.0, 2.0, 3.0), (4.0, 5.0, float("inf")))
        (0.1, True)
    """
    # Of ties the ranks are halves: twice as many are whole numbers.
    ranks = np.rint(2 * stats.rankdata([*first, *second])).astype(int)
    n, total = len(first), int(ranks.sum())
    ways = np.zeros((n + 1, total + 1))  # in how many ways so many of the ranks add up to so much
    ways[0, 0] = 1
    for rank in ranks:
        more = np.zeros_like(ways)
        more[1:, rank:] = ways[:-1, : total + 1 - rank]
        ways += more
    sums = np.arange(total + 1) * len(ranks)
    found, middle = int(ranks[:n].sum()) * len(ranks), total * n
    dealt = ways[n]
    p = dealt[np.abs(sums - middle) >= abs(found - middle)].sum() / dealt.sum()
    return float(p), found < middle


def _few(*groups: Group) -> bool:
    return min(len(found.scores) for found in groups) < LEAST_SEEDS


def _steps(found: Group) -> str:
    told = ("never" if np.isinf(steps) else f"{steps:.0f}" for steps in found.scores)
    return f"{found.name} at {', '.join(told)}"
