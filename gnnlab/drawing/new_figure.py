"""Where a picture is drawn when no axes are given."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Backends of matplotlib that show a figure in the notebook, below its cell.
_IN_CELL = ("inline", "ipympl", "nbagg", "widget")


def new_axes(width: float, height: float) -> Axes:
    """Return the axes of a new figure.

    A notebook shows the figure once, below the cell, as it does with each figure of pyplot. Elsewhere pyplot does not
    get to know of it, so that no window opens and no memory is held.

    Args:
        width, height: Of the figure, in inches.
    """
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
