"""The edges between the nodes of a series: a CSV file with two names a row, and a weight where edges have one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.data.csv_rows import check_commas, finite, read_rows
from experiments.lab.forecasts.series.table import Faults

#: First rows that name the columns of a list of edges, without its weights.
HEADINGS = (("source", "target"), ("from", "to"))
DISTANCES = frozenset({"distance", "dist", "cost", "length", "km", "miles", "metres", "meters"})


@dataclass(frozen=True, eq=False)
class Edges:
    """Undirected edges.

    Args:
        pairs: Numbers of the two nodes, smaller first, each pair once, in order.
        weights: (edges,), with a mean of 1; None where edges have none.
        loops: Rows that join a node with itself, which were left out.
        empty: Rows of weight 0, which are no edges.
    """

    pairs: list[tuple[int, int]]
    weights: np.ndarray | None = None
    loops: int = 0
    empty: int = 0


def read_edges(path: Path, names: list[str]) -> Edges:
    """Undirected edges, two names of nodes per row, and a weight in a third column.

    A first row that says ``source,target`` or ``from,to`` is left out, with ``weight`` behind it or without. An edge
    may stand in both directions, and more than once, as long as its weight is one. A node joined with itself is left
    out: every layer has a way for the node itself. Weights are divided by their mean, so that their unit makes no
    difference to layers that give the node itself a weight of 1.

    Args:
        path: A CSV file.
        names: The nodes, in the order of the series.

    Raises:
        ValueError: The file cannot be read; a row has another number of names, names a node that the series lacks, or
            has a weight that is no finite number of 0 or more, or another one than the same edge has elsewhere; a node
            of the series has no edge at all; one line with all rows.
    """
    number_of = {name: number for number, name in enumerate(names)}
    faults = Faults(f"edge-list: {path}")
    found: dict[tuple[int, int], tuple[float, int]] = {}  # weight and row of each edge
    loops = empty = width = 0
    for number, row in read_rows(path, "edge-list"):
        cells = [cell.strip() for cell in row]
        if number == 1 and _is_heading(cells, faults):
            width = len(cells)
            continue
        check_commas(row, faults.where)
        width = width or len(cells)
        if len(cells) not in (2, 3) or len(cells) != width:
            due = f"{width}, as the first row has" if width in (2, 3) else "two names and perhaps a weight"
            faults.add(number, f"{len(cells)} columns, but there should be {due}, with commas between")
            continue
        unknown = [end for end in cells[:2] if end not in number_of]
        if unknown:
            hint = (
                "; a first row that names columns should be source,target or from,to" if number == 1 else ""
            )
            faults.add(number, f"the series has no node {' and no node '.join(map(repr, unknown))}{hint}")
        weight = finite(cells[2]) if len(cells) == 3 else 1.0
        if weight is None or weight < 0:
            faults.add(number, f"weight {cells[2]!r} should be a finite number of 0 or more")
            continue
        if unknown:
            continue
        first, second = sorted(number_of[end] for end in cells[:2])
        known = found.setdefault((first, second), (weight, number))
        if known[0] != weight:
            faults.add(
                number,
                f"weight {cells[2]} of {cells[0]!r} and {cells[1]!r}, but {known[0]:g} in row {known[1]}; edges have "
                "no direction here: give both rows one weight",
            )
        loops += first == second
        empty += weight == 0 and first != second
    edges = {pair: weight for pair, (weight, _) in found.items() if pair[0] != pair[1] and weight > 0}
    if not faults.found:
        _check_joined(edges, names, faults)
    faults.check()
    pairs = sorted(edges)
    return Edges(
        pairs, _with_mean_one([edges[pair] for pair in pairs], faults) if width == 3 else None, loops, empty
    )


def _is_heading(cells: list[str], faults: Faults) -> bool:
    """Whether a first row names the columns.

    Raises:
        ValueError: It names distances, of which no one can say what weight they stand for.
    """
    small = tuple(cell.lower() for cell in cells)
    if small[:2] not in HEADINGS or len(small) > 3:
        return False
    if small[2:] and small[2] in DISTANCES:
        raise ValueError(
            f"{faults.where} row 1: {cells[2]!r} is no weight, because the near should weigh more than the far; give "
            "weights, as exp(-(d/s)**2) of a distance d with the deviation s of all distances, or leave the column out"
        )
    return not small[2:] or finite(small[2]) is None


def _check_joined(edges: dict[tuple[int, int], float], names: list[str], faults: Faults) -> None:
    if not edges:
        faults.add_other("it should hold at least one edge between two nodes")
        return
    joined = {end for edge in edges for end in edge}
    alone = [name for number, name in enumerate(names) if number not in joined]
    if alone:
        more = f" and {len(alone) - 1} more" if len(alone) > 1 else ""
        faults.add_other(f"it has no edge of node {alone[0]!r}{more}; leave it out of the series or join it")


def _with_mean_one(weights: list[float], faults: Faults) -> np.ndarray:
    largest = max(weights)
    scaled = np.array(weights) / largest  # the sum of large numbers may be none
    if scaled.min() < 1e-30:
        raise ValueError(
            f"{faults.where}: weights from {min(weights):g} to {largest:g} lie too far apart to be added up; leave "
            "out the edges whose weight is next to nothing"
        )
    found: np.ndarray = scaled / scaled.mean()
    return found
