"""Graphs in files; the ending says the format."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from torch_geometric.data import Data

from gnnlab.graphs.graph_arrays import parts_of_matrix
from gnnlab.graphs.graph_pairs import parts_of_networkx
from gnnlab.graphs.graph_parts import GraphParts
from gnnlab.graphs.graph_text import parts_of_text
from gnnlab.graphs.numbers import flag


def read_graph(path: str | os.PathLike[str], *, directed: bool = True) -> Data:
    """Return the graph in a file.

    ============ ===================================================================================
    ending       what it holds
    ============ ===================================================================================
    .graphml     GraphML, with `weight` of its edges
    .gml         GML, with `weight` of its edges and `label` of its nodes
    .npz         a matrix of `scipy.sparse.save_npz`; row i is what node i receives
    .npy         a square matrix of `numpy.save`; row i is what node i receives
    any other    text: an edge a line, or a matrix with names
    ============ ===================================================================================

    A line of text holds a source, a target and, in a third column, the weight, with tabs, commas or spaces between. A
    heading `source,target,weight` (or from, to; src, dst) is left out, and so are empty lines and lines that begin
    with #. Nodes are numbered as they first appear, or by their numbers where all of them have one. In a matrix the
    first row and the first column name the nodes, with tabs or commas between; row i is what node i receives.

    Args:
        path: The file, in UTF-8.
        directed: Each line is an edge from its source to its target; otherwise it counts both ways. GraphML, GML
            and matrices say so themselves.

    Returns:
        Data with edge_index (2, E), edge_weight (E,) unless all are 1, num_nodes, and `names` (N strings) of all
        but .npz and .npy.

    Raises:
        ValueError: A file that is missing, empty, no ordinary file, not UTF-8, or malformed: the file, and the line
            where there are lines, are named; weights that are no finite numbers.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "roads.csv")
    ...     _ = file.write_text("source,target,weight\\nUlm,Ehingen,2.5\\nUlm,Aalen,1\\n")
    ...     graph = read_graph(file)
    >>> graph.names, graph.edge_index.tolist(), graph.edge_weight.tolist()
    (['Ulm', 'Ehingen', 'Aalen'], [[0, 0], [1, 2]], [2.5, 1.0])
    """
    return parts_of_file(path, directed=flag("directed", directed)).data()


def parts_of_file(path: str | os.PathLike[str], *, directed: bool = True) -> GraphParts:
    """Return the parts of the graph in a file, as `read_graph` reads it."""
    if not isinstance(path, (str, os.PathLike)):
        raise ValueError(f"path must be the path of a file, but is {path!r:.60}")
    file = Path(path)
    _check_file(file)
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        return parts_of_text(file, directed=directed)
    try:
        return reader(file)
    except (
        Exception
    ) as error:  # what a damaged file makes of networkx, expat, zipfile or NumPy cannot be listed
        text = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"{file}: it cannot be read as {file.suffix}: {text}") from error


def _check_file(file: Path) -> None:
    """Raise a ValueError unless this is a file with something in it; pipes may have no end, or never begin."""
    try:
        if not file.exists():
            raise ValueError(f"graph: there is no file {file}")
        if file.is_dir():
            raise ValueError(f"graph: {file} is a folder; it should be a file")
        if not file.is_file():
            raise ValueError(f"graph: {file} is a pipe or a device; it should be a file")
        with file.open("rb") as opened:
            if not opened.read(1):
                raise ValueError(f"graph: {file} is empty")
    except OSError as error:
        raise ValueError(f"graph: {error.strerror}: {str(file)[:200]}") from None


def _read_graphml(file: Path) -> GraphParts:
    import networkx as nx

    return parts_of_networkx(nx.read_graphml(file))


def _read_gml(file: Path) -> GraphParts:
    import networkx as nx

    text = file.read_text(encoding="utf-8-sig")
    graph: Any = nx.parse_gml(text, label=None)
    labels = {node: data["label"] for node, data in graph.nodes(data=True) if "label" in data}
    named = len(set(labels.values())) == len(graph)  # otherwise the id is the name
    return parts_of_networkx(nx.relabel_nodes(graph, labels) if named else graph)


def _read_sparse(file: Path) -> GraphParts:
    import scipy.sparse

    return parts_of_matrix(scipy.sparse.load_npz(file))


def _read_dense(file: Path) -> GraphParts:
    return parts_of_matrix(np.load(file, allow_pickle=False))


_READERS: dict[str, Callable[[Path], GraphParts]] = {
    ".graphml": _read_graphml,
    ".gml": _read_gml,
    ".npz": _read_sparse,
    ".npy": _read_dense,
}
