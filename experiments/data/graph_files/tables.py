"""A table of nodes and a list of edges, CSV files, as a graph. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from experiments.data.bad_rows import BadRows
from experiments.data.csv_rows import check_commas, finite, read_rows
from experiments.data.graph_files.graph_file import LARGEST, PARTS, GraphFile, checked, named

NODE, LABEL, SPLIT = ("node", "id", "name"), ("label", "class", "y"), ("split",)
#: How parts of a split are written.
_PART_OF = {part: part for part in PARTS} | {"val": "validation", "valid": "validation"}
_MEND, NO_NUMBER = "mend or remove them", "a feature is no finite number"
#: Argument and file; each edge with its row and two names; notes.
Edges = tuple[str, list[tuple[int, str, str]], tuple[str, ...]]


def read_tables(
    nodes: Path, edge_list: Path, arguments: tuple[str, str] = ("dataset", "edge-list")
) -> GraphFile:
    """A graph of two CSV files.

    The first row of the table of nodes names its columns: ``node`` (or id, name), ``label`` (or class, y; empty for a
    node whose class nobody knows), ``split`` where there is one (train, validation, test, or empty), and features,
    all numbers. Each row of the list of edges has two names; a first row of which neither is a node is a heading. What
    follows the two is not read.

    Args:
        nodes: Table of nodes.
        edge_list: List of edges.
        arguments: What the user gave the two to, for messages.

    Raises:
        ValueError: A file cannot be read, a column is missing, or rows are wrong: all of them in one line.
    """
    where = named(nodes, arguments[0])
    rows = read_rows(nodes, arguments[0])
    check_commas(rows[0][1] if rows else [], where)
    if len(rows) < 2:
        raise ValueError(f"{where} should have a row that names its columns and one row per node below")
    header = [name.strip() for name in rows[0][1]]
    return from_columns(where, header, rows[1:], _edges_of(edge_list, arguments[1]))


def from_columns(
    where: str,
    header: Sequence[str],
    rows: Sequence[tuple[int, Sequence[str]]],
    edges: Edges,
    unit: str = "row",
) -> GraphFile:
    """A graph of rows of text.

    Args:
        where: Argument and file, for the messages.
        header: Names of the columns.
        rows: Each with its number.
        edges: Argument and file of the edges; each edge with its row and two names; notes.
        unit: What a row is called.
    """
    node, label = _column(where, header, NODE), _column(where, header, LABEL)
    split = next((place for place, name in enumerate(header) if name.lower() in SPLIT), None)
    features = [place for place in range(len(header)) if place not in (node, label, split)]
    bad = BadRows(where, unit)
    number_of: dict[str, int] = {}
    labels, parts, x = [], [], []
    for number, row in rows:
        if len(row) != len(header):
            bad.add(f"not {len(header)} columns, as row 1 has", number, f"{len(row)} columns")
            continue
        name = row[node].strip()
        if not name or name in number_of:
            bad.add(
                "a node has no name" if not name else "a node stands there again", number, repr(name)[:60]
            )
            continue
        part = row[split].strip().lower() if split is not None else ""
        if part and part not in _PART_OF:
            bad.add(f"split is none of {', '.join(PARTS)}", number, repr(part)[:60])
        values = [_number(row[place]) for place in features]
        for place, value in zip(features, values):
            if value is None:
                found = f"column {header[place]!r} holds {row[place].strip()[:40]!r}"
                bad.add(NO_NUMBER, number, found)
                break
        number_of[name] = len(number_of)
        labels.append(row[label].strip())
        parts.append(_PART_OF.get(part, ""))
        x.append(values)
    words = "; a column of words is no feature: leave it out, or write a column of 0 and 1 for each word"
    bad.check(_MEND + words * bad.has(NO_NUMBER))
    masks = {part: np.array([each == part for each in parts]) for part in PARTS} if any(parts) else None
    return checked(
        where,
        edges=_numbered(edges, number_of),
        labels=np.array(labels, dtype=object),
        x=np.array(x, dtype=np.float64) if features else None,
        masks=masks,
        names=list(number_of),
        notes=edges[2],
    )


def _column(where: str, header: Sequence[str], names: Sequence[str]) -> int:
    found = [place for place, name in enumerate(header) if name.lower() in names]
    if len(found) != 1:
        there = ", ".join(header)[:200]
        count = "no column" if not found else "several columns"
        raise ValueError(
            f"{where}: {count} {' or '.join(names)}; its columns are {there}; give one that name"
        )
    return found[0]


def _number(text: str) -> float | None:
    value = finite(text)
    return value if value is not None and abs(value) <= LARGEST else None


def _edges_of(path: Path, argument: str) -> Edges:
    where = named(path, argument)
    edges, bad, more = [], BadRows(where), 0
    rows = read_rows(path, argument)
    check_commas(rows[0][1] if rows else [], where)
    for number, row in rows:
        ends = [end.strip() for end in row]
        if len(ends) < 2:
            bad.add("no two names with a comma between", number, repr(row[0])[:60])
            continue
        more += len(ends) > 2
        edges.append((number, ends[0], ends[1]))
    bad.check(_MEND)
    notes = (f"{path} has more than two columns: weights and all else are not read",) if more else ()
    return where, edges, notes


def _numbered(edges: Edges, number_of: dict[str, int]) -> np.ndarray:
    where, found, _ = edges
    bad = BadRows(where)
    pairs = []
    for place, (number, *ends) in enumerate(found):
        if not place and not any(end in number_of for end in ends):
            continue  # a heading
        for end in ends:
            if end not in number_of:
                bad.add("a node is not in the table of nodes", number, f"{end!r:.60}")
                break
        else:
            pairs.append([number_of[end] for end in ends])
    bad.check(_MEND)
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
