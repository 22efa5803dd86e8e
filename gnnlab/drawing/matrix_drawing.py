"""Adjacency matrices as heat maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

from gnnlab.drawing.new_figure import new_axes
from gnnlab.drawing.node_drawing import CHARACTER, DARK, luminance
from gnnlab.drawing.node_look import labels_of
from gnnlab.drawing.plain_text import check_text, plain_text
from gnnlab.drawing.style import check_axes, color_map, label_size
from gnnlab.graphs.adjacency import wide_matrix
from gnnlab.graphs.any_graph import graph_parts
from gnnlab.graphs.graph_arrays import as_tensor, may_be_edges, square_matrix
from gnnlab.graphs.node_names import NodeNames
from gnnlab.graphs.numbers import flag, real_number
from gnnlab.layers.edge_list import is_sparse_matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gnnlab.graphs.any_graph import GraphLike

MOST_NUMBERS = 12  # matrices up to this size have their entries written into the cells
MOST_NAMES = 24  # and up to this size all names of their nodes beside the rows and columns
LONGEST_NAME = 16  # characters; longer ones are cut
PALEST, DARKEST = 0.12, 0.85  # of the colour map: entries stand out from white, and text can be read on them


def draw_adjacency(
    graph: GraphLike | None = None,
    ax: Axes | None = None,
    *,
    matrix: Any = None,
    labels: Sequence[Any] | Mapping[Any, Any] | None = None,
    title: str | None = None,
    numbers: bool | None = None,
    colorbar: bool = True,
    cmap: Any = None,
    font_size: float | None = None,
    figsize: tuple[float, float] | None = None,
) -> Axes:
    """Draw an adjacency matrix, one of its powers, or any other matrix over nodes, as a heat map.

    Row i is what node i receives. Zeros are white, so that the pattern of the edges is seen; where there are negative
    entries they are red, and positive ones blue.

    Args:
        graph: Any form that `as_graph` takes: a square matrix is drawn as it is, anything else as its adjacency
            matrix. Integers of the shape (2, 2) are refused, because they could be two edges.
        ax: Where to draw; a new figure when left out, which a notebook shows below the cell.
        matrix: In place of `graph`: a square matrix, of any size and type.
        labels: What stands beside rows and columns, one for each node, or node → label. Default: the names of the
            nodes, where the graph has names. All text is shown as it stands, also a dollar sign.
        title: Above the picture.
        numbers: Write the entries into the cells; by default up to 12 nodes.
        colorbar: Show what the colours mean, where entries differ in more than 0 and 1.
        cmap: Colour map, in place of blue.
        font_size: Of names and entries, in points. Default: nine tenths of rcParams["font.size"].
        figsize: Inches of a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: What is no graph, or could be two; not exactly one of `graph` and `matrix`; labels of the wrong
            length, or for unknown nodes; entries that are not finite; `figsize` beside `ax`.

    >>> from gnnlab import draw_adjacency, normalized_adjacency, path_graph
    >>> draw_adjacency(normalized_adjacency(path_graph(4).edge_index)).get_ylabel()
    'node i receives'
    """
    check_axes(ax)
    if title is not None:
        check_text("title", title)
    if (graph is None) == (matrix is None):
        raise ValueError("draw_adjacency must be given one of graph and matrix")
    entries, names = (_square(matrix), None) if matrix is not None else _entries(graph)
    size = len(entries)
    found = NodeNames(None, size) if names is None else names
    if isinstance(labels, Mapping):
        labels = {found.number(node, "labels"): label for node, label in labels.items()}
    texts = None if labels is None and found.names is None else labels_of(labels, found.names or range(size))
    if ax is None:
        ax = new_axes(6, 5.2, figsize)
    elif figsize is not None:
        raise ValueError("figsize is for a new figure; ax has one already")
    font = label_size() if font_size is None else real_number("font_size", font_size, above=0)
    shown = np.ma.masked_equal(entries, 0)
    colors, norm = _colors(shown, cmap)
    edge = max(0.5, size - 0.5)  # a graph without nodes has an empty picture
    places = (-0.5, edge, edge, -0.5)
    image = ax.imshow(shown, cmap=colors, norm=norm, interpolation="nearest", extent=places)
    if size <= MOST_NUMBERS if numbers is None else flag("numbers", numbers):
        sides = min(ax.bbox.width, ax.bbox.height) * 72 / ax.figure.dpi
        room = int(sides / max(1, size) / (CHARACTER * font)) - 1
        for i, j in zip(*np.nonzero(entries)):
            color = "white" if luminance(image.to_rgba(entries[i, j])) < DARK else "black"
            ax.text(
                j, i, short_number(entries[i, j], room), ha="center", va="center", fontsize=font, color=color
            )
    if flag("colorbar", colorbar) and len(np.unique(entries)) > 2:
        _color_bar(ax, image, shown.compressed())
    _mark_nodes(ax, size, texts, font)
    ax.set(xlabel="from node j", ylabel="node i receives")
    if title is not None:
        ax.set_title(plain_text(title))
    return ax


def _colors(shown: Any, cmap: Any) -> tuple[Any, Any]:
    """Colours of the entries from the smallest to the largest, both ways from 0 where there are negative ones."""
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    low, high = (float(shown.min()), float(shown.max())) if shown.count() else (0.0, 1.0)
    if low < 0:
        far = max(-low, high)
        return color_map(cmap, "RdBu"), Normalize(-far, far)
    whole = color_map(cmap, "Blues")
    part = whole(np.linspace(PALEST, DARKEST if low < high else 0.5, 256))
    norm = Normalize(low if high > low else low - 1, high)
    return LinearSegmentedColormap.from_list(whole.name, part), norm


def _color_bar(ax: Axes, image: Any, values: np.ndarray) -> None:
    """As long as its data, and with whole numbers at whole entries."""
    from matplotlib.ticker import MaxNLocator

    bar = ax.figure.colorbar(image, ax=ax, shrink=0.85)
    low, high = float(values.min()), float(values.max())
    if low < high:
        bar.ax.set_ylim(low, high)
    if np.array_equal(values, np.round(values)):
        few = np.unique(values)
        if len(few) <= 6:
            bar.set_ticks(few.tolist(), labels=[short_number(value) for value in few])
        else:
            bar.locator = MaxNLocator(integer=True)
            bar.update_ticks()


def _entries(graph: Any) -> tuple[np.ndarray, NodeNames | None]:
    """The matrix of a graph and the names of its nodes; a dense matrix may hold anything, and is not taken apart."""
    if isinstance(graph, (Tensor, np.ndarray)) and not is_sparse_matrix(graph):
        tensor = as_tensor(graph)
        if tensor.dim() == 2 and tensor.size(0) == tensor.size(1) and not may_be_edges(tensor):
            return _square(tensor), None
    parts = graph_parts(graph, pyg=False)
    return _square(wide_matrix(parts).dense), parts.node_names()


def _square(matrix: Any) -> np.ndarray:
    entries = square_matrix(matrix).detach().cpu().double().numpy()
    if not np.isfinite(entries).all():
        raise ValueError(
            f"matrix must hold finite numbers to be drawn, but holds {entries[~np.isfinite(entries)][0]:g}"
        )
    return entries


def _mark_nodes(ax: Axes, size: int, texts: dict[int, str] | None, font: float) -> None:
    """Names beside all rows and columns where there are few, otherwise about ten numbers or names."""
    step = 1 if texts is not None and size <= MOST_NAMES else max(1, size // 10)
    places = list(range(0, size, step))
    cut = [str(place) if texts is None else _cut(texts[place]) for place in places]
    upright = texts is not None and max(map(len, cut), default=0) > 3
    shown = [plain_text(text) for text in cut]
    ax.set_xticks(places, shown, rotation=90 if upright else 0, fontsize=font)
    ax.set_yticks(places, shown, fontsize=font)


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def short_number(value: float, room: int = 4) -> str:
    """Return at most four characters and a sign: two digits, or a power of ten; whole numbers that fit as they are.

    >>> short_number(196495641, room=9)
    '196495641'
    >>> [short_number(value) for value in (3, 0.25, -0.5, 2.5, 1234, 196495641, 1e-9)]
    ['3', '.25', '-.5', '2.5', '1234', '2e8', '1e-9']
    """
    size = abs(value)
    if value == round(value) and size < 10.0 ** min(15, max(4, room)):
        return f"{value:.0f}"
    if 0.01 <= size < 1:
        return f"{value:.2f}".replace("0.", ".", 1).rstrip("0") if round(size, 2) < 1 else f"{round(value)}"
    if 1 <= size < 100:
        return f"{value:.2g}" if size >= 10 else f"{value:.2f}".rstrip("0").rstrip(".")
    if 100 <= size < 1e4:
        return f"{value:.0f}"
    mantissa, _, power = f"{value:.0e}".partition("e")
    return f"{mantissa}e{int(power)}"
