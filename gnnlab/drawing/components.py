"""Where to put the parts of a graph that no edge joins: side by side, each laid out by itself."""

from __future__ import annotations

import numpy as np

from gnnlab.drawing.shapes import Places

GAP = 1.0  # between parts; an edge is about as long
WIDE = 1.7  # width of the whole, of its height


def pack(parts: list[Places]) -> Places:
    """Return places for all nodes: the parts in rows, the highest first.

    >>> pack([{0: (5.0, 5.0)}, {1: (0.0, 0.0), 2: (1.0, 0.0)}])
    {1: (0.0, 0.0), 2: (1.0, 0.0), 0: (2.0, 0.0)}
    """
    boxes = [(list(part), _from_zero(part)) for part in parts]
    boxes.sort(key=lambda box: (-box[1][:, 1].max(), -len(box[0]), min(box[0])))
    area = sum((places[:, 0].max() + GAP) * (places[:, 1].max() + GAP) for _, places in boxes)
    widest = max(float(places[:, 0].max()) for _, places in boxes)
    row_width = max(widest, (WIDE * area) ** 0.5)
    found: Places = {}
    left = top = height = 0.0
    for nodes, places in boxes:
        width, tall = places.max(0)
        if left > 0 and left + width > row_width:
            left, top, height = 0.0, top - height - GAP, 0.0
        height = max(height, tall)
        middle = top - height / 2 - tall / 2  # the first of a row is its highest
        found |= {node: (left + float(x), float(middle + y)) for node, (x, y) in zip(nodes, places)}
        left += float(width) + GAP
    return found


def _from_zero(part: Places) -> np.ndarray:
    places = np.array(list(part.values()))
    return places - places.min(0)
