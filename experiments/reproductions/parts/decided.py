"""The parts of a claim, decided at a level that holds for the whole claim."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from experiments.reading.statistics.intervals import LEVEL
from experiments.reading.statistics.verdicts import LEAST_SEEDS, holm
from experiments.reproductions.verdicts import Check

TOO_FEW = f"fewer than {LEAST_SEEDS} seeds"
FAILED = "some runs have no number"


@dataclass(frozen=True)
class Finding:
    """What a test says of a part.

    Args:
        said: The part in words.
        told: What was measured.
        p: Of what is said, before correction; NaN where nothing is tested.
        other: Whether it is shown to be otherwise.
        untested: Why nothing is tested; empty where something is.
        undecided: Why it is left open where it is not shown to hold; empty where that is up to the seeds.
    """

    said: str
    told: str
    p: float = math.nan
    other: bool = False
    untested: str = ""
    undecided: str = ""


class Part(Protocol):
    """A statement that can be tested."""

    def tested(self, floor: float) -> Finding:
        """What a test says of it; ``floor`` is what one test example is worth."""


def decided(parts: Sequence[Part], floor: float = 0.0) -> list[Check]:
    """Each part with what was measured, and whether it holds.

    Holm's correction runs over the parts that are tested: the chance of even one part that is called true where it is
    not is at most 5 %. A part fails where it is shown to be otherwise, which happens to one that is true in at most one
    case of twenty. What the seeds leave open is not shown.

    Args:
        parts: All that the claim decides.
        floor: What one test example is worth.
    """
    tested = [part.tested(floor) for part in parts]
    corrected = holm([math.nan if found.untested else found.p for found in tested])
    return [_check(found, p) for found, p in zip(tested, corrected)]


def _check(found: Finding, p: float) -> Check:
    if found.untested or math.isnan(p):
        told = "; ".join(words for words in (found.told, found.untested) if words)
        return Check(found.said, told, None)
    told = f"{found.told}; p = {p:.2g}"
    if p <= LEVEL:
        return Check(found.said, told, True)
    if found.other:
        return Check(found.said, f"{told}, shown to be otherwise", False)
    return Check(found.said, "; ".join(words for words in (told, found.undecided) if words), None)
