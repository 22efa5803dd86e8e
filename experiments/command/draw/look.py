"""How a picture looks, as options of every drawing. Imports no matplotlib."""

from __future__ import annotations

import sys
import textwrap
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from experiments.core.naming import nearest
from experiments.reading.looks.sizes import sizes_of
from experiments.records.pictures import check_format, save

INCHES = (1.0, 100.0)  # of a side
POINTS = (1.0, 200.0)  # of letters
LABEL = 0.9  # of matplotlib's font.size: labels are nine tenths of the text around them
FLAT = 0.5  # of the width, a drawing is at least as high with a style
LETTER = 6.6  # points across of a letter of a title


@Parameter(name="*")
@dataclass(frozen=True)
class Look:
    """Options of every picture."""

    title: Annotated[str | None, Parameter(help="Above the picture [what it shows, in words].")] = None
    style: Annotated[
        str | None, Parameter(help="paper (3.4 inches wide, 7 for several panels) or slides (16:9).")
    ] = None
    size: Annotated[str | None, Parameter(help="Width and height in inches, such as 9x6.")] = None
    font: Annotated[str | None, Parameter(help="Family of letters that matplotlib knows, such as serif.")] = (
        None
    )
    font_size: Annotated[float | None, Parameter(help="Points of labels [9]; titles follow.")] = None

    def figure(self, width: float, height: float) -> Any:
        """An empty figure, as large as the user or else the drawing wants it."""
        from matplotlib.figure import Figure

        return Figure(figsize=self._size() or self._styled(width, height), layout="constrained")

    def _styled(self, width: float, height: float) -> tuple[float, float]:
        """The size that a drawing wants, or that of the style in the same shape, and never flat."""
        if self.style is None:
            return width, height
        sizes = sizes_of(self.style)
        return sizes.width, sizes.height or max(FLAT * sizes.width, sizes.width * height / width)

    def give_title(self, figure: Any, answer: str) -> None:
        """Write what the picture says above it, in lines as wide as the picture."""
        from gnnlab.drawing.plain_text import plain_text

        text = answer if self.title is None else self.title
        width = max(20, int(72 * figure.get_size_inches()[0] / (LETTER * self._points / 9)))
        if text:
            lines = -(-len(text) // width)
            even = textwrap.wrap(text, min(width, len(text) // lines + 8))  # no line of one word
            figure.suptitle("\n".join(plain_text(line) for line in even))

    @property
    def _points(self) -> float:
        """Of labels."""
        if self.font_size is not None or self.style is None:
            return self.font_size or 9.0
        return LABEL * sizes_of(self.style).font

    def _size(self) -> tuple[float, float] | None:
        if self.size is None:
            return None
        try:
            width, height = (float(side) for side in self.size.lower().split("x"))
        except ValueError:
            width = height = 0.0
        if not all(INCHES[0] <= side <= INCHES[1] for side in (width, height)):
            raise ValueError(f"size: {self.size!r} should be width x height in inches, 1 to 100, such as 9x6")
        return width, height

    @contextmanager
    def settings(self) -> Iterator[None]:
        """Draw with the user's letters while the body runs."""
        import matplotlib

        settings: Any = {} if self.style is None else sizes_of(self.style).settings()
        if self.font_size is not None:
            if not POINTS[0] <= self.font_size <= POINTS[1]:
                raise ValueError(f"font-size: {self.font_size:g} should be 1 to 200 points")
            settings["font.size"] = self.font_size / LABEL
        if self.font is not None:
            settings["font.family"] = _family(self.font)
        with matplotlib.rc_context(settings):
            yield


@Parameter(name="*")
@dataclass(frozen=True)
class MatrixLook(Look):
    """Options of pictures of matrices."""

    colormap: Annotated[str | None, Parameter(help="Of matplotlib, such as viridis.")] = None

    def matrix(self) -> dict[str, Any]:
        """What ``draw_adjacency`` is given."""
        return {} if self.colormap is None else {"cmap": self.colormap}


@Parameter(name="*")
@dataclass(frozen=True)
class GraphLook(MatrixLook):
    """Options of pictures of graphs."""

    layout: Annotated[
        str | None, Parameter(help="line, circle, tree, columns or spring [what each part of the graph is].")
    ] = None
    labels: Annotated[
        str | None,
        Parameter(help="One for each node with commas between, or none, or numbers [names, or numbers]."),
    ] = None
    node_size: Annotated[float | None, Parameter(help="Points across a node [as there is room].")] = None
    node_color: Annotated[str | None, Parameter(help="Of all nodes, such as gold or #ffd700.")] = None
    edge_width: Annotated[float | None, Parameter(help="Points [by weight, where edges have one].")] = None
    edge_color: Annotated[str | None, Parameter(help="Of all edges.")] = None
    edge_numbers: Annotated[bool, Parameter(help="Write weights, or attention, beside the edges.")] = False

    def graph(self, nodes: int) -> dict[str, Any]:
        """What ``draw_graph`` is given, for a graph of so many nodes."""
        size = self.node_size
        given = {
            "layout": self.layout,
            "labels": self._labels(nodes),
            "node_size": None if size is None else size * abs(size),
            "node_color": self.node_color,
            "edge_width": self.edge_width,
            "edge_color": self.edge_color,
            "edge_numbers": self.edge_numbers or None,
            "cmap": self.colormap,
        }
        return {name: value for name, value in given.items() if value is not None}

    def _labels(self, nodes: int) -> list[str] | None:
        if self.labels is None:
            return None
        if self.labels in ("none", "numbers"):
            return ["" if self.labels == "none" else str(node) for node in range(nodes)]
        labels = [label.strip() for label in self.labels.split(",")]
        if len(labels) != nodes:
            raise ValueError(f"labels: there are {len(labels)}, but the graph has {nodes} nodes")
        return labels


def show(out: Path, look: Look, draw: Callable[[], Any]) -> int:
    """Make a figure, write it, and say where it is.

    Args:
        out: File to write; its ending is the format.
        look: Settings of letters.
        draw: Makes the figure.
    """
    check_format(out)
    with look.settings(), warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("default")
        warnings.filterwarnings("always", message="Glyph")
        save(draw(), out)
    print(out)
    if any(str(warning.message).startswith("Glyph") for warning in said):
        print(
            "gnnlab: the font lacks some of the characters; --font takes another, such as one of Noto",
            file=sys.stderr,
        )
    for warning in said:
        if not str(warning.message).startswith("Glyph"):
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    return 0


def _family(name: str) -> str:
    from matplotlib import font_manager

    generic = ("serif", "sans-serif", "monospace", "cursive", "fantasy")
    known = {family.lower(): family for family in (*generic, *font_manager.get_font_names())}
    if name.lower() not in known:
        hint = nearest(name, list(known.values()))
        raise ValueError(
            f"font: unknown {name!r}{hint or '.'} It should be a family that is installed, or serif"
        )
    return known[name.lower()]
