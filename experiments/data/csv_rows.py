"""A CSV file as rows with their numbers. Imports no torch."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

from experiments.records.files import check_ordinary, read_text

Rows = list[tuple[int, list[str]]]


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
        value = float(text) if "_" not in text else math.nan  # Python reads 1_000 as a thousand
    except ValueError:
        return None
    return value if math.isfinite(value) else None
