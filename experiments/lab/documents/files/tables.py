"""Documents in a table: tab-separated text without quotes, or CSV as spreadsheets write it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from experiments.core.naming import nearest
from experiments.lab.documents.files.rows import (
    COLUMNS,
    ENCODING,
    HEADING,
    Row,
    is_broken,
    lines_of,
    open_text,
)

LONGEST = 2**31 - 1  # characters of a cell
CSV = ".csv"
SEPARATORS = (",", ";", "\t")


class Columns(NamedTuple):
    """What the columns are called, in the order of today's heading."""

    split: str = "split"
    label: str = "label"
    text: str = "text"


def table_rows(path: Path, columns: Columns) -> Iterator[Row]:
    """The rows of a table with a heading; the heading is row 1, and what ends with ``.csv`` is CSV.

    In tab-separated text quotes are text like any other, and a text has no tab and no line break. In CSV, with commas,
    semicolons or tabs, a cell in quotes may have all of these.

    Args:
        path: The file.
        columns: What the columns are called; large and small letters are the same.

    Raises:
        ValueError: It cannot be read, is empty, lacks a column, or has quotes that do not fit.
    """
    text = open_text(path)
    if not text.strip():
        raise ValueError(
            f"documents: {path} is empty; it should begin with the heading {' TAB '.join(columns)}"
        )
    is_csv = path.suffix.lower() == CSV
    cells = _csv_cells(path, text, columns) if is_csv else _tabbed_cells(text)
    heading = [name.strip().lower() for name in next(cells)]
    places = _places(path, heading, columns)
    for number, row in enumerate(cells, 2):
        if is_csv and not row:
            continue  # an empty line
        if len(row) != len(heading):
            detail = f"{len(row)}, not {len(heading)}"
            broken = any(map(is_broken, row))
            yield Row(str(number), fault=ENCODING if broken else COLUMNS, detail="" if broken else detail)
        elif [name.strip().lower() for name in row] == heading:
            yield Row(str(number), fault=HEADING)
        else:
            yield Row(str(number), *(row[place] for place in places))


def _tabbed_cells(text: str) -> Iterator[list[str]]:
    for line in lines_of(text):
        yield line.split("\t")


def _csv_cells(path: Path, text: str, columns: Columns) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST)
    first, wanted = lines_of(text)[0].lower(), {name.strip().lower() for name in columns}
    separator = max(
        SEPARATORS, key=lambda sign: len({cell.strip('" ') for cell in first.split(sign)} & wanted)
    )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise ValueError(
            f"documents: {path} line {reader.line_num}: {error}; a text with commas, quotes or line breaks stands in "
            "quotes, and a quote in it is written twice"
        ) from error


def _places(path: Path, heading: list[str], columns: Columns) -> list[int]:
    """Where the columns stand."""
    wanted = {field: name.strip().lower() for field, name in columns._asdict().items()}
    for name in wanted.values():
        if heading.count(name) > 1:
            raise ValueError(f"documents: {path} row 1 has the column {name!r} twice")
    lacking = {field: name for field, name in wanted.items() if name not in heading}
    if lacking:
        hint = nearest(next(iter(lacking.values())), heading) if len(lacking) == 1 else ""
        names = ", ".join(map(repr, lacking.values()))
        options = ", ".join(f"--{field}-column NAME" for field in lacking)
        there = ", ".join(heading)
        comma = len(heading) == 1 and "," in there and path.suffix.lower() != CSV
        remedy = f"the name of a CSV file ends with {CSV}" if comma else f"name them with {options}"
        raise ValueError(
            f"documents: {path} row 1 lacks the column{'s' * (len(lacking) > 1)} {names}{hint or '.'} Its columns are "
            f"{there[:200]}{' ...' if len(there) > 200 else ''}; {remedy}"
        )
    return [heading.index(name) for name in wanted.values()]
