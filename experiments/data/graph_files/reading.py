"""A graph of a user's own, whatever its format; the ending says which. Imports no torch."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from experiments.data.graph_files.arrays import read_arrays
from experiments.data.graph_files.graph_file import GraphFile
from experiments.data.graph_files.graphml import read_graphml
from experiments.data.graph_files.saved import read_saved
from experiments.data.graph_files.tables import read_tables
from experiments.data.names import TABLE
from experiments.records.files import content_hash

_READERS = {".npz": read_arrays, ".graphml": read_graphml, ".pt": read_saved}


def read_graph_file(path: str, edge_list: str = "") -> GraphFile:
    """The graph of a file.

    Args:
        path: A table of nodes (.csv), arrays (.npz), GraphML (.graphml), or a Data of PyG saved by torch (.pt).
        edge_list: The edges of a table of nodes, a CSV file; no other format has one.

    Raises:
        ValueError: It cannot be read, or something in it is missing or wrong.
    """
    ending = Path(path).suffix.lower()
    if (ending == TABLE) != bool(edge_list):
        if edge_list:
            raise ValueError(
                f"edge-list: {path} holds its edges itself; a list of edges goes with a table of nodes"
            )
        raise ValueError(f"edge-list: needed beside {path}: a CSV file with two names of nodes per row")
    try:
        content = content_hash(*filter(None, (path, edge_list)))
    except OSError:  # the reader says what is wrong
        content = ""
    return _read(path, edge_list, content)


@lru_cache(maxsize=4)
def _read(path: str, edge_list: str, content: str) -> GraphFile:
    """Read once what several runs of a sweep look at; other content is another file."""
    if edge_list:
        return read_tables(Path(path), Path(edge_list))
    return _READERS[Path(path).suffix.lower()](Path(path))
