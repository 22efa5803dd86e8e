"""Parts of a claim that say which runs lead which, decided at a level that holds for the whole claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.core.metric import Metric
from experiments.lab.sequences.experiment import ACCURACY, SUCCESS
from experiments.reading.frames import LABEL
from experiments.reading.statistics.contrast import SUCCESSES, contrast
from experiments.reading.statistics.intervals import LEVEL, Estimate
from experiments.reading.statistics.verdicts import EQUIVALENT, LEAST_SEEDS, WORSE, decide, holm
from experiments.reproductions.verdicts import Check

EQUAL = 0.05  # a smaller difference of two accuracies is none


@dataclass(frozen=True)
class Group:
    """Runs that differ in nothing but the seed.

    Args:
        name: What they are called.
        scores: One a seed, by rising seed; NaN for a run that failed.
    """

    name: str
    scores: np.ndarray

    @property
    def mean(self) -> float:
        """Over the runs that ended."""
        known = self.scores[~np.isnan(self.scores)]
        return float(known.mean()) if len(known) else float("nan")


@dataclass(frozen=True)
class Part:
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


def decided(parts: Sequence[Part], floor: float = 0.0) -> list[Check]:
    """Each part with what was measured, and whether it holds.

    A pair is compared by Student's t, or by successes where runs are of two kinds (``contrast``). A part with several
    pairs has the largest of their p values: it is refused as soon as one of them is (an intersection-union test,
    Berger, "Multiparameter hypothesis testing and acceptance sampling", 1982). Holm's correction then runs over the
    parts, so the chance of even one part that holds where nothing differs is at most 5 %.

    A part fails where one of its pairs is shown to be the other way round, or to be equal, which happens to a part that
    is true in at most one case of twenty. What the seeds leave open, and what has runs that failed, is not shown.

    Args:
        parts: All that the claim decides.
        floor: What one test example is worth.
    """
    tested = [[_row(part, *pair, floor) for pair in part.pairs] for part in parts]
    corrected = holm([_largest(part, rows) for part, rows in zip(parts, tested)])
    return [_check(part, rows, p) for part, rows, p in zip(parts, tested, corrected)]


def _row(part: Part, first: Group, second: Group, floor: float) -> dict[str, Any]:
    return contrast(first.scores, second.scores, part.metric, paired=part.paired, floor=floor)


def _largest(part: Part, rows: Sequence[dict[str, Any]]) -> float:
    """The p value of a part: NaN, which is no test, without pairs, with failed runs, or with too few seeds."""
    if not rows or any(row["failed"] or min(row["n"], row["n_base"]) < LEAST_SEEDS for row in rows):
        return float("nan")
    return max(_p(part, row) for row in rows)


def _p(part: Part, row: dict[str, Any]) -> float:
    if not part.not_lower:
        return float(row["p"]) if _first_leads(part, row) else 1.0
    if row["test"] == SUCCESSES:
        return 1.0  # some runs learned the task and others did not: such a difference cannot be called none
    # One side is enough: being above is not being lower.
    return _estimate(min(row["difference"], 0.0), row).p_outside(part.equal or 0.0)


def _estimate(mean: float, row: dict[str, Any]) -> Estimate:
    return Estimate(mean, row["error"], row["freedom"])


def _first_leads(part: Part, row: dict[str, Any]) -> bool:
    return bool(row["effect"] > 0 if row["test"] == SUCCESSES else part.metric.better(row["difference"]))


def _is_other(part: Part, rows: Sequence[dict[str, Any]]) -> bool:
    """Whether one of the pairs is shown to be other than was said."""
    if part.not_lower:
        return any(p <= LEVEL for p in holm([_p_lower(part, row) for row in rows]))
    words = [word for word, _ in decide(rows, part.metric, equivalent=part.equal)]
    return WORSE in words or EQUIVALENT in words


def _p_lower(part: Part, row: dict[str, Any]) -> float:
    """P value of the first being lower by the border at most."""
    if row["test"] == SUCCESSES:
        return float(row["p"]) if row["effect"] < 0 else 1.0
    beyond = row["difference"] + (part.equal or 0.0)
    return _estimate(beyond, row).p if beyond < 0 else 1.0


def _check(part: Part, rows: Sequence[dict[str, Any]], p: float) -> Check:
    told = _in_words(part.pairs)
    if not rows:
        return Check(part.said, "no such runs", None)
    if any(row["failed"] for row in rows):
        return Check(part.said, f"{told}; some runs have no number", None)
    if np.isnan(p):
        return Check(part.said, f"{told}; fewer than {LEAST_SEEDS} seeds", None)
    told += f"; p = {p:.2g}"
    if p <= LEVEL:
        return Check(part.said, told, True)
    if part.guessed:
        return Check(part.said, f"{told}; all still guessing when the cut ended", None)
    other = _is_other(part, rows)
    return Check(part.said, told + ", shown to be otherwise" * other, False if other else None)


def _in_words(pairs: Sequence[tuple[Group, Group]]) -> str:
    """The means over seeds: one first against all of its seconds, and each of another pair by itself."""
    told: dict[str, list[str]] = {}
    for first, second in pairs:
        name = "" if second.name == first.name else f"{second.name} "
        told.setdefault(f"{first.name} {first.mean:.3f}", []).append(f"{name}{second.mean:.3f}")
    return "; ".join(f"{first} against {', '.join(seconds)}" for first, seconds in told.items())


def group(frame: pd.DataFrame, label: str, name: str = "", **where: Any) -> Group:
    """Test accuracy of a model's runs.

    Args:
        frame: From ``runs_table``.
        label: The model.
        name: What it is called; its label when left out.
        **where: Values of other columns, ``train__hidden`` for ``train.hidden``.
    """
    rows = frame[frame[LABEL] == label]
    for column, value in where.items():
        rows = rows[rows[column.replace("__", ".")] == value]
    scores = rows["test_accuracy"].where(rows["status"] == "ok").astype(float)
    return Group(name or label, scores[rows["seed"].sort_values().index].to_numpy())


def answers(found: Group, said: str, *, cut: bool) -> Check:
    """Whether every seed answers nearly all; where steps were cut, one that does not shows nothing.

    Args:
        found: The runs.
        said: The part in words.
        cut: Whether more steps could have helped.
    """
    hits = int((found.scores >= SUCCESS).sum())
    told = f"{found.name}: {each(found.scores)}; at least {SUCCESS} in {hits} of {len(found.scores)} seeds"
    if hits == len(found.scores) >= LEAST_SEEDS:
        return Check(said, told, True)
    return Check(said, told, None if cut or len(found.scores) < LEAST_SEEDS else False)


def each(scores: np.ndarray) -> str:
    """Every seed, for people."""
    return ", ".join("failed" if np.isnan(score) else f"{score:.3f}" for score in scores)
