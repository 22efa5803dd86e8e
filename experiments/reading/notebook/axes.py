"""Where a figure is drawn when no axes are given, and what stands there when there is nothing to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.records.progress import in_notebook

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Backends of matplotlib that show a figure in the notebook, below its cell.
_IN_CELL = ("inline", "ipympl", "nbagg", "widget")


def new_axes(width: float, height: float) -> Axes:
    """The axes of a new figure; pyplot gets to know of it in a notebook alone, which shows it below the cell."""
    import matplotlib

    if in_notebook() and any(name in matplotlib.get_backend().lower() for name in _IN_CELL):
        import matplotlib.pyplot as plt

        return plt.figure(figsize=(width, height), layout="constrained").subplots()
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained").subplots()


def said(ax: Axes, text: str) -> Axes:
    """Axes that say something in words, in place of a drawing."""
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color="0.35")
    ax.set_axis_off()
    return ax
