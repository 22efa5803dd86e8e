"""Adjacency matrices as heat maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

from gnnlab.drawing.new_figure import new_axes
from gnnlab.drawing.node_look import labels_of
from gnnlab.graphs.adjacency import adjacency_matrix
from gnnlab.graphs.any_graph import graph_parts
from gnnlab.graphs.graph_arrays import as_tensor, may_be_edges
from gnnlab.graphs.node_names import NodeNames
from gnnlab.layers.edge_list import is_sparse_matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gnnlab.graphs.any_graph import GraphLike

MOST_NUMBERS = 12  # matrices up to this size have their entries written into the cells
MOST_NAMES = 24  # and up to this size all names of their nodes beside the rows and columns
LONGEST_NAME = 16  # characters; longer ones are cut


def draw_adjacency(
    graph: GraphLike | None = None,
    ax: Axes | None = None,
    *,
    matrix: Any = None,
    labels: Sequence[Any] | Mapping[Any, Any] | None = None,
    title: str | None = None,
    numbers: bool | None = None,
    colorbar: bool = True,
) -> Axes:
    """Draw an adjacency matrix, one of its powers, or any other matrix over nodes, as a heat map.

    Row i is what node i receives. Zeros are white, so that the pattern of the edges is seen.

    Args:
        graph: Any form that `as_graph` takes: a square matrix is drawn as it is, anything else as its adjacency
            matrix. Integers of the shape (2, 2) are refused, because they could be two edges.
        ax: Where to draw; a new figure when left out, which a notebook shows below the cell.
        matrix: In place of `graph`: a square matrix, of any size and type.
        labels: What stands beside rows and columns, one for each node, or node → label. Default: the names of the
            nodes, where the graph has names.
        title: Above the picture.
        numbers: Write the entries into the cells; by default up to 12 nodes.
        colorbar: Show what the colours mean, where entries differ in more than 0 and 1.

    Returns:
        The axes.

    Raises:
        ValueError: What is no graph, or could be two; not exactly one of `graph` and `matrix`; labels of the wrong
            length, or for unknown nodes.

    >>> from gnnlab import draw_adjacency, normalized_adjacency, path_graph
    >>> draw_adjacency(normalized_adjacency(path_graph(4).edge_index)).get_ylabel()
    'node i receives'
    """
    if (graph is None) == (matrix is None):
        raise ValueError("draw_adjacency must be given one of graph and matrix")
    entries, names = (_square(matrix), None) if matrix is not None else _entries(graph)
    size = len(entries)
    if isinstance(labels, Mapping):
        found = NodeNames(names, size)
        labels = {found.number(node, "labels"): label for node, label in labels.items()}
    texts = None if labels is None and names is None else labels_of(labels, names or range(size))
    if ax is None:
        ax = new_axes(5, 4.4)
    shown = np.ma.masked_equal(entries, 0)
    low, high = (shown.min(), shown.max()) if shown.count() else (0.0, 1.0)
    image = ax.imshow(shown, cmap="Blues", vmin=min(0.0, low), vmax=high * 1.25, interpolation="nearest")
    if numbers if numbers is not None else size <= MOST_NUMBERS:
        for i, j in zip(*np.nonzero(entries)):
            color = "white" if entries[i, j] > 0.75 * high else "black"
            ax.text(j, i, _short(entries[i, j]), ha="center", va="center", fontsize=8, color=color)
    if colorbar and len(np.unique(entries)) > 2:
        ax.figure.colorbar(image, ax=ax, shrink=0.85)
    _mark_nodes(ax, size, texts)
    ax.set(xlabel="from node j", ylabel="node i receives", title=title)
    return ax


def _entries(graph: Any) -> tuple[np.ndarray, list[Any] | None]:
    """The matrix of a graph and the names of its nodes; a dense matrix may hold anything, and is not taken apart."""
    if isinstance(graph, (Tensor, np.ndarray)) and not is_sparse_matrix(graph):
        tensor = as_tensor(graph)
        if tensor.dim() == 2 and tensor.size(0) == tensor.size(1) and not may_be_edges(tensor):
            return _square(tensor), None
    parts = graph_parts(graph, pyg=False)
    return _square(adjacency_matrix(parts.edge_index, parts.edge_weight, parts.num_nodes)), parts.names


def _square(matrix: Any) -> np.ndarray:
    tensor = as_tensor(matrix.toarray() if hasattr(matrix, "toarray") else matrix).detach().to_dense()
    if tensor.dim() != 2 or tensor.size(0) != tensor.size(1):
        raise ValueError(f"matrix must be square, (N, N), but has the shape {tuple(tensor.shape)}")
    if tensor.is_complex():
        raise ValueError("matrix must hold real numbers, but holds complex ones")
    return tensor.cpu().double().numpy()


def _mark_nodes(ax: Axes, size: int, texts: dict[int, str] | None) -> None:
    """Names beside all rows and columns where there are few, otherwise about ten numbers or names."""
    step = 1 if texts is not None and size <= MOST_NAMES else max(1, size // 10)
    places = list(range(0, size, step))
    if texts is None:
        ax.set_xticks(places)
        ax.set_yticks(places)
        return
    cut = [_cut(texts[place]) for place in places]
    upright = max(map(len, cut), default=0) > 3
    font = 8 if upright or size > MOST_NUMBERS else None
    ax.set_xticks(places, cut, rotation=90 if upright else 0, fontsize=font)
    ax.set_yticks(places, cut, fontsize=font)


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _short(value: float) -> str:
    """Two decimals without a leading zero; whole numbers as they are."""
    return f"{value:.0f}" if value == round(value) else f"{value:.2f}".replace("0.", ".", 1)
