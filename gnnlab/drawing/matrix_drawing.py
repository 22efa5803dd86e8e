"""Adjacency matrices as heat maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch_geometric.data import Data

from gnnlab.graphs.adjacency import adjacency_matrix

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

MOST_NUMBERS = 12  # matrices up to this size have their entries written into the cells


def draw_adjacency(
    matrix: Tensor | Data | nx.Graph,
    ax: Axes | None = None,
    *,
    title: str | None = None,
    numbers: bool | None = None,
    colorbar: bool = True,
) -> Axes:
    """Draw an adjacency matrix, one of its powers, or any other matrix over nodes, as a heat map.

    Row i is what node i receives. Zeros are white, so that the pattern of the edges is seen.

    Args:
        matrix: (N, N), dense or sparse; an edge list (2, E) of integers, a Data, or a
            networkx graph.
        ax: Where to draw; a new figure when left out.
        title: Above the picture.
        numbers: Write the entries into the cells; by default up to 12 nodes.
        colorbar: Show what the colours mean, where entries differ in more than 0 and 1.

    Returns:
        The axes.

    Raises:
        ValueError: Neither a square matrix nor an edge list.

    >>> from gnnlab import draw_adjacency, normalized_adjacency, path_graph
    >>> draw_adjacency(normalized_adjacency(path_graph(4).edge_index)).get_ylabel()
    'node i receives'
    """
    entries = _entries(matrix)
    if ax is None:
        from matplotlib.figure import Figure

        ax = Figure(figsize=(5, 4.4), layout="constrained").subplots()
    size = len(entries)
    shown = np.ma.masked_equal(entries, 0)
    low, high = (shown.min(), shown.max()) if shown.count() else (0.0, 1.0)
    image = ax.imshow(shown, cmap="Blues", vmin=min(0.0, low), vmax=high * 1.25, interpolation="nearest")
    if numbers if numbers is not None else size <= MOST_NUMBERS:
        for i, j in zip(*np.nonzero(entries)):
            color = "white" if entries[i, j] > 0.75 * high else "black"
            ax.text(j, i, _short(entries[i, j]), ha="center", va="center", fontsize=8, color=color)
    if colorbar and len(np.unique(entries)) > 2:
        ax.figure.colorbar(image, ax=ax, shrink=0.85)
    step = max(1, size // 10)
    ax.set_xticks(range(0, size, step))
    ax.set_yticks(range(0, size, step))
    ax.set(xlabel="from node j", ylabel="node i receives", title=title)
    return ax


def _entries(matrix: Tensor | Data | nx.Graph) -> np.ndarray:
    if isinstance(matrix, Data) or hasattr(matrix, "adjacency"):
        matrix = adjacency_matrix(matrix)
    if not isinstance(matrix, Tensor) or matrix.dim() != 2:
        raise ValueError("matrix must be a tensor (N, N), or a graph in another form")
    if matrix.layout != torch.strided:
        matrix = matrix.to_dense()
    if matrix.size(0) == 2 and not matrix.is_floating_point():
        matrix = adjacency_matrix(matrix)
    if matrix.size(0) != matrix.size(1):
        raise ValueError(f"matrix must be square, (N, N), but has the shape {tuple(matrix.shape)}")
    return matrix.detach().cpu().double().numpy()


def _short(value: float) -> str:
    """Two decimals without a leading zero; whole numbers as they are."""
    return f"{value:.0f}" if value == round(value) else f"{value:.2f}".replace("0.", ".", 1)
