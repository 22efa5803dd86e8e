"""From single checks to a verdict on a claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

CONFIRMED, NOT_CONFIRMED, IN_PART, NOT_SHOWN = "confirmed", "not confirmed", "in part", "not shown"


@dataclass(frozen=True)
class Check:
    """One part of a claim beside what was measured.

    Args:
        part: What should hold.
        measured: What was found.
        holds: Whether it does; None where the settings cannot show it.
    """

    part: str
    measured: str
    holds: bool | None

    @property
    def answer(self) -> str:
        """``yes``, ``no`` or ``not shown``."""
        return {True: "yes", False: "no", None: "not shown"}[self.holds]


@dataclass(frozen=True)
class Measurement:
    """What was found for a claim.

    Args:
        checks: The parts of the claim.
        seeds: Runs behind each number; 0 where nothing is random.
        table: Rows under headings, for the numbers behind the checks.
        note: What else a reader should know; may be empty.
    """

    checks: tuple[Check, ...]
    seeds: int = 0
    table: tuple[dict[str, Any], ...] = ()
    note: str = ""

    @property
    def verdict(self) -> str:
        """The verdict on all checks."""
        return verdict(self.checks)


def verdict(checks: Sequence[Check]) -> str:
    """``confirmed`` where every part holds, ``not confirmed`` where none does that was looked at, or ``in part``.

    A part that the settings cannot show keeps a claim from being confirmed; where they show no part, the claim is
    ``not shown``.

    Example:
        >>> verdict([Check("it falls", "0.3 at T = 30", True), Check("after 30,000 steps", "cut", None)])
        'in part'
    """
    looked_at = [check.holds for check in checks if check.holds is not None]
    if not looked_at:
        return NOT_SHOWN
    if not any(looked_at):
        return NOT_CONFIRMED
    return CONFIRMED if all(looked_at) and len(looked_at) == len(checks) else IN_PART
