"""The rows of a file that cannot be read, said together in one line. Imports no torch."""

from __future__ import annotations

SHOWN = 3  # rows of a fault that are named


class BadRows:
    """Faults of the rows of one file, gathered by kind.

    Args:
        where: Argument and file, as ``dataset: nodes.csv``.
        unit: What a row is called.

    Example:
        >>> bad = BadRows("dataset: nodes.csv")
        >>> for row, text in ((4, "abc"), (9, "")):
        ...     bad.add("a feature is no finite number", row, f"column x1 holds {text!r}")
        >>> bad.check("mend or remove them")
        Traceback (most recent call last):
            ...
        ValueError: dataset: nodes.csv: 2 bad rows: a feature is no finite number in rows 4 and 9 (row 4: column x1 \
holds 'abc'); mend or remove them
    """

    def __init__(self, where: str, unit: str = "row") -> None:
        self.where, self.unit = where, unit
        self._faults: dict[str, dict[int | str, str]] = {}

    def add(self, fault: str, row: int | str, found: str = "") -> None:
        """Note a fault.

        Args:
            fault: Of which kind, the same words for all rows that have it.
            row: As a text editor counts, from 1; or the name of a file.
            found: What stands there.
        """
        self._faults.setdefault(fault, {}).setdefault(row, found)

    def __len__(self) -> int:
        return len({row for rows in self._faults.values() for row in rows})

    def has(self, fault: str) -> bool:
        """Whether a row has a fault of that kind."""
        return fault in self._faults

    def check(self, remedy: str) -> None:
        """Raise a ValueError, if there was a fault.

        Args:
            remedy: What to do about them.
        """
        if self._faults:
            raise ValueError(f"{self.where}: {self.said()}; {remedy}")

    def said(self, total: int | None = None) -> str:
        """How many there are, and of which kinds.

        Args:
            total: Of how many; not said where None.
        """
        parts = "; ".join(_said(fault, rows, self.unit) for fault, rows in self._faults.items())
        of = "" if total is None else f" of {total:,}"
        return f"{len(self):,} bad {self.unit}{'s' * (len(self) > 1)}{of}: {parts}"


def _said(fault: str, rows: dict[int | str, str], unit: str) -> str:
    numbers = [str(row) for row in rows]
    named, more = numbers[:SHOWN], len(numbers) - SHOWN
    tail = [f"{more} more"] if more > 0 else []
    *front, last = named + tail
    place = f"{', '.join(front)} and {last}" if front else last
    first, found = next(iter(rows.items()))
    example = f" ({f'{unit} {first}: ' * (len(rows) > 1)}{found})" if found else ""
    return f"{fault} in {unit}{'s' * (len(rows) > 1)} {place}{example}"
