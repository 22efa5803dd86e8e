"""Arrays and graphs in memory, kept as files that every worker and every later command can read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch_geometric.data import Data

from experiments.lab.own.arrays import records_of_arrays, write_npz
from experiments.lab.own.files import write_graphs
from experiments.lab.own.graphs import records_of_graphs


def keep(data: Any, name: str, folder: Callable[[str], Path]) -> Path:
    """Write data into a folder of results, and answer the file.

    Args:
        data: Arrays (x, y) or (x, y, lengths), one ``Data``, or a list of them.
        name: What they are called; by default sequences or graphs.
        folder: From the name to where it is written.

    Raises:
        ValueError: They are neither, or do not fit each other.
    """
    if name and not re.fullmatch(r"\w[\w.-]*", name):
        raise ValueError(f"name: {name!r} should be letters, digits, dots and dashes")
    if isinstance(data, Data) or (isinstance(data, list) and data and isinstance(data[0], Data)):
        graphs = [data] if isinstance(data, Data) else data
        stem = name or ("graph" if isinstance(data, Data) else "graphs")
        records_of_graphs(graphs, stem)
        return _kept(folder(stem) / f"{stem}.pt", lambda path: write_graphs(path, graphs))
    if isinstance(data, tuple) and 2 <= len(data) <= 4:
        stem = name or "sequences"
        records_of_arrays(*data, name=stem)
        return _kept(folder(stem) / f"{stem}.npz", lambda path: write_npz(path, *data))
    raise ValueError(
        f"task: {data!r:.60} should be a class of tasks, the name of an experiment, FILE.py:NAME, a file of data, "
        "arrays (x, y), or graphs of PyTorch Geometric"
    )


def _kept(path: Path, write: Callable[[Path], None]) -> Path:
    """Write a file, unless there is one with the same content.

    Raises:
        ValueError: There is one with another content: runs were made from it.
    """
    beside = path.with_name(f".{path.name}")
    write(beside)
    if path.exists() and path.read_bytes() != beside.read_bytes():
        beside.unlink()
        raise ValueError(f"name: {path} holds other data; give these a name of their own, or another out")
    beside.replace(path)
    return path
