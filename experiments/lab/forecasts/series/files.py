"""A user's own series: a CSV file (time x node) and a list of edges."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import numpy as np

from experiments.lab.forecasts.series.times import check_times, finite
from experiments.records.files import check_ordinary, read_bytes, read_text

TIME = "time"  # the name of a first column that is no node


def read_series(path: Path) -> tuple[np.ndarray, list[str]]:
    """Values of every node at every time.

    The first row names the nodes, each further row is one time step. A first column named ``time`` is left out; where
    more than half of it are numbers, dates or months, all have to be, and to rise without a gap. Dates are written as
    in ISO 8601, or as day, month and year in any usual order (``series_times``).

    Args:
        path: A CSV file.

    Returns:
        Values (times, nodes), float64, and the names of the nodes.

    Raises:
        ValueError: The file cannot be read, a name is missing or stands twice, a row has another number of values than
            there are nodes, a value is missing or no finite number, a time step is missing or not in its place; with
            the row, as a text editor counts.
    """
    rows = _rows(path, "series")
    names = [name.strip() for name in rows[0][1]] if rows else []
    skipped = 1 if names and names[0].lower() == TIME else 0
    names = names[skipped:]
    if not names or len(rows) < 2:
        raise ValueError(
            f"series: {path} should have a row with the names of the nodes and one row per time step below"
        )
    _check_commas(rows[0][1], f"series: {path}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if "" in names:
        column = names.index("") + skipped + 1
        raise ValueError(f"series: {path} row 1: column {column} has no name{_hint(column)}")
    if twice:
        raise ValueError(f"series: {path} row 1: node {twice[0]!r} stands twice")
    values = np.empty((len(rows) - 1, len(names)))
    for index, (number, row) in enumerate(rows[1:]):
        if len(row) != len(names) + skipped:
            raise ValueError(
                f"series: {path} row {number}: {len(row) - skipped} values, but row 1 names {len(names)} nodes"
            )
        for column, (name, text) in enumerate(zip(names, row[skipped:])):
            hint = _hint(column + skipped + 1)
            values[index, column] = _number(text, f"series: {path} row {number}: node {name!r}", hint)
    if skipped:
        check_times([(number, row[0].strip()) for number, row in rows[1:]], f"series: {path}")
    return values, names


def has_unknown_times(path: Path) -> bool:
    """Whether a series that was read has a column of times in which nobody knows numbers or dates.

    Args:
        path: Of ``read_series``.
    """
    heading, *rows = _rows(path, "series")
    if heading[1][0].strip().lower() != TIME:
        return False
    return not check_times([(number, row[0].strip()) for number, row in rows], f"series: {path}")


def _check_commas(row: list[str], where: str) -> None:
    """Raise a ValueError where a row is one column only because its columns are set apart in another way."""
    other = next((mark for mark in (";", "\t") if len(row) == 1 and mark in row[0]), None)
    if other:
        raise ValueError(f"{where}: columns should be separated by commas, not by {other!r}")


def _hint(column: int) -> str:
    return f"; if it holds times, name it {TIME}" if column == 1 else ""


def _number(text: str, where: str, hint: str) -> float:
    if not text.strip():
        raise ValueError(f"{where} has no value; fill the gap first (a forecast needs a value at every time)")
    value = finite(text)
    if value is None:
        raise ValueError(f"{where} has {text.strip()!r}, which should be a finite number{hint}")
    return value


def read_edges(path: Path, names: list[str]) -> list[tuple[int, int]]:
    """Undirected edges, two names of nodes per row; a first row that says ``source,target`` is left out.

    Args:
        path: A CSV file.
        names: The nodes, in the order of the series.

    Returns:
        Pairs of node numbers, smaller first, each once, in order.

    Raises:
        ValueError: The file cannot be read, a row has no two names, names a node that the series lacks, or joins a
            node with itself; a node of the series has no edge at all; with the row.
    """
    number_of = {name: number for number, name in enumerate(names)}
    edges: set[tuple[int, int]] = set()
    for number, row in _rows(path, "edge-list"):
        ends = [end.strip() for end in row]
        if number == 1 and [end.lower() for end in ends] == ["source", "target"]:
            continue
        _check_commas(row, f"edge-list: {path}")
        if len(ends) != 2:
            raise ValueError(
                f"edge-list: {path} row {number}: {len(ends)} columns, but there should be two names with a comma "
                "between (weights are not read)"
            )
        for end in ends:
            if end not in number_of:
                hint = "; a first row that names columns should be source,target" if number == 1 else ""
                raise ValueError(f"edge-list: {path} row {number}: the series has no node {end!r}{hint}")
        if ends[0] == ends[1]:
            raise ValueError(f"edge-list: {path} row {number}: node {ends[0]!r} is joined with itself")
        first, second = sorted(number_of[end] for end in ends)
        edges.add((first, second))
    if not edges:
        raise ValueError(f"edge-list: {path} should hold at least one edge")
    joined = {end for edge in edges for end in edge}
    alone = [name for name in names if number_of[name] not in joined]
    if alone:
        more = f" and {len(alone) - 1} more" if len(alone) > 1 else ""
        raise ValueError(
            f"edge-list: {path} has no edge of node {alone[0]!r}{more}; leave it out of the series or join it"
        )
    return sorted(edges)


def content_hash(*paths: Path) -> str:
    """The first sixteen hexadecimal digits of the files' SHA-256."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(read_bytes(path))
    return digest.hexdigest()[:16]


def _rows(path: Path, argument: str) -> list[tuple[int, list[str]]]:
    """Rows that are not blank lines, each with its number in the file; one of commas alone is a row without values."""
    try:
        check_ordinary(argument, path)
        reader = csv.reader(io.StringIO(read_text(path), newline=""))  # with any of the three line ends
        return [(reader.line_num, row) for row in reader if len(row) > 1 or any(cell.strip() for cell in row)]
    except OSError as error:
        raise ValueError(f"{argument}: {path} cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{argument}: {path} is no CSV file in UTF-8 ({error})") from error
