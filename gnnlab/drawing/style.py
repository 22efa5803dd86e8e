"""Sizes and colours of a drawing: those of matplotlib's rcParams where somebody changed them, or its own."""

from __future__ import annotations

from typing import Any

LABEL = 0.9  # of font.size: 9 points at matplotlib's own setting
LINE = 0.8  # of lines.linewidth: 1.2 points


def setting(name: str, own: Any) -> Any:
    """Return a setting of matplotlib if it differs from matplotlib's own, otherwise what the drawing prefers."""
    import matplotlib

    settings: tuple[Any, Any] = (matplotlib.rcParams, matplotlib.rcParamsDefault)
    value, usual = (known[name] for known in settings)
    return own if value == usual else value


def label_size() -> float:
    """Return the size of labels in points."""
    import matplotlib

    return LABEL * float(matplotlib.rcParams["font.size"])


def line_width() -> float:
    """Return the width of a line in points."""
    import matplotlib

    return LINE * float(matplotlib.rcParams["lines.linewidth"])


def color_map(name: str | None, own: str) -> Any:
    """Return a colour map by its name; None: that of the settings, or the drawing's own.

    Raises:
        ValueError: There is none of that name.
    """
    import matplotlib
    from matplotlib.colors import Colormap

    if isinstance(name, Colormap):
        return name
    chosen = setting("image.cmap", own) if name is None else name
    try:
        return matplotlib.colormaps[chosen]
    except (KeyError, TypeError):
        raise ValueError(
            f"cmap must be a colour map of matplotlib, such as viridis, but is {name!r}"
        ) from None


def check_color(name: str, color: Any) -> None:
    """Raise a ValueError that names the argument unless it is None or a colour of matplotlib."""
    from matplotlib.colors import is_color_like

    if color is not None and not is_color_like(color):
        raise ValueError(f"{name} must be a colour, such as steelblue or #4682b4, but is {color!r}")


def check_axes(ax: Any) -> None:
    """Raise a ValueError unless this is None or axes of matplotlib."""
    from matplotlib.axes import Axes

    if ax is not None and not isinstance(ax, Axes):
        raise ValueError(f"ax must be axes of matplotlib, but is {ax!r:.60}")
