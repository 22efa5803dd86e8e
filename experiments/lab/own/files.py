"""Files of a user's data: sequences as CSV, graphs of PyTorch Geometric, nodes beside edges."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch_geometric.data import Data
from torch_geometric.utils import to_undirected

from experiments.data.graph_files.graph_file import NO_CLASS
from experiments.data.graph_files.saved import load_saved
from experiments.data.graph_files.tables import read_tables
from experiments.lab.own.arrays import read_npz, records_of_arrays
from experiments.lab.own.examples import Records
from experiments.lab.own.graphs import records_of_graphs
from experiments.records.files import check_ordinary, read_text, write_beside

SEQUENCES = ("sequence", "characters", "numbers")
ANSWERS = ("label", "value")
_FORM = (
    "a heading with a column sequence (symbols with spaces between), characters or numbers, "
    "and a column label or value"
)


def read_data(path: Path, edges: str = "") -> Records:
    """The examples in a file, by its ending.

    Args:
        path: CSV, TSV, NPZ or PT.
        edges: File of edges, where it is a CSV file of nodes.

    Raises:
        ValueError: It cannot be read, or its content is not what it should be.
    """
    if not path.is_file():
        raise ValueError(f"task: {path}: no such file")
    check_ordinary("task", path)
    if path.suffix == ".npz":
        return read_npz(path)
    if path.suffix == ".pt":
        return read_graphs(path)
    table = _table(path)
    if "node" in table:
        return _nodes(path, edges)
    return _sequences(path, table)


def _table(path: Path) -> pd.DataFrame:
    """The rows of a file, indexed by their lines."""
    try:
        text = read_text(path)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if path.suffix == ".tsv" else ",")
        rows: dict[int, list[str]] = {}  # by the line that each ends in
        for row in reader:
            if row:
                rows[reader.line_num] = row
    except UnicodeDecodeError as error:
        raise ValueError(f"task: {path} should be a text file in UTF-8") from error
    except (OSError, csv.Error) as error:
        raise ValueError(f"task: {path} cannot be read as a table ({error})") from error
    first, *rest = rows or [0]
    heading = [name.strip() for name in rows.get(first, ())]
    for line in rest:
        if len(rows[line]) != len(heading):
            due = f"{len(heading)}, as in the heading"
            raise ValueError(f"task: {path}, line {line}: {len(rows[line])} columns should be {due}")
    if len(set(heading)) < len(heading):
        raise ValueError(f"task: {path}: two columns have the same name in the heading")
    table = pd.DataFrame([rows[line] for line in rest], index=rest, columns=heading, dtype=str)
    if table.empty:
        raise ValueError(f"task: {path} has no rows; it should have {_FORM}")
    return table


def _sequences(path: Path, table: pd.DataFrame) -> Records:
    kinds, answers = ([c for c in names if c in table] for names in (SEQUENCES, ANSWERS))
    if len(kinds) != 1 or len(answers) != 1:
        raise ValueError(f"task: {path} should have {_FORM}; its columns are {', '.join(table.columns)}")
    kind, answer = kinds[0], answers[0]
    words = [list(text) if kind == "characters" else text.split() for text in table[kind]]
    for line, found in zip(table.index, words):
        if not found:
            raise ValueError(f"task: {path}, line {line}: the {kind} is empty")
    lengths = np.array([len(found) for found in words])
    x: np.ndarray
    if kind == "numbers":
        x = np.zeros((len(words), lengths.max()), dtype=np.float32)
        for row, found in enumerate(words):
            x[row, : len(found)] = [_number(word, path, table.index[row], kind) for word in found]
    else:
        symbols = {symbol: n for n, symbol in enumerate(sorted({s for found in words for s in found}))}
        x = np.zeros((len(words), lengths.max()), dtype=np.int64)
        for row, found in enumerate(words):
            x[row, : len(found)] = [symbols[symbol] for symbol in found]
    if answer == "value":
        y = np.array([_number(word, path, line, answer) for line, word in table[answer].items()])
    else:
        y = table[answer].to_numpy(dtype=str)
        if (y == "").any():
            raise ValueError(f"task: {path}, line {table.index[(y == '').argmax()]}: the label is missing")
    given = None if (lengths == lengths[0]).all() else lengths
    split = table["split"].to_numpy() if "split" in table else None
    return records_of_arrays(x, y, given, split, name=path.name)


def _number(word: str, path: Path, line: Any, column: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise ValueError(f"task: {path}, line {line}: {column} {word!r} should be a finite number")
    return value


def _nodes(path: Path, edges: str) -> Records:
    if not edges:
        raise ValueError(f"edges: {path} holds nodes; name the file of their edges, as in --edges edges.csv")
    file = read_tables(path, Path(edges), ("task", "edges"))
    if (file.y == NO_CLASS).any():
        raise ValueError(f"task: {path}: node {file.names[(file.y == NO_CLASS).argmax()]!r} has no label")
    graph = Data(
        edge_index=to_undirected(torch.from_numpy(file.edges).t().contiguous(), num_nodes=len(file.y)),
        x=None if file.x is None else torch.from_numpy(file.x),
        y=torch.from_numpy(file.y),
        num_nodes=len(file.y),
    )
    records = records_of_graphs([graph], path.name)
    records.classes = file.class_names
    if file.masks is not None:
        (parts,) = file.masks
        if not parts.any(0).all():
            node = file.names[parts.any(0).argmin()]
            raise ValueError(f"task: {path}: node {node!r} is in no part of the split; each should be in one")
        records.split = torch.from_numpy(parts.argmax(0))
    return records


def read_graphs(path: Path) -> Records:
    """Graphs that ``torch.save`` wrote: a list of ``Data``, or one.

    Raises:
        ValueError: It holds something else.
    """
    found = load_saved(path, "task")
    if not isinstance(found, Data | list | tuple):
        raise ValueError(
            f"task: {path} should hold Data of PyTorch Geometric, but holds a {type(found).__name__}"
        )
    return records_of_graphs([found] if isinstance(found, Data) else list(found), path.stem)


def write_graphs(path: Path, graphs: Any) -> None:
    """Write graphs as ``read_graphs`` reads them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = ("x", "edge_index", "y", "train_mask", "val_mask", "test_mask", "edge_attr", "edge_weight")
    plain = [
        Data(num_nodes=g.num_nodes, **{key: g[key] for key in kept if key in g and g[key] is not None})
        for g in graphs
    ]
    buffer = io.BytesIO()
    torch.save(plain, buffer)  # into a file it would write the file's name too, and be other bytes each time
    write_beside(path, lambda beside: beside.write_bytes(buffer.getvalue()))
