"""``gnnlab draw FILE``: a graph of the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from experiments.command.draw.look import GraphLook, show

FORMS = (
    "A file is text with an edge a line (source, target and, if wanted, a weight, with commas, tabs or spaces "
    "between; a heading source,target,weight and lines that begin with # are left out), a matrix as text with the "
    "names of the nodes in the first row and column, .graphml, .gml, or a square matrix as .npy or .npz "
    "(scipy.sparse.save_npz). Row i of a matrix is what node i receives."
)

Out = Annotated[Path, Parameter(help="File to write; its ending says the format.")]
Matrices = Annotated[bool, Parameter(help="The adjacency and normalised adjacency matrices below the graph.")]
OneWay = Annotated[
    bool,
    Parameter(help="Each line of a text file leads from its source to its target [it joins them both ways]."),
]


def graph(
    graph: str,
    /,
    *,
    out: Out,
    adjacency: Matrices = False,
    directed: OneWay = False,
    most: int = 60,
    look: GraphLook | None = None,
) -> int:
    """A graph of your own, from a file, or one that has a name; `gnnlab draw FILE` is short for it.

    Parameters
    ----------
    graph
        A file: text with an edge a line, a matrix with names in its first row and column, .graphml, .gml, .npy or .npz;
        or a name, as for `gnnlab draw adjacency`.
    most
        Most nodes to draw; of a larger graph, those nearest to the one with most edges.
    """
    from experiments.command.draw.whole_graphs import whole_figure

    chosen = look or GraphLook()
    return show(
        out,
        chosen,
        lambda: whole_figure(graph, adjacency=adjacency, directed=directed, most=most, look=chosen),
    )


def shorthand(app: App) -> None:
    """Let an app of drawings take a file where the name of a drawing is expected."""

    @app.default
    def draw_file(
        *file: str,
        out: Out | None = None,
        adjacency: Matrices = False,
        directed: OneWay = False,
        most: int = 60,
        look: GraphLook | None = None,
    ) -> int:
        """Draw graphs, matrices and attention, to PNG, SVG or PDF by the file's ending.

        Parameters
        ----------
        file
            A file with a graph, in place of a command: short for `gnnlab draw graph FILE`.
        most
            Most nodes to draw; of a larger graph, those nearest to the one with most edges.
        """
        from experiments.data.named_graphs import is_file

        if not file and out is None:
            app.help_print()
            return 0
        if len(file) != 1 or not is_file(file[0]):
            known = ", ".join(name for name in app if not name.startswith("-"))
            word = (
                f"unknown drawing {file[0]!r}"
                if file and not is_file(file[0])
                else "there should be one file"
            )
            raise ValueError(f"draw: {word}. Known: {known}; or the file of a graph, such as edges.csv")
        if out is None:
            raise ValueError("draw: --out is missing, such as --out graph.png")
        return graph(file[0], out=out, adjacency=adjacency, directed=directed, most=most, look=look)
