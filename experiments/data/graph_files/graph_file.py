"""What a file of a graph says, in one form, whatever its layout. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

MOST_ONE_HOT = 5000  # nodes that may do without features
NO_CLASS = -1
LARGEST = float(np.finfo(np.float32).max)
#: Parts of a split, in this order.
PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class GraphFile:
    """A graph whose nodes have classes.

    Args:
        x: Features (N, F), floating-point numbers that float32 can hold; None where nodes have none.
        edges: (E, 2) numbers of nodes; as they stand in the file.
        y: Class (N,) of each node, ``NO_CLASS`` where it has none.
        class_names: C names.
        masks: Splits of its own, (K, 3, N): for each, which nodes are for training, validation and testing.
        names: N names of nodes.
        notes: What was not read, for stderr.
    """

    x: np.ndarray | None
    edges: np.ndarray
    y: np.ndarray
    class_names: list[str]
    masks: np.ndarray | None
    names: list[str]
    notes: tuple[str, ...] = field(default=())

    @property
    def loops(self) -> int:
        """Edges from a node to itself."""
        return int((self.edges[:, 0] == self.edges[:, 1]).sum())


def checked(
    where: str,
    *,
    edges: Any,
    labels: Any,
    x: Any = None,
    masks: dict[str, Any] | None = None,
    names: list[str] | None = None,
    notes: tuple[str, ...] = (),
) -> GraphFile:
    """A graph of arrays, looked at from all sides.

    Args:
        where: Argument and file, for the messages.
        edges: (E, 2) whole numbers.
        labels: (N,) whole numbers, below 0 for a node without a class; or texts, empty for none.
        x: (N, F) numbers.
        masks: Arrays (N,) or (N, K) by part of a split; all of ``PARTS`` or none.
        names: Of the nodes.
        notes: What of the file was not read.

    Raises:
        ValueError: Something is missing or does not fit.
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or not len(labels):
        raise ValueError(
            f"{where}: labels should be one number or text for each node, but have shape {labels.shape}"
        )
    y, class_names = _classes(where, labels)
    nodes = len(y)
    edges = np.asarray(edges)
    if edges.ndim != 2 or edges.shape[1] != 2 or edges.dtype.kind not in "iu":
        raise ValueError(
            f"{where}: edges should be pairs of node numbers, but are {edges.dtype} of shape {edges.shape}"
        )
    if edges.size and not (int(edges.min()) >= 0 and int(edges.max()) < nodes):
        wrong = int(((edges < 0) | (edges >= nodes)).any(1).sum())
        raise ValueError(f"{where}: nodes have the numbers 0 to {nodes - 1}, but edges with others: {wrong}")
    if not (edges[:, 0] != edges[:, 1]).any():
        raise ValueError(f"{where}: there should be at least one edge between two nodes")
    return GraphFile(
        x=_features(where, x, nodes),
        edges=edges.astype(np.int64),
        y=y,
        class_names=class_names,
        masks=_masks(where, masks, nodes, y),
        names=names or [str(node) for node in range(nodes)],
        notes=notes,
    )


def _classes(where: str, labels: np.ndarray) -> tuple[np.ndarray, list[str]]:
    if labels.dtype.kind in "iub":
        # Numbers may have gaps; they are named by themselves.
        kinds = sorted({int(label) for label in labels if label >= 0})
        number_of = {kind: place for place, kind in enumerate(kinds)}
        y = np.array([number_of.get(int(label), NO_CLASS) for label in labels])
        names = [f"class {kind}" for kind in kinds]
    elif labels.dtype.kind in "UO" and all(isinstance(label, str) for label in labels):
        texts = [label.strip() for label in labels]
        names = sorted({text for text in texts if text})
        place_of = {name: place for place, name in enumerate(names)}
        y = np.array([place_of.get(text, NO_CLASS) for text in texts])
    else:
        raise ValueError(f"{where}: labels should be whole numbers or texts, but are {labels.dtype}")
    if len(names) < 2:
        raise ValueError(f"{where}: labels should be of two classes or more, but there are {len(names)}")
    return y, names


def _features(where: str, x: Any, nodes: int) -> np.ndarray | None:
    if x is None:
        if nodes > MOST_ONE_HOT:
            raise ValueError(
                f"{where}: {nodes:,} nodes have no features; above {MOST_ONE_HOT:,} nodes give at least one column of "
                "numbers, such as the degree"
            )
        return None
    x = np.asarray(x)
    if x.ndim != 2 or len(x) != nodes or not x.shape[1] or x.dtype.kind not in "fiub":
        raise ValueError(
            f"{where}: features should be numbers of shape ({nodes}, F), but are {x.dtype} of shape {x.shape}"
        )
    bad = ~(np.isfinite(x) & (np.abs(x) <= LARGEST)).all(1)
    if bad.any():
        raise ValueError(
            f"{where}: features of {int(bad.sum())} nodes are no finite numbers, the first of node "
            f"{int(bad.argmax())}; fill them first"
        )
    return x if x.dtype == np.float32 else x.astype(np.float64)


def _masks(where: str, masks: dict[str, Any] | None, nodes: int, y: np.ndarray) -> np.ndarray | None:
    if not masks:
        return None
    if missing := [part for part in PARTS if part not in masks]:
        raise ValueError(f"{where}: a split has {', '.join(PARTS)}, but {' and '.join(missing)} is missing")
    arrays = [np.asarray(masks[part]) for part in PARTS]
    for part, array in zip(PARTS, arrays):
        if array.dtype != bool or array.shape[:1] != (nodes,) or array.ndim > 2:
            raise ValueError(
                f"{where}: the {part} mask should be true or false of shape ({nodes},) or ({nodes}, K), but is "
                f"{array.dtype} of shape {array.shape}"
            )
    wide = [array.reshape(nodes, -1) for array in arrays]
    # One test part may serve all splits, as in published files.
    splits = max(array.shape[1] for array in wide)
    if any(array.shape[1] not in (1, splits) for array in wide):
        raise ValueError(f"{where}: masks should all have the same number of splits, or one")
    wide = [np.broadcast_to(array, (nodes, splits)) for array in wide]
    found = np.stack([array.T for array in wide], axis=1)  # (K, 3, N)
    for split, (train, validation, test) in enumerate(found):
        if ((train & validation) | (train & test) | (validation & test)).any():
            raise ValueError(f"{where}: split {split} has nodes in two parts at once; a node belongs to one")
        for part, array in zip(PARTS, (train, validation, test)):
            if not array.any():
                raise ValueError(f"{where}: split {split} has no {part} node")
            if (y[array] == NO_CLASS).any():
                raise ValueError(
                    f"{where}: split {split} has {part} nodes without a class; leave them out of it"
                )
    return found


def one_line(error: BaseException) -> str:
    """The first line of what another library says of a file."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def named(path: Path, argument: str = "dataset") -> str:
    """How a file is named in messages."""
    return f"{argument}: {path}"
