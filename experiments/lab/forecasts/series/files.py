"""A user's own series: a CSV file with a column per node, or with a row per value."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.data.csv_rows import Rows, check_commas, read_rows
from experiments.lab.forecasts.series.table import Faults, read_value
from experiments.lab.forecasts.series.times import steps_in_order, steps_of_any_order
from experiments.lab.forecasts.settings import REFUSE

TIME = "time"  # the name of a first column that is no node
LEAST_WORDS = 3  # rows without a number make a column one of words
TIMES = (TIME, "date", "datetime", "timestamp", "ds")
#: Headings by which a file with a row per value is known: of its times, its nodes and its values.
LONG = (
    frozenset({"time", "date", "datetime", "timestamp", "ds"}),
    frozenset({"node", "id", "unique_id", "item_id"}),
    frozenset({"value", "y", "target"}),
)
NAMED_GAPS = 5  # of missing values, the first ones are named


@dataclass(frozen=True, eq=False)
class Series:
    """Values of every node at every time.

    Args:
        values: (times, nodes), float64; ``nan`` where a value is missing.
        names: Of the nodes.
        understood: Whether its times were read, or it has none; False where their order is nobody's to check.
    """

    values: np.ndarray
    names: list[str]
    understood: bool = True


def read_series(path: Path, columns: str = "", gaps: str = REFUSE) -> Series:
    """The series of a file.

    A column per node: the first row names the nodes, each further row is one time step. A first column named ``time``
    is left out; where more than half of it are numbers, dates or months, all have to be, and to rise. Dates are written
    as in ISO 8601, or as day, month and year in any usual order.

    A row per value: the columns of ``columns``, or three columns whose headings are those of ``LONG``. Rows stand in
    any order; nodes are put in the order of their names.

    A cell that is empty or says nan, NA, null or none is a missing value; so are those of a time step that is left out.

    Args:
        path: A CSV file.
        columns: Headings of times, nodes and values, with commas between; empty to know the file by its headings.
        gaps: ``refuse`` to take missing values for a fault.

    Raises:
        ValueError: The file cannot be read, or something in it is wrong; one line with all rows, as a text editor
            counts.
    """
    where = f"series: {path}"
    rows = read_rows(path, "series")
    faults = Faults(where)
    heading = [name.strip() for name in rows[0][1]] if rows else []
    places = _long_columns(heading, columns, where)
    if places is None:
        return _read_wide(rows, heading, faults, gaps)
    return _read_long(rows, heading, places, faults, gaps)


def _long_columns(heading: list[str], columns: str, where: str) -> list[int] | None:
    """Places of times, nodes and values; None where the file has a column per node."""
    small = [name.lower() for name in heading]
    if not columns:
        found = [[place for place, name in enumerate(small) if name in known] for known in LONG]
        return [places[0] for places in found] if len(small) == 3 and all(found) else None
    names = [name.strip() for name in columns.split(",")]
    if len(set(map(str.lower, names))) != 3 or len(names) != 3 or not all(names):
        raise ValueError(
            f"columns: {columns!r} should be three headings, of times, nodes and values, as day,town,cases"
        )
    for name in names:
        if small.count(name.lower()) != 1:
            often = "more than one column" if name.lower() in small else "no column"
            raise ValueError(f"{where} row 1: {often} is named {name!r}; it has {', '.join(heading)}")
    return [small.index(name.lower()) for name in names]


def _read_wide(rows: Rows, heading: list[str], faults: Faults, gaps: str) -> Series:
    skipped = 1 if heading and heading[0].lower() in TIMES else 0
    names = heading[skipped:]
    if not names or len(rows) < 2:
        faults.add_other("it should have a row with the names of the nodes and one row per time step below")
        faults.check()
    check_commas(rows[0][1], faults.where)
    _check_words(rows[1:], heading, skipped, faults)
    for column, name in enumerate(names):
        if not name:
            place = column + skipped + 1
            faults.add(1, f"column {place} has no name{_hint(place)}")
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        faults.add(1, f"node {name!r} stands twice")
    values = np.full((len(rows) - 1, len(names)), np.nan)
    for index, (number, row) in enumerate(rows[1:]):
        if len(row) != len(heading):
            faults.add(number, f"{len(row) - skipped} values, but row 1 names {len(names)} nodes")
            continue
        read = [read_value(text) for text in row[skipped:]]
        for column, value in enumerate(read):
            if value is None:
                wrong = row[column + skipped].strip()
                hint = _hint(column + skipped + 1)
                faults.add(
                    number, f"node {names[column]!r} has {wrong!r}, which should be a finite number{hint}"
                )
        values[index] = [np.nan if value is None else value for value in read]
    told = [f"row {number}" for number, _ in rows[1:]]
    understood = True
    if skipped:
        stamps = [(number, row[0].strip()) for number, row in rows[1:]]
        steps = steps_in_order(stamps, faults, gaps=gaps != REFUSE)
        understood = steps.understood
        values = _with_missing_steps(values, steps.missing, faults)
        told = _told_steps(told, steps.missing)
    if gaps == REFUSE and not faults.found:
        _refuse_gaps(values, names, told, faults)
    faults.check()
    return Series(values, names, understood)


def _check_words(rows: Rows, heading: list[str], skipped: int, faults: Faults) -> None:
    """Say once that whole columns hold no numbers: the file has another layout, and its cells are no faults."""
    cells = [row for _, row in rows if len(row) == len(heading)]
    words = [
        place
        for place in range(skipped, len(heading))
        if len(cells) >= LEAST_WORDS and all(read_value(row[place]) is None for row in cells)
    ]
    if not words:
        return
    names = ", ".join(repr(heading[place]) for place in words)
    if words == [0]:
        hint = f"if it holds times, name it {TIME}"
    else:
        hint = (
            "a file with a row per value is read with the names of three columns, --columns TIME,NODE,VALUE"
        )
    faults.add_other(f"no number in column {names}; {hint}")
    faults.check()


def _hint(column: int) -> str:
    return f"; if it holds times, name it {TIME}" if column == 1 else ""


def _read_long(rows: Rows, heading: list[str], places: list[int], faults: Faults, gaps: str) -> Series:
    at_time, at_node, at_value = places
    if len(rows) < 2:
        faults.add_other("it should have one row per value below the headings")
        faults.check()
    stamps, nodes, read = [], [], []
    for number, row in rows[1:]:
        if len(row) != len(heading):
            faults.add(number, f"{len(row)} columns, but row 1 has {len(heading)}")
            continue
        time, node, value = row[at_time].strip(), row[at_node].strip(), read_value(row[at_value])
        if not node:
            faults.add(number, f"the column {heading[at_node]} names no node")
        if value is None:
            wrong = row[at_value].strip()
            faults.add(number, f"node {node!r} has {wrong!r}, which should be a finite number")
        stamps.append((number, time))
        nodes.append(node)
        read.append(np.nan if value is None else value)
    if not stamps:
        faults.check()
    numbers, steps = steps_of_any_order(stamps, faults)
    names = sorted(set(nodes), key=_by_number)
    column_of = {name: column for column, name in enumerate(names)}
    values = np.full((len(steps.order), len(names)), np.nan)
    first: dict[tuple[int, int], int] = {}
    for (row_number, time), step, node, value in zip(stamps, numbers, nodes, read):
        place = (step, column_of[node])
        if first.setdefault(place, row_number) != row_number:
            faults.add(
                row_number, f"time {time!r} of node {node!r} stands twice, first in row {first[place]}"
            )
        values[place] = value
    told = [f"time {stamps[place][1]!r}" for place in steps.order]
    values = _with_missing_steps(values, steps.missing, faults)
    if gaps == REFUSE and not faults.found and not faults.others:
        _refuse_gaps(values, names, _told_steps(told, steps.missing), faults)
    faults.check()
    return Series(values, names)


def _by_number(name: str) -> tuple[int, float, str]:
    """Names that are numbers in their order, before others in theirs."""
    return (0, float(name), name) if name.isascii() and name.isdigit() else (1, 0.0, name)


def _with_missing_steps(values: np.ndarray, missing: list[int], faults: Faults) -> np.ndarray:
    """Values with a row of missing ones for every time step that is left out."""
    if sum(missing) > len(values):
        faults.add_other(
            f"{sum(missing):,} time steps are missing between the {len(values):,} that are there; is one of its times "
            "wrong?"
        )
        return values
    return np.insert(values, np.repeat(np.arange(len(values)), missing), np.nan, axis=0)


def _told_steps(told: list[str], missing: list[int]) -> list[str]:
    """Words for every time step, also for those that are left out."""
    steps = ([f"before {step}"] * count + [step] for step, count in zip(told, missing))
    return list(itertools.chain.from_iterable(steps))


def _refuse_gaps(values: np.ndarray, names: list[str], told: list[str], faults: Faults) -> None:
    """Name the first missing values, and say how many there are."""
    empty = np.isnan(values)
    if not empty.any():
        return
    first = [f"{told[step]} node {names[node]!r}" for step, node in np.argwhere(empty)[:NAMED_GAPS]]
    count = int(empty.sum())
    more = f" and {count - NAMED_GAPS:,} more" if count > NAMED_GAPS else ""
    faults.add_other(
        f"{count:,} of {values.size:,} values {'is' if count == 1 else 'are'} missing ({', '.join(first)}{more}); "
        "fill them first, or choose a rule with --gaps last or --gaps linear"
    )
