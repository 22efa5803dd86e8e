"""The nodes of a drawing and their labels: in the nodes where they fit, beside them where they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gnnlab.drawing.layout import Layout, upper_side
from gnnlab.drawing.node_look import NodeLook
from gnnlab.drawing.plain_text import plain_text
from gnnlab.graphs.sequence_pairs import Pair

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RIM = "#555555"
CHARACTER = 0.62  # width of a letter, of its height
MOST_NAMED = 40  # nodes that all keep their labels, even where two of them touch
DARK = 0.45  # luminance below which text on a node is white

STEPS = 40  # points along an edge

Box = tuple[float, float, float, float]  # left, bottom, right, top in points


def node_area(ax: Axes, layout: Layout, texts: list[str], font: float) -> float:
    """Return the area of a node in points² at which neighbours do not touch, and short labels fit where that is so."""
    width, height = (72 * pixels / ax.figure.dpi for pixels in (ax.bbox.width, ax.bbox.height))
    count = len(texts)
    room = width / (count + 1) if layout.line else 0.45 * (width * height / max(1, count)) ** 0.5
    if layout.columns:
        across = [x for x, _ in layout.places.values()]
        room = height / (1 + max(map(across.count, across)))
    wanted = max((CHARACTER * font * len(text) for text in texts), default=0.0) + 6
    diameter = min(max(20.0, wanted), 26.0, 0.75 * room)
    return diameter**2


def draw_nodes(
    ax: Axes,
    shown: list[int],
    layout: Layout,
    look: NodeLook,
    pairs: list[Pair],
    *,
    size: float,
    font: float,
    cmap: Any,
    value_name: str,
) -> None:
    """Draw nodes, a colour bar where they have values, and labels, which keep clear of edges."""
    places = [layout.places[node] for node in shown]
    coloured: dict[str, Any] = {"c": [look.colors[node] for node in shown]}
    if look.values is not None:
        coloured = {"c": [look.values[node] for node in shown], "cmap": cmap}
    x, y = [place[0] for place in places], [place[1] for place in places]
    below = any(not _fits(look.labels[node], font, size) for node in shown)
    if not layout.line:
        longest = (
            max((len(look.labels[node]) for node in shown), default=0) if layout.columns and below else 0
        )
        across, up = _margins(ax, size, font if below else 0.0, CHARACTER * font * longest)
        if layout.even:  # a square, as wide as the shorter side of the axes
            across = up = max(across, up)
        ax.margins(across, up)
    drawn = ax.scatter(x, y, s=size, edgecolors=RIM, linewidths=0.7, zorder=2, **coloured)
    if layout.even:
        ax.set_aspect("equal", adjustable="box")
    if look.values is not None and shown:
        _color_bar(ax, drawn, value_name)
    ax.apply_aspect()
    values = drawn.get_array()
    faces = drawn.get_facecolor() if values is None else drawn.to_rgba(values)
    dark = {node for node, face in zip(shown, faces) if luminance(face) < DARK}
    _write_labels(ax, shown, layout, look.labels, pairs, size, font, dark)


def _color_bar(ax: Axes, drawn: Any, name: str) -> None:
    from matplotlib.ticker import MaxNLocator

    bar = ax.figure.colorbar(drawn, ax=ax, label=plain_text(name), shrink=0.8)
    values = drawn.get_array()
    if all(value == round(value) for value in values.tolist()):
        bar.locator = MaxNLocator(integer=True)
        bar.update_ticks()


def _margins(ax: Axes, size: float, below: float, beside: float) -> tuple[float, float]:
    """Share of the drawing's width and height to leave on each side, so that no node at the rim is cut off."""
    # In points, with room for its outline, for axes that a legend makes smaller, and for labels.
    radii = (0.7 * size**0.5 + max(below, beside), 0.7 * size**0.5 + below)
    sides = (72 * pixels / ax.figure.dpi for pixels in (ax.bbox.width, ax.bbox.height))
    width, height = (max(0.05, radius / max(radius, side - 2 * radius)) for side, radius in zip(sides, radii))
    return width, height


def _fits(text: str, font: float, size: float) -> bool:
    return CHARACTER * font * len(text) <= size**0.5 - 1 and font <= 0.85 * size**0.5


def _write_labels(
    ax: Axes,
    shown: list[int],
    layout: Layout,
    labels: dict[int, str],
    pairs: list[Pair],
    size: float,
    font: float,
    dark: set[int],
) -> None:
    """Labels wider than their node stand beside it, where they touch no other, and have a white rim.

    Where no place is free, those of many nodes are left out, and those of few stand where they touch least; of free
    places they take that which fewest edges cross.
    """
    from matplotlib.patheffects import withStroke

    middles = np.array([layout.places[node] for node in shown]).reshape(-1, 2)
    points = ax.transData.transform(middles) * 72 / ax.figure.dpi
    radius = size**0.5 / 2
    taken: list[Box] = [(x - radius, y - radius, x + radius, y + radius) for x, y in points]
    edges = _along(dict(zip(shown, points)), pairs)
    upper = upper_side(pairs, layout.places)
    inside = {node for node in shown if _fits(labels[node], font, size)}
    if layout.columns and len(inside) < len(shown):
        inside = set()  # a column of names reads better than names here and there
    for node, (x, y) in zip(shown, points):
        text = labels[node]
        if not text:
            continue
        if node in inside:
            color = "white" if node in dark else "black"
            ax.annotate(
                plain_text(text), layout.places[node], ha="center", va="center", fontsize=font, color=color
            )
            continue
        choices = _beside(text, font, radius, layout, node, over=node in upper)
        boxes = [_box(x + dx, y + dy, text, font) for dx, dy in choices]
        cost, _, place = min(
            (_overlap(box, taken), _crossed(box, edges), place) for place, box in enumerate(boxes)
        )
        across, up = choices[place]
        if cost > 0 and len(shown) > MOST_NAMED:
            continue
        taken.append(boxes[place])
        side = "center"
        if layout.columns:  # names end, or begin, at their column, however wide they are
            side, across = ("right", -radius - 4) if across < 0 else ("left", radius + 4)
        ax.annotate(
            plain_text(text),
            layout.places[node],
            xytext=(across, up),
            textcoords="offset points",
            ha=side,
            va="center",
            fontsize=font,
            path_effects=[withStroke(linewidth=2, foreground="white")],
        )


def _beside(
    text: str, font: float, radius: float, layout: Layout, node: int, *, over: bool
) -> list[tuple[float, float]]:
    """Middles of a label around its node, in points: the side with fewer edges first, left and right last."""
    up = radius + 0.65 * font + 1
    side = radius + CHARACTER * font * len(text) / 2 + 2
    first, second = ((0.0, up), (0.0, -up)) if over else ((0.0, -up), (0.0, up))
    if layout.line:
        return [first]
    if layout.columns:
        left = layout.places[node][0] == min(x for x, _ in layout.places.values())
        return [(-side if left else side, 0.0)]
    return [first, second, (side, 0.0), (-side, 0.0), (side, up), (side, -up), (-side, up), (-side, -up)]


def _box(x: float, y: float, text: str, font: float) -> Box:
    half = CHARACTER * font * len(text) / 2
    return (x - half, y - 0.6 * font, x + half, y + 0.6 * font)


def _overlap(box: Box, others: list[Box]) -> float:
    left, bottom, right, top = box
    return sum(
        max(0.0, min(right, r) - max(left, l)) * max(0.0, min(top, t) - max(bottom, b))
        for l, b, r, t in others
    )


def _along(points: dict[int, np.ndarray], pairs: list[Pair]) -> np.ndarray:
    """(E, STEPS, 2) points along each edge, as if all were straight."""
    ends = [(points[i], points[j]) for i, j in pairs if i in points and j in points and i != j]
    share = np.linspace(0, 1, STEPS).reshape(-1, 1)
    return np.array([start + share * (end - start) for start, end in ends]).reshape(-1, STEPS, 2)


def _crossed(box: Box, edges: np.ndarray) -> int:
    """How many edges pass through a box."""
    left, bottom, right, top = box
    x, y = edges[..., 0], edges[..., 1]
    return int(((x > left) & (x < right) & (y > bottom) & (y < top)).any(1).sum())


def luminance(color: Any) -> float:
    """Return how light a colour (red, green, blue) looks, from 0 to 1."""
    red, green, blue = (float(part) for part in color[:3])
    return 0.299 * red + 0.587 * green + 0.114 * blue
