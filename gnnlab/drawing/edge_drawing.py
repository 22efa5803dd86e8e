"""The edges of a drawing: straight, as arcs, with arrows, or as wide as their weight or their attention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gnnlab.drawing.drawn_graph import DrawnGraph
from gnnlab.drawing.layout import Layout
from gnnlab.drawing.style import label_size, line_width
from gnnlab.graphs.sequence_pairs import Pair

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EDGE = "#7f8790"
MIRRORED = "#d1495b"
ATTENTION = "#3b6ea8"
NEGATIVE = "#b2182b"
BEND = 0.18  # of an edge that has another one in the other direction beside it
STEP_BEND = 0.5  # of one along a line, so that two arrows between neighbours stay apart
SAME = 1e-5  # share by which the weights of two directions may differ and be one edge


@dataclass
class EdgeLook:
    """How edges look.

    Args:
        node_size: Area of a node in points², where edges end.
        width: Of an edge in points; None: by its weight or attention.
        color: None: grey, red for mirrored edges, blue for attention.
        numbers: Write the weight beside each edge.
    """

    node_size: float
    width: float | None = None
    color: Any = None
    numbers: bool = False


def draw_edges(
    ax: Axes,
    graph: DrawnGraph,
    shown: list[int],
    layout: Layout,
    look: EdgeLook,
    *,
    attention: tuple[Any, Any] | None = None,
) -> list[Any]:
    """Draw the edges among the nodes shown and return the handles of the legend."""
    from matplotlib.lines import Line2D

    kept = set(shown)
    if attention is not None:
        sums = _sums(*_checked(attention))
        pairs = {pair: alpha for pair, alpha in sums.items() if set(pair) <= kept and pair[0] != pair[1]}
        if layout.line:
            _make_room(ax, layout, set(pairs), both_sides=True)
        for pair, alpha in sorted(pairs.items()):
            width = _attention_width(alpha) if look.width is None else look.width
            bend = _bend(pair, layout, two_way=pair[::-1] in pairs)
            _draw_edge(
                ax, pair, layout, look, color=look.color or ATTENTION, arrow=True, bend=bend, width=width
            )
        if look.numbers:
            _write_numbers(ax, pairs, layout)
        return [
            Line2D(
                [],
                [],
                color=look.color or ATTENTION,
                lw=_attention_width(alpha),
                label=f"attention {alpha:g}",
            )
            for alpha in (0.1, 0.5, 1.0)
        ]
    sums = _sums(graph.pairs, graph.weights)
    weights = {pair: value for pair, value in sums.items() if set(pair) <= kept}
    mirror = graph.mirrored or frozenset()
    if layout.line:
        _make_room(ax, layout, set(weights), both_sides=False)
    drawn = _once(weights)
    largest = max((abs(value) for value, _ in drawn.values()), default=0.0)
    varied = (
        graph.weights is not None
        and len({abs(value) for value, _ in drawn.values()}) > 1
        and look.width is None
    )
    for pair, (value, two_way) in sorted(drawn.items()):
        color = look.color or (MIRRORED if pair in mirror else NEGATIVE if value < 0 else EDGE)
        width = (
            _weight_width(abs(value) / largest)
            if varied
            else line_width()
            if look.width is None
            else look.width
        )
        bend = _bend(pair, layout, two_way=pair[::-1] in drawn)
        _draw_edge(ax, pair, layout, look, color=color, arrow=not two_way, bend=bend, width=width)
    if look.numbers:
        _write_numbers(ax, {pair: value for pair, (value, _) in drawn.items()}, layout)
    handles = []
    if mirror & set(drawn):
        handles.append(Line2D([], [], color=look.color or MIRRORED, label="mirrored edge"))
    if varied:
        sizes = sorted({abs(value) for value, _ in drawn.values()})
        ends = sizes if len(sizes) == 2 else [sizes[0], sizes[len(sizes) // 2], sizes[-1]]
        handles += [
            Line2D(
                [], [], color=look.color or EDGE, lw=_weight_width(size / largest), label=f"weight {size:.3g}"
            )
            for size in ends
        ]
    if any(value < 0 for value, _ in drawn.values()):
        handles.append(Line2D([], [], color=look.color or NEGATIVE, label="negative weight"))
    loops = sum(i == j for i, j in weights)
    if loops:
        where = "every node" if loops == len(shown) else f"{loops} of {len(shown)} nodes"
        handles.append(
            Line2D([], [], ls="", marker=r"$\circlearrowleft$", color=EDGE, label=f"self-loop at {where}")
        )
    return handles


def _sums(pairs: list[Pair], values: list[float] | None) -> dict[Pair, float]:
    """One number for each pair that is joined; parallel edges add up, as in a matrix."""
    sums: dict[Pair, float] = {}
    for pair, number in zip(pairs, [1.0] * len(pairs) if values is None else values):
        sums[pair] = sums.get(pair, 0.0) + number
    return sums


def _once(weights: dict[Pair, float]) -> dict[Pair, tuple[float, bool]]:
    """Weight of each edge to draw, and whether it leads both ways: then it is drawn once. Loops are left out."""
    found = {}
    for (i, j), weight in weights.items():
        back = weights.get((j, i))
        same = back is not None and abs(weight - back) <= SAME * max(abs(weight), abs(back))
        if i < j or (i > j and not same):
            found[i, j] = (weight, same)
    return found


def _checked(attention: Any) -> tuple[list[Pair], list[float]]:
    """Edges, and attention averaged over heads."""
    wanted = "attention must be (edges (2, E), α (E,) or (E, K)) as GATConv returns it, but "
    try:
        edges, alpha = (_array(part) for part in attention)
    except (TypeError, ValueError):
        raise ValueError(f"{wanted}is {type(attention).__name__}") from None
    if edges.ndim != 2 or len(edges) != 2 or alpha.ndim == 0 or len(alpha) != edges.shape[1]:
        raise ValueError(f"{wanted}has the shapes {edges.shape} and {alpha.shape}")
    mean = alpha.reshape(len(alpha), -1).mean(1)
    return [(int(i), int(j)) for i, j in edges.T], mean.tolist()


def _array(values: Any) -> np.ndarray:
    """Numbers of torch, NumPy or Python as an array of doubles."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        values = values.numpy() if values.is_complex() else values.double().numpy()
    if np.iscomplexobj(values):
        raise ValueError("complex numbers have no width")
    return np.asarray(values, dtype=np.float64)


def _make_room(ax: Axes, layout: Layout, pairs: set[Pair], *, both_sides: bool) -> None:
    """Set the limits of a line by its highest arc; an arc of bend b rises by b / 2 of its length.

    Arrows of attention go there and back on two sides of the line, other arcs above it alone.
    """
    places = layout.places
    level = {node for node, (_, y) in places.items() if y == 0}
    lengths = [abs(places[i][0] - places[j][0]) for i, j in pairs if i in level and j in level]
    longest = max(lengths, default=1.0)
    low = min((y for _, y in places.values()), default=0.0)
    ax.set_xlim(-0.8, len(level) - 0.2)
    if both_sides:
        room = max(0.8, BEND / 2 * longest + 0.5)
        ax.set_ylim(min(-room, low - 0.6), room)
    else:
        ax.set_ylim(low - 0.8, 0.25 * longest + 0.5 if longest > 1.5 else 0.8)
    ax.set_aspect("equal")


def _bend(pair: Pair, layout: Layout, *, two_way: bool) -> float:
    """How far an edge leaves the straight line, of half its length; to the right of its direction."""
    (x, y), (far_x, far_y) = layout.places[pair[0]], layout.places[pair[1]]
    step = layout.line and y == far_y == 0
    if two_way:
        return STEP_BEND if step and abs(x - far_x) < 1.5 else BEND
    if step and abs(x - far_x) > 1.5:
        return -0.5 if x < far_x else 0.5
    return 0.0


def _attention_width(alpha: float) -> float:
    return 0.3 + 4.0 * min(1.0, max(0.0, alpha))


def _weight_width(share: float) -> float:
    return 0.5 + 3.5 * share


def _draw_edge(
    ax: Axes,
    pair: Pair,
    layout: Layout,
    look: EdgeLook,
    *,
    color: Any,
    arrow: bool,
    bend: float,
    width: float,
) -> None:
    from matplotlib.patches import FancyArrowPatch

    edge = FancyArrowPatch(
        layout.places[pair[0]],
        layout.places[pair[1]],
        arrowstyle="-|>" if arrow else "-",
        mutation_scale=8 + width,
        shrinkA=look.node_size**0.5 / 2,
        shrinkB=look.node_size**0.5 / 2,
        connectionstyle=f"arc3,rad={bend}",
        color=color,
        linewidth=width,
        zorder=1,
    )
    ax.add_patch(edge)


def _write_numbers(ax: Axes, values: dict[Pair, float], layout: Layout) -> None:
    """The weight in the middle of each edge, on its bend."""
    for pair, value in values.items():
        (x, y), (far_x, far_y) = layout.places[pair[0]], layout.places[pair[1]]
        bend = _bend(pair, layout, two_way=pair[::-1] in values)
        middle = ((x + far_x) / 2 + bend / 2 * (far_y - y), (y + far_y) / 2 - bend / 2 * (far_x - x))
        ax.text(
            *middle,
            f"{value:.3g}",
            ha="center",
            va="center",
            fontsize=label_size(),
            zorder=3,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.8},
        )
