"""Graphs as text: edges of two or three columns, or a matrix with names in its first row and column."""

from __future__ import annotations

import csv
from pathlib import Path

import torch

from gnnlab.graphs.graph_arrays import parts_of_matrix
from gnnlab.graphs.graph_pairs import parts_of_names
from gnnlab.graphs.graph_parts import GraphParts, finite_weight, weight_tensor

#: First lines that name the columns. Any other first line is an edge.
HEADERS = (("source", "target"), ("from", "to"), ("src", "dst"))

Row = tuple[int, list[str]]  # number of the line, and its fields


def parts_of_text(path: Path, *, directed: bool) -> GraphParts:
    """Return the parts of a text file; every node has a name.

    Raises:
        ValueError: No UTF-8, no rows, or a line that is malformed; file and line are named.
    """
    rows = _rows(path)
    if not rows:
        raise ValueError(f"{path}: there is no edge in this file")
    first = rows[0][1]
    if len(first) > 3 or first[0] == "":
        return _matrix(path, rows)
    sources, targets, weights = _edges(path, rows)
    if not directed:
        _add_ways_back(path, rows, sources, targets, weights)
    return _in_order_of_numbers(parts_of_names(sources, targets, weights))


def _rows(path: Path) -> list[Row]:
    """Fields of each line that is no comment; tabs, or else commas, or else spaces stand between them."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: byte {error.start} is not UTF-8 text") from None
    lines = [
        (number, line)
        for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not lines:
        return []
    between = next((mark for mark in "\t," if mark in lines[0][1]), None)
    return [(number, _fields(path, number, line, between)) for number, line in lines]


def _fields(path: Path, number: int, line: str, between: str | None) -> list[str]:
    if between is None:
        words = line.split()
        return words[: next((i for i, word in enumerate(words) if word.startswith("#")), len(words))]
    try:
        return [field.strip() for field in next(csv.reader([line], delimiter=between, strict=True))]
    except csv.Error as error:
        raise ValueError(f"{path}, line {number}: {error}") from None


def _edges(path: Path, rows: list[Row]) -> tuple[list[str], list[str], list[float]]:
    columns = len(rows[0][1])
    place = {"source": 0, "target": 1, "weight": 2}
    heading = [word.lower() for word in rows[0][1]]
    for source, target in HEADERS:
        if len(set(heading)) == columns and {source, target} <= set(heading) <= {source, target, "weight"}:
            place = {"source": heading.index(source), "target": heading.index(target)}
            place |= {"weight": heading.index("weight")} if columns == 3 else {}
            rows = rows[1:]
            break
    if not rows:
        raise ValueError(f"{path}: there is no edge in this file")
    sources, targets, weights = [], [], []
    for number, fields in rows:
        where = f"{path}, line {number}"
        if len(fields) != columns or columns not in (2, 3):
            raise ValueError(f"{where}: {_columns_wanted(columns)}, but there are {len(fields)}")
        sources.append(fields[place["source"]])
        targets.append(fields[place["target"]])
        if not sources[-1] or not targets[-1]:
            raise ValueError(f"{where}: the name of a node is missing")
        weights.append(finite_weight(fields[place["weight"]], where) if columns == 3 else 1.0)
    return sources, targets, weights


def _columns_wanted(columns: int) -> str:
    if columns in (2, 3):
        return f"there must be {columns} columns, as in the first line"
    return "there must be two or three columns (source, target, weight) with commas, tabs or spaces between"


def _add_ways_back(
    path: Path, rows: list[Row], sources: list[str], targets: list[str], weights: list[float]
) -> None:
    """Let each edge count both ways, but not twice where the file has both."""
    total: dict[tuple[str, str], float] = {}
    for pair, weight in zip(zip(sources, targets), weights):
        total[pair] = total.get(pair, 0.0) + weight
    for (source, target), weight in total.items():
        back = total.get((target, source))
        if back is not None and back != weight:
            raise ValueError(
                f"{path}: {source} → {target} has the weight {weight:g} and {target} → {source} has {back:g}, "
                "so that the edges have a direction; read it as directed"
            )
    for source, target, weight in list(zip(sources, targets, weights)):
        if (target, source) not in total:
            sources.append(target)
            targets.append(source)
            weights.append(weight)


def _in_order_of_numbers(parts: GraphParts) -> GraphParts:
    """Where all names are whole numbers, put the nodes in their order; a number that is not there is no node."""
    names = [str(name) for name in parts.names or ()]
    if not all(
        name.isascii() and name.removeprefix("-").isdecimal() and str(int(name)) == name for name in names
    ):
        return parts
    order = sorted(range(len(names)), key=lambda node: int(names[node]))
    place = torch.empty(len(names), dtype=torch.long)
    place[torch.tensor(order, dtype=torch.long)] = torch.arange(len(names))
    ordered = [names[node] for node in order]
    return GraphParts(place[parts.edge_index], parts.edge_weight, parts.num_nodes, list(ordered))


def _matrix(path: Path, rows: list[Row]) -> GraphParts:
    (top, heading), lines = rows[0], rows[1:]
    names = heading[1:]
    if len(set(names)) < len(names):
        raise ValueError(
            f"{path}, line {top}: a matrix must give each node its own name; edges have two or three columns"
        )
    values = []
    for name, (number, fields) in zip(names, lines):
        where = f"{path}, line {number}"
        if len(fields) != len(heading):
            raise ValueError(f"{where}: there must be {len(heading)} columns, as in the first line, but there are "
                             f"{len(fields)}")  # fmt: skip
        if fields[0] != name:
            raise ValueError(
                f"{where}: a matrix must have the same names in its first row and column, but here stands "
                f"{fields[0]!r} for {name!r}; edges have two or three columns"
            )
        values.append([finite_weight(field, where) for field in fields[1:]])
    if len(lines) != len(names):
        raise ValueError(
            f"{path}: a matrix of {len(names)} nodes must have {len(names)} rows below the names, "
            f"but has {len(lines)}"
        )
    matrix = weight_tensor(values).view(len(names), len(names))
    parts = parts_of_matrix(matrix)
    plain = parts.edge_weight is not None and bool((parts.edge_weight == 1).all())
    return GraphParts(parts.edge_index, None if plain else parts.edge_weight, len(names), list(names))
