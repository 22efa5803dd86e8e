"""The edges of a drawing: straight, as arcs, with arrows, or as wide as their attention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor

from gnnlab.drawing.layout import Positions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EDGE = "#7f8790"
MIRRORED = "#d1495b"
ATTENTION = "#3b6ea8"
ATTENTION_BEND = 0.18

Pair = tuple[int, int]


def draw_edges(
    ax: Axes,
    edge_index: Tensor,
    shown: list[int],
    positions: Positions,
    *,
    node_size: float,
    line: bool,
    mirrored: Tensor | None,
    attention: tuple[Tensor, Tensor] | None,
) -> list[Any]:
    """Draw the edges among the nodes shown and return the handles of the legend."""
    from matplotlib.lines import Line2D

    kept = set(shown)
    pairs = {(i, j) for i, j in edge_index.t().tolist() if i in kept and j in kept}
    mirror = set() if mirrored is None else {(i, j) for i, j in edge_index[:, mirrored].t().tolist()}
    handles: list[Any] = []
    if line:
        _make_room(ax, positions, pairs, both_sides=attention is not None)
    if attention is not None:
        weights = _mean_attention(attention)
        _draw_attention(ax, {pair: w for pair, w in weights.items() if pair in pairs}, positions, node_size)
        handles = [
            Line2D([], [], color=ATTENTION, lw=_width(alpha), label=f"attention {alpha:g}")
            for alpha in (0.1, 0.5, 1.0)
        ]
        return handles
    loops = sum(i == j for i, j in pairs)
    for pair in sorted(_once(pairs)):
        color = MIRRORED if pair in mirror else EDGE
        two_way = pair[::-1] in pairs
        far = line and abs(positions[pair[0]][0] - positions[pair[1]][0]) > 1.5
        bend = (-0.5 if positions[pair[0]][0] < positions[pair[1]][0] else 0.5) if far else 0.0
        _draw_edge(ax, pair, positions, node_size, color=color, arrow=not two_way, bend=bend, width=1.2)
    if mirror & pairs:
        handles.append(Line2D([], [], color=MIRRORED, label="mirrored edge"))
    if loops:
        where = "every node" if loops == len(shown) else f"{loops} of {len(shown)} nodes"
        handles.append(
            Line2D([], [], ls="", marker=r"$\circlearrowleft$", color=EDGE, label=f"self-loop at {where}")
        )
    return handles


def _once(pairs: set[Pair]) -> set[Pair]:
    """Leave out one direction of pairs joined both ways, and self-loops, which the legend counts."""
    return {(i, j) for i, j in pairs if i < j or (j, i) not in pairs}


def _make_room(ax: Axes, positions: Positions, pairs: set[Pair], *, both_sides: bool) -> None:
    """Set the limits of a line by its highest arc; an arc of bend b rises by b / 2 of its length.

    Arrows of attention go there and back on two sides of the line, other arcs above it alone.
    """
    longest = max((abs(positions[i][0] - positions[j][0]) for i, j in pairs), default=1.0)
    ax.set_xlim(-0.8, len(positions) - 0.2)
    if both_sides:
        room = max(0.8, ATTENTION_BEND / 2 * longest + 0.5)
        ax.set_ylim(-room, room)
    else:
        ax.set_ylim(-0.8, 0.25 * longest + 0.5 if longest > 1.5 else 0.8)
    ax.set_aspect("equal")


def _width(alpha: float) -> float:
    return 0.3 + 4.0 * alpha


def _mean_attention(attention: tuple[Tensor, Tensor]) -> dict[Pair, float]:
    edges, alpha = attention
    if edges.dim() != 2 or edges.size(0) != 2 or alpha.size(0) != edges.size(1):
        raise ValueError(
            "attention must be (edges (2, E), α (E,) or (E, K)) as GATConv returns it, "
            f"but has the shapes {tuple(edges.shape)} and {tuple(alpha.shape)}"
        )
    mean = alpha.detach().cpu().view(alpha.size(0), -1).mean(1).tolist()
    return {(i, j): a for (i, j), a in zip(edges.t().tolist(), mean) if i != j}


def _draw_attention(ax: Axes, weights: dict[Pair, float], positions: Positions, node_size: float) -> None:
    for pair, alpha in sorted(weights.items()):
        bend = ATTENTION_BEND if pair[::-1] in weights else 0.0
        _draw_edge(
            ax, pair, positions, node_size, color=ATTENTION, arrow=True, bend=bend, width=_width(alpha)
        )


def _draw_edge(
    ax: Axes,
    pair: Pair,
    positions: Positions,
    node_size: float,
    *,
    color: str,
    arrow: bool,
    bend: float,
    width: float,
) -> None:
    import networkx as nx

    graph = nx.DiGraph([pair])
    nx.draw_networkx_edges(
        graph,
        {node: positions[node] for node in pair},
        ax=ax,
        edge_color=color,
        width=width,
        arrows=True,
        arrowstyle="-|>" if arrow else "-",
        arrowsize=8 + width,
        node_size=node_size,
        connectionstyle=f"arc3,rad={bend}",
    )
