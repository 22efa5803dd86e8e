"""Graphs in NPZ files of NumPy: three layouts, told apart by the names of their arrays. Imports no torch."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from experiments.data.graph_files.graph_file import PARTS, GraphFile, checked, named, one_line
from experiments.records.files import check_ordinary

#: What files are told by, and what such a file is.
LAYOUTS = {
    "adj_indptr": "adj_data, adj_indices, adj_indptr, adj_shape, attr_*, labels (Shchur et al. 2018)",
    "node_features": "node_features, node_labels, edges, train_masks, val_masks, test_masks (Platonov et al. 2023)",
    "edge_index": "x, edge_index, y and, with a split, train_mask, val_mask, test_mask (PyG's names)",
}


def read_arrays(path: Path) -> GraphFile:
    """The graph of an NPZ file.

    Args:
        path: The file; arrays of Python objects are refused, because reading them can run code.

    Raises:
        ValueError: It cannot be read, or has none of the layouts in ``LAYOUTS``.
    """
    where = named(path)
    try:
        check_ordinary("dataset", path)
        with path.open("rb") as opened:
            file = np.load(opened, allow_pickle=False)
            if not hasattr(file, "files"):
                raise ValueError(f"{where} should be an NPZ file of several arrays, but holds one")
            arrays = {name: file[name] for name in file.files}
    except OSError as error:
        raise ValueError(f"{where} cannot be read ({error.strerror or one_line(error)})") from error
    except (zipfile.BadZipFile, EOFError, KeyError) as error:
        raise ValueError(f"{where} is no NPZ file of NumPy ({one_line(error)})") from error
    except ValueError as error:
        raise ValueError(str(error) if where in str(error) else f"{where}: {one_line(error)}") from error
    return from_arrays(where, arrays)


def from_arrays(where: str, arrays: Mapping[str, Any]) -> GraphFile:
    """The graph of named arrays.

    Args:
        where: Argument and file, for the messages.
        arrays: By name.
    """
    mark = next((name for name in LAYOUTS if name in arrays), None)
    if mark is None:
        raise ValueError(
            f"{where} holds {', '.join(arrays)[:200] or 'nothing'}; it should hold {'; or '.join(LAYOUTS.values())}"
        )
    return {"adj_indptr": _sparse, "node_features": _heterophilous, "edge_index": _pyg}[mark](where, arrays)


def _need(where: str, arrays: Mapping[str, Any], *names: str) -> list[np.ndarray]:
    if missing := [name for name in names if name not in arrays]:
        raise ValueError(
            f"{where}: array {' and '.join(missing)} is missing; it holds {', '.join(arrays)[:200]}"
        )
    return [np.asarray(arrays[name]) for name in names]


def _sparse(where: str, arrays: Mapping[str, Any]) -> GraphFile:
    (labels,) = _need(where, arrays, "labels")
    matrix = _matrix(where, arrays, "adj")
    matrix.eliminate_zeros()
    adjacency = matrix.tocoo()
    features = np.asarray(arrays["attr_matrix"]) if "attr_matrix" in arrays else None
    if features is None and "attr_indptr" in arrays:
        features = _matrix(where, arrays, "attr").toarray()
    edges = np.stack([adjacency.row, adjacency.col], axis=1).astype(np.int64)
    return checked(where, edges=edges, labels=labels, x=features)


def _matrix(where: str, arrays: Mapping[str, Any], name: str) -> csr_matrix:
    parts = _need(where, arrays, *(f"{name}_{part}" for part in ("data", "indices", "indptr", "shape")))
    try:
        matrix = csr_matrix((parts[0], parts[1], parts[2]), shape=tuple(int(size) for size in parts[3]))
        matrix.check_format(full_check=True)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{where}: {name}_* is no sparse matrix ({one_line(error)})") from error
    return matrix


def _heterophilous(where: str, arrays: Mapping[str, Any]) -> GraphFile:
    x, labels, edges = _need(where, arrays, "node_features", "node_labels", "edges")
    names = ("train_masks", "val_masks", "test_masks")
    there = any(name in arrays for name in names)
    masks = dict(zip(PARTS, (mask.T for mask in _need(where, arrays, *names)))) if there else None
    return checked(where, edges=edges, labels=labels, x=x, masks=masks)


def _pyg(where: str, arrays: Mapping[str, Any]) -> GraphFile:
    edge_index, labels = _need(where, arrays, "edge_index", "y")
    if edge_index.ndim != 2 or len(edge_index) != 2:
        raise ValueError(f"{where}: edge_index should have shape (2, E), but has {edge_index.shape}")
    names = ("train_mask", "val_mask", "test_mask")
    masks = dict(zip(PARTS, _need(where, arrays, *names))) if any(name in arrays for name in names) else None
    x = None if arrays.get("x") is None else np.asarray(arrays["x"])
    return checked(where, edges=edge_index.T, labels=labels, x=x, masks=masks)
