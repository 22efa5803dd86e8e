"""One group of runs leads another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from experiments.core.metric import Metric
from experiments.lab.sequences.experiment import ACCURACY
from experiments.reading.statistics.contrast import SUCCESSES, contrast
from experiments.reading.statistics.intervals import LEVEL, Estimate
from experiments.reading.statistics.verdicts import EQUIVALENT, LEAST_SEEDS, WORSE, decide, holm
from experiments.reproductions.parts.decided import FAILED, TOO_FEW, Finding
from experiments.reproductions.parts.groups import Group

EQUAL = 0.05  # a smaller difference of two accuracies is none


@dataclass(frozen=True)
class Leads:
    """Something that a claim says of pairs of groups. It holds where it holds for every one of them.

    Args:
        said: In words.
        pairs: Of each, the first is said to be above the second.
        paired: Whether runs of a pair with one seed saw the same examples.
        not_lower: The first is said not to be lower by ``equal`` or more, in place of above.
        equal: A smaller difference is none; None where there is no such border.
        metric: What the scores are.
        guessing: Where steps were cut, the score of guessing: groups that are all at it are equal, but show nothing.
    """

    said: str
    pairs: Sequence[tuple[Group, Group]]
    paired: bool = True
    not_lower: bool = False
    equal: float | None = EQUAL
    metric: Metric = ACCURACY
    guessing: float | None = None

    @property
    def guessed(self) -> bool:
        """Whether no group had begun to learn when the cut ended."""
        return self.guessing is not None and all(
            found.mean < self.guessing + EQUAL for pair in self.pairs for found in pair
        )

    def tested(self, floor: float) -> Finding:
        """What Student's t says, or Boschloo's test of successes where runs are of two kinds (``contrast``).

        A part with several pairs has the largest of their p values: it is refused as soon as one of them is (an
        intersection-union test, Berger, "Multiparameter hypothesis testing and acceptance sampling", 1982).
        """
        rows = [_row(self, *pair, floor) for pair in self.pairs]
        untested = _untested(rows)
        if untested:
            return Finding(self.said, _in_words(self.pairs), untested=untested)
        # What a cut ended while it was low could have risen above the other.
        rising = sum(
            int((first.still & ~(first.scores >= second.mean)).sum()) for first, second in self.pairs
        )
        undecided = f"{rising} of the first still training when the cut ended" if rising else ""
        return Finding(
            self.said,
            _in_words(self.pairs),
            max(_p(self, row) for row in rows),
            other=not self.guessed and not rising and _is_other(self, rows),
            undecided="all still guessing when the cut ended" if self.guessed else undecided,
        )


def _row(part: Leads, first: Group, second: Group, floor: float) -> dict[str, Any]:
    return contrast(first.scores, second.scores, part.metric, paired=part.paired, floor=floor)


def _untested(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return "no such runs"
    if any(row["failed"] for row in rows):
        return FAILED
    return TOO_FEW if any(min(row["n"], row["n_base"]) < LEAST_SEEDS for row in rows) else ""


def _p(part: Leads, row: dict[str, Any]) -> float:
    if not part.not_lower:
        return float(row["p"]) if _first_leads(part, row) else 1.0
    if row["test"] == SUCCESSES:
        # Some runs learned the task and others did not: such a difference cannot be called none, but can be above.
        return float(row["p"]) if row["effect"] > 0 else 1.0
    # One side is enough: being above is not being lower.
    return _estimate(min(row["difference"], 0.0), row).p_outside(part.equal or 0.0)


def _estimate(mean: float, row: dict[str, Any]) -> Estimate:
    return Estimate(mean, row["error"], row["freedom"])


def _first_leads(part: Leads, row: dict[str, Any]) -> bool:
    return bool(row["effect"] > 0 if row["test"] == SUCCESSES else part.metric.better(row["difference"]))


def _is_other(part: Leads, rows: Sequence[dict[str, Any]]) -> bool:
    """Whether one of the pairs is shown to be other than was said."""
    if part.not_lower:
        return any(p <= LEVEL for p in holm([_p_lower(part, row) for row in rows]))
    words = [word for word, _ in decide(rows, part.metric, equivalent=part.equal)]
    return WORSE in words or EQUIVALENT in words


def _p_lower(part: Leads, row: dict[str, Any]) -> float:
    """P value of the first being lower by the border at most."""
    if row["test"] == SUCCESSES:
        return float(row["p"]) if row["effect"] < 0 else 1.0
    beyond = row["difference"] + (part.equal or 0.0)
    return _estimate(beyond, row).p if beyond < 0 else 1.0


def _in_words(pairs: Sequence[tuple[Group, Group]]) -> str:
    """The means over seeds: one first against all of its seconds, and each of another pair by itself."""
    told: dict[str, list[str]] = {}
    for first, second in pairs:
        name = "" if second.name == first.name else f"{second.name} "
        told.setdefault(f"{first.name} {first.mean:.3f}", []).append(f"{name}{second.mean:.3f}")
    return "; ".join(f"{first} against {', '.join(seconds)}" for first, seconds in told.items())
