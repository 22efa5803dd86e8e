"""Where a picture is drawn when no axes are given."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from gnnlab.drawing.style import setting

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_INCHES = 400.0  # a side of more has too many pixels for matplotlib

#: Backends of matplotlib that show a figure in the notebook, below its cell.
_IN_CELL = ("inline", "ipympl", "nbagg", "widget")


def new_axes(width: float, height: float, figsize: Any = None) -> Axes:
    """Return the axes of a new figure.

    A notebook shows the figure once, below the cell, as it does with each figure of pyplot. Elsewhere pyplot does not
    get to know of it, so that no window opens and no memory is held.

    Args:
        width, height: Of the figure, in inches, if nobody has other wishes.
        figsize: What the user wants; None: rcParams["figure.figsize"] where that was changed.

    Raises:
        ValueError: `figsize` is not two numbers above 0.
    """
    size = setting("figure.figsize", (width, height)) if figsize is None else figsize
    try:
        width, height = (float(side) for side in size)
    except (TypeError, ValueError):
        width = height = 0.0
    if not (0 < width < MOST_INCHES and 0 < height < MOST_INCHES):
        raise ValueError(f"figsize must be (width, height) in inches, but is {figsize!r}")
    if _shows_figures():
        import matplotlib.pyplot as plt

        return plt.figure(figsize=(width, height), layout="constrained").subplots()
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained").subplots()


def _shows_figures() -> bool:
    """Whether this is the kernel of a notebook, and its backend is one that draws below cells.

    The variable MPLBACKEND alone says little: a notebook hands it on to every process that it starts.
    """
    ipython = sys.modules.get("IPython")
    if ipython is None or not hasattr(ipython.get_ipython(), "kernel"):
        return False
    import matplotlib

    return any(name in matplotlib.get_backend().lower() for name in _IN_CELL)
