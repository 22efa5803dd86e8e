"""Figures at the size of a column of a paper, or of a slide, from those that were drawn for a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.core.naming import nearest
from experiments.core.written.kinds import kinds_checked

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAGE_FONT = 10.0  # points, for which figures of a page are drawn


@dataclass(frozen=True)
class Sizes:
    """Sizes of a figure.

    Args:
        width: Inches of a figure with one panel across.
        wide: Inches of one with several panels across.
        height: Inches; None for as high as its panels need.
        font: Points of its text.
        line: How wide lines and marks are, beside those of a page.
    """

    width: float
    wide: float
    height: float | None
    font: float
    line: float

    def settings(self) -> dict[str, Any]:
        """The same as settings of matplotlib, for what is drawn anew."""
        return {"font.size": self.font, "lines.linewidth": 1.5 * self.line}


#: A column of 3.4 inches (two of them for panels side by side), and a slide of 16:9.
STYLES = {
    "paper": Sizes(width=3.4, wide=7.0, height=None, font=8.0, line=0.8),
    "slides": Sizes(width=13.333, wide=13.333, height=7.5, font=20.0, line=2.0),
}


def sizes_of(style: str) -> Sizes:
    """The sizes of a style.

    Raises:
        ValueError: There is no such style.
    """
    if style not in STYLES:
        hint = nearest(style, list(STYLES))
        raise ValueError(f"style: unknown {style!r}{hint or '.'} Known: {', '.join(STYLES)}")
    return STYLES[style]


@kinds_checked
def restyle(drawn: Figure | Axes, style: str) -> Figure:
    """Give a figure the sizes of a paper or of slides: its own, those of text, lines and marks.

    Legends go below the panels, where they cover nothing. Settings of matplotlib stay as they are.

    Args:
        drawn: A figure, or axes of it, drawn with matplotlib's usual sizes.
        style: ``paper`` or ``slides``.

    Returns:
        The figure.

    Raises:
        ValueError: There is no such style, or what was drawn is neither.

    Example:
        >>> from experiments import restyle, results
        >>> float(restyle(results("tests/recorded/palindrome").plot_accuracy(), "paper").get_size_inches()[0])
        3.4
    """
    sizes = sizes_of(style)
    figure: Any = drawn.figure if hasattr(drawn, "axes") and hasattr(drawn, "plot") else drawn
    rows, columns = _grid(figure)
    width = sizes.wide if columns > 1 else sizes.width
    _resize_parts(figure, sizes)
    handles = _take_legends(figure)
    columns_of_legend = _legend_columns(handles, width, sizes)
    lines = -(-len(handles) // columns_of_legend) if handles else 0
    if handles:
        figure.legend(
            handles=list(handles.values()),
            labels=list(handles),
            loc="outside lower center",
            ncols=columns_of_legend,
            fontsize=0.9 * sizes.font,
            frameon=False,
        )
    inch = sizes.font / 72
    panel = max(0.66 * width / columns, 1.7 * inch * _names_down(figure) + 4 * inch)
    figure.set_size_inches(width, sizes.height or rows * panel + 1.5 * inch * lines)
    return figure


def _grid(figure: Any) -> tuple[int, int]:
    """Rows and columns of panels."""
    grids = [spec.get_gridspec() for ax in figure.axes if (spec := ax.get_subplotspec()) is not None]
    return max((grid.nrows for grid in grids), default=1), max((grid.ncols for grid in grids), default=1)


def _names_down(figure: Any) -> int:
    """The most names that stand below each other beside a panel."""
    from matplotlib.ticker import FixedFormatter

    axes = [ax.yaxis for ax in figure.axes]
    return max(
        (len(a.get_ticklocs()) for a in axes if isinstance(a.get_major_formatter(), FixedFormatter)),
        default=0,
    )


def _take_legends(figure: Any) -> dict[str, Any]:
    """Handles by name of all legends, which are taken away."""
    found: dict[str, Any] = {}
    legends = [*figure.legends, *(ax.get_legend() for ax in figure.axes if ax.get_legend() is not None)]
    for legend in legends:
        for handle, text in zip(legend.legend_handles, legend.get_texts()):
            if handle is not None and text.get_text().strip() and not _is_heading(handle):
                found.setdefault(text.get_text(), handle)
        legend.remove()
    return found


def _is_heading(handle: Any) -> bool:
    """Whether an entry of a legend is a word alone."""
    from matplotlib.lines import Line2D

    return isinstance(handle, Line2D) and handle.get_linestyle() == handle.get_marker() == "None"


def _legend_columns(handles: dict[str, Any], width: float, sizes: Sizes) -> int:
    longest = max(map(len, handles), default=1)
    each = (0.55 * longest + 4) * 0.9 * sizes.font / 72
    return max(1, min(len(handles) or 1, int(width / each)))


def _resize_parts(figure: Any, sizes: Sizes) -> None:
    from matplotlib.collections import Collection
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    from matplotlib.text import Text

    larger, wider = sizes.font / PAGE_FONT, sizes.line
    labels = {axis: axis.get_ticklabels() for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)}
    ticks = {axis: texts[0].get_fontsize() for axis, texts in labels.items() if texts}
    for text in figure.findobj(Text):
        text.set_fontsize(larger * text.get_fontsize())
    for axis, size in ticks.items():
        axis.set_tick_params(labelsize=larger * size, width=0.8 * wider, length=3.5 * wider, pad=3.5 * larger)
    for line in figure.findobj(Line2D):
        line.set_linewidth(wider * line.get_linewidth())
        line.set_markersize(wider * line.get_markersize())
        line.set_markeredgewidth(wider * line.get_markeredgewidth())
    for marks in figure.findobj(Collection):
        marks.set_linewidth([wider * width for width in marks.get_linewidth()])
        if hasattr(marks, "set_sizes") and len(marks.get_sizes()):
            marks.set_sizes(wider**2 * marks.get_sizes())
    for patch in figure.findobj(Patch):
        patch.set_linewidth(wider * patch.get_linewidth())
    for ax in figure.axes:
        for spine in ax.spines.values():
            spine.set_linewidth(0.8 * wider)
