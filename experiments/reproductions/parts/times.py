"""How many steps it takes: runs that never get there have no step, and count as later than all others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
from scipy import stats

from experiments.reading.statistics.intervals import LEVEL
from experiments.reading.statistics.verdicts import LEAST_SEEDS
from experiments.reproductions.parts.decided import TOO_FEW, Finding
from experiments.reproductions.parts.groups import Group

NEVER = np.inf
MOST_SPLITS = 200_000  # 10 runs against 10


@dataclass(frozen=True)
class Sooner:
    """Runs of one group get somewhere in fewer steps than those of another.

    The rank-sum test, exact with ties: of all ways to deal the steps to the two groups, how many are as far from equal.

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
        p, sooner = rank_sum(tuple(self.first.scores), tuple(self.second.scores))
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


@lru_cache(maxsize=4096)
def rank_sum(first: tuple[float, ...], second: tuple[float, ...]) -> tuple[float, bool]:
    """Two-sided p value of the rank-sum test, exact up to ten against ten, and whether the first are the lower ones.

    Example:
        >>> rank_sum((1.0, 2.0, 3.0), (4.0, 5.0, float("inf")))
        (0.1, True)
    """
    ranks = stats.rankdata([*first, *second])
    n, all_of_them = len(first), len(ranks)
    middle = n * (all_of_them + 1) / 2
    found = float(ranks[:n].sum()) - middle
    if comb(all_of_them, n) > MOST_SPLITS:
        p = float(stats.mannwhitneyu(first, second, method="asymptotic").pvalue)
        return p, found < 0
    dealt = np.fromiter(
        (i for split in combinations(range(all_of_them), n) for i in split), dtype=np.intp
    ).reshape(-1, n)
    distances = np.abs(ranks[dealt].sum(axis=1) - middle)
    return float((distances >= abs(found) - 1e-9).mean()), found < 0


def _few(*groups: Group) -> bool:
    return min(len(found.scores) for found in groups) < LEAST_SEEDS


def _steps(found: Group) -> str:
    told = ("never" if np.isinf(steps) else f"{steps:.0f}" for steps in found.scores)
    return f"{found.name} at {', '.join(told)}"
