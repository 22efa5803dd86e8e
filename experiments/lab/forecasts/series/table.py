"""Cells of a series, and what is wrong with a file: all of it in one line."""

from __future__ import annotations

import math

from experiments.data.csv_rows import finite

NAMED_FAULTS = 10  # of one file; others are counted
#: What stands for a missing value, in small letters.
MISSING = frozenset({"", "nan", "na", "n/a", "null", "none"})


class Faults:
    """What is wrong with the rows of a file, gathered, so that all of it is told at once.

    Args:
        where: The option and the file, before the message.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        self.found: list[tuple[int, str]] = []
        self.others: list[str] = []

    def add(self, row: int, text: str) -> None:
        """Something is wrong with a row, as a text editor counts."""
        self.found.append((row, text))

    def add_other(self, text: str) -> None:
        """Something is wrong with the file that is no fault of one row."""
        self.others.append(text)

    def check(self) -> None:
        """Raise a ValueError of one line with every fault, in the order of the rows."""
        told = [f"row {row}: {text}" for row, text in sorted(self.found)] + self.others
        if not told:
            return
        if len(told) == 1:
            raise ValueError(f"{self.where}{' ' if self.found else ': '}{told[0]}")
        more = f"; and {len(told) - NAMED_FAULTS:,} more" if len(told) > NAMED_FAULTS else ""
        raise ValueError(f"{self.where}: {len(told):,} faults: {'; '.join(told[:NAMED_FAULTS])}{more}")


def read_value(text: str) -> float | None:
    """A number, ``nan`` where a cell says that the value is missing, None where it is neither.

    Example:
        >>> read_value(" 2.5"), read_value("NA"), read_value("x")
        (2.5, nan, None)
    """
    return math.nan if text.strip().lower() in MISSING else finite(text)
