"""A CSV file as rows with their numbers, and what is wrong with them: all of it in one line."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from pathlib import Path

from experiments.records.files import check_ordinary, read_bytes, read_text

NAMED_FAULTS = 10  # of one file; others are counted
#: What stands for a missing value, in small letters.
MISSING = frozenset({"", "nan", "na", "n/a", "null", "none"})

Rows = list[tuple[int, list[str]]]


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


def read_rows(path: Path, argument: str) -> Rows:
    """Rows that are not blank lines, each with its number in the file; one of commas alone is a row without values.

    Args:
        path: A CSV file.
        argument: The option that names it.

    Raises:
        ValueError: The file cannot be read, or is no CSV file.
    """
    try:
        check_ordinary(argument, path)
        reader = csv.reader(io.StringIO(read_text(path), newline=""))  # with any of the three line ends
        return [(reader.line_num, row) for row in reader if len(row) > 1 or any(cell.strip() for cell in row)]
    except OSError as error:
        raise ValueError(f"{argument}: {path} cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{argument}: {path} is no CSV file in UTF-8 ({error})") from error


def check_commas(row: list[str], where: str) -> None:
    """Raise a ValueError where a row is one column only because its columns are set apart in another way."""
    other = next((mark for mark in (";", "\t") if len(row) == 1 and mark in row[0]), None)
    if other:
        raise ValueError(f"{where}: columns should be separated by commas, not by {other!r}")


def finite(text: str) -> float | None:
    """The number that a text says; None where it is none, or no finite one."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def read_value(text: str) -> float | None:
    """A number, ``nan`` where a cell says that the value is missing, None where it is neither.

    Example:
        >>> read_value(" 2.5"), read_value("NA"), read_value("x")
        (2.5, nan, None)
    """
    return math.nan if text.strip().lower() in MISSING else finite(text)


def content_hash(*paths: Path) -> str:
    """The first sixteen hexadecimal digits of the files' SHA-256."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(read_bytes(path))
    return digest.hexdigest()[:16]
