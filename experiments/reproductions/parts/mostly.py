"""More often than not, a run lies on one side of a border."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy import stats

from experiments.reading.statistics.intervals import LEVEL
from experiments.reading.statistics.verdicts import LEAST_SEEDS, holm
from experiments.reproductions.parts.decided import TOO_FEW, Finding
from experiments.reproductions.parts.groups import Group


@dataclass(frozen=True)
class Border:
    """Runs, and where they are said to lie.

    Args:
        runs: The runs. One that failed lies on neither side of a border from above, and has not reached one from below.
        at: The border.
        below: They are said to lie below it; otherwise at it or above.
    """

    runs: Group
    at: float
    below: bool = False

    @property
    def there(self) -> int:
        """How many lie there for good: what a cut ended while it was low could have risen."""
        scores = self.runs.scores
        return int(((scores < self.at) & ~self.runs.still if self.below else scores >= self.at).sum())

    @property
    def elsewhere(self) -> int:
        """How many lie on the other side for good."""
        scores = self.runs.scores
        return int((scores >= self.at if self.below else ~(scores >= self.at) & ~self.runs.still).sum())

    @property
    def p(self) -> float:
        """Of the sign test: that more than half of all runs would lie there."""
        return _more_than_half(self.there, len(self.runs.scores))

    @property
    def p_other(self) -> float:
        """The same of the other side."""
        return _more_than_half(self.elsewhere, len(self.runs.scores))

    @property
    def side(self) -> str:
        """In words."""
        return f"below {self.at:g}" if self.below else f"at {self.at:g} or more"


def _more_than_half(count: int, runs: int) -> float:
    return float(stats.binom.sf(count - 1, runs, 0.5))


@dataclass(frozen=True)
class Mostly:
    """Of each of these groups, most runs lie where they are said to.

    The sign test (Dixon & Mood 1946) knows nothing of how scores are distributed, so it holds its level where some runs
    learn a task and others do not. It takes five runs that agree to be sure at 5 %, and more where a claim has several
    parts.

    Args:
        said: In words.
        borders: The groups with their borders. The part holds where it holds for each of them; one without runs can
            only be refuted by the others.
    """

    said: str
    borders: Sequence[Border]

    def tested(self, floor: float) -> Finding:
        """What the sign test says; see ``Finding``."""
        known = [len(border.runs.scores) for border in self.borders if len(border.runs.scores)]
        if not known:
            return Finding(self.said, "", untested="no such runs")
        told = "; ".join(_in_words(self.borders))
        if min(known) < LEAST_SEEDS:
            return Finding(self.said, told, untested=TOO_FEW)
        still = sum(
            int((border.runs.still & ~(border.runs.scores >= border.at)).sum()) for border in self.borders
        )
        return Finding(
            self.said,
            told,
            max(border.p for border in self.borders),
            other=min(holm([border.p_other for border in self.borders])) <= LEVEL,
            undecided=f"{still} still training when the cut ended" if still else "",
        )


def reach(said: str, groups: Iterable[Group], at: float) -> Mostly:
    """Most runs of each group reach a border."""
    return Mostly(said, [Border(found, at) for found in groups])


def stay_below(said: str, groups: Iterable[Group], at: float) -> Mostly:
    """Most runs of each group stay below a border."""
    return Mostly(said, [Border(found, at, below=True) for found in groups])


def _in_words(borders: Sequence[Border]) -> list[str]:
    """How many runs of each group lie there; the side is said once for those that share it."""
    told: dict[str, list[str]] = {}
    for border in borders:
        scores = border.runs.scores
        there = scores < border.at if border.below else scores >= border.at
        count = f"{int(there.sum())} of {len(scores)}" if len(scores) else "not run"
        told.setdefault(border.side, []).append(f"{count} ({border.runs.name})")
    return [f"{side}: {', '.join(found)}" for side, found in told.items()]
