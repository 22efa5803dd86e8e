"""The critical-difference diagram (Demšar 2006, figure 1): mean ranks on a line, bars over models not told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from experiments.reading.ranking.drawing.figures import FONT
from experiments.reading.ranking.ranking import Ranking

_LINE = 0.26  # inches a line of text; heights are in such lines, downwards from the line of ranks
_BAR = 0.5  # from one bar to the next
_MIDDLE = 4.4  # inches of the line of ranks
_SIDE = 1.4  # inches beside it at least, so that the title fits above
_LETTER = 0.095  # inches a character of this size at most, on average
_COLOR = "#b2182b"


def critical_difference_diagram(ranking: Ranking) -> Any:
    """Models at their mean ranks, the better half to the left; a bar joins those that are not told apart.

    Raises:
        ValueError: There is a single task.
    """
    from matplotlib.figure import Figure

    found, scores = ranking.differences, ranking.scores
    if found is None:
        raise ValueError("ranking: of a single task there is no such diagram")
    order, count = scores.ranked, len(scores.models)
    at = dict(zip(scores.models, scores.mean_ranks))
    labels = {model: f"{model}  {at[model]:.2f}" for model in order}
    left, right = order[: (count + 1) // 2], order[(count + 1) // 2 :][::-1]
    top, first = -4.2, 1.4 + _BAR * len(found.groups)
    bottom = first + len(left)
    sides = [max(_SIDE, 0.3 + _LETTER * max(len(labels[model]) for model in part)) for part in (left, right)]
    width, height = _MIDDLE + sum(sides), _LINE * (bottom - top)
    figure = Figure(figsize=(width, height))
    ax = figure.add_axes((sides[0] / width, 0.0, _MIDDLE / width, 1.0))
    ax.set_xlim(1, count)
    ax.set_ylim(bottom, top)
    ax.set_axis_off()
    inch = (count - 1) / _MIDDLE
    _ruler(ax, count)
    for models, end, away in ((left, 1 - 0.15 * inch, -1), (right, count + 0.15 * inch, 1)):
        for line, model in enumerate(models):
            y = first + line
            ax.plot([at[model], at[model], end], [0, y, y], color="0.25", lw=0.9, clip_on=False)
            side = "left" if away > 0 else "right"
            ax.text(end + away * 0.06 * inch, y, labels[model], ha=side, va="center", fontsize=FONT)
    _bars(ax, [(at[group[0]], at[group[-1]]) for group in found.groups], 0.05 * inch)
    _critical(ax, found.critical, count)
    # Of the figure, not of the axes: it is longer than the line.
    figure.text(0.5, 1 - 0.5 * _LINE / height, _title(ranking), ha="center", va="top", fontsize=FONT)
    return figure


def _ruler(ax: Any, count: int) -> None:
    ax.plot([1, count], [0, 0], color="black", lw=1.2, clip_on=False)
    step = 1 + (count - 1) // 15  # more numbers would run into each other
    for rank in range(1, count + 1):
        ax.plot([rank, rank], [0, -0.25], color="black", lw=1.2, clip_on=False)
        if (rank - 1) % step == 0:
            ax.text(rank, -0.4, f"{rank}", ha="center", va="bottom", fontsize=FONT)


def _bars(ax: Any, ends: Sequence[tuple[float, float]], beyond: float) -> None:
    for line, (low, high) in enumerate(ends):
        y = [0.6 + _BAR * line] * 2
        ax.plot(
            [low - beyond, high + beyond],
            y,
            color=_COLOR,
            lw=4,
            solid_capstyle="butt",
            clip_on=False,
            gid="bar",
        )


def _critical(ax: Any, critical: float, count: int) -> None:
    """The critical difference as a length above the line; in words where it is longer than the line."""
    text = f"critical difference {critical:.2f}"
    if critical > count - 1:
        more = f"{text}: more than any two mean ranks"
        ax.text((1 + count) / 2, -2.0, more, ha="center", va="center", fontsize=FONT)
        return
    ax.plot([1, 1 + critical], [-1.9, -1.9], color="black", lw=1.2, clip_on=False)
    for end in (1, 1 + critical):
        ax.plot([end, end], [-2.1, -1.7], color="black", lw=1.2, clip_on=False)
    ax.text(1, -2.2, text, ha="left", va="bottom", fontsize=FONT)


def _title(ranking: Ranking) -> str:
    found = ranking.differences
    assert found is not None
    what = "a bar joins models not told apart" if found.shown else "no difference is shown"
    return f"Mean rank over {len(ranking.scores.tasks)} tasks (Friedman p = {found.p:.2g}); {what}"
