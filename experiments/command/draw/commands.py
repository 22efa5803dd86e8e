"""``gnnlab draw``: one command a kind of drawing. What draws is imported when a command runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from experiments.command.draw import graph_command

draw_app = App(
    name="draw",
    help="Draw graphs, matrices and attention, to PNG, SVG or PDF by the file's ending.",
    usage="Usage: gnnlab draw COMMAND | FILE --out PICTURE",
    help_epilogue=f"{graph_command.FORMS}\n\nStart with: gnnlab draw palindrome 12321 --mirrored --out palindrome.png",
)
draw_app.command(graph_command.graph, help_epilogue=graph_command.FORMS)
graph_command.shorthand(draw_app)
_OF_A_RUN = "Start with: gnnlab run palindrome"


@draw_app.command
def palindrome(
    digits: str,
    /,
    *,
    out: Path,
    directed: bool = False,
    mirrored: bool = False,
    skip: int = 0,
    adjacency: bool = False,
) -> int:
    """The graph of a palindrome whose last digit is missing, as an arc diagram.

    Parameters
    ----------
    digits
        The digits of the sequence, such as 12321; the last one is the missing digit.
    out
        File to write; its ending says the format.
    directed
        Edges forward in time only.
    mirrored
        Extra edges between positions i and T - 1 - i.
    skip
        Extra edges from i to i + SKIP; 0 for none.
    adjacency
        The adjacency and normalised adjacency matrices below the graph.
    """
    from experiments.command.draw.drawings import draw_palindrome
    from experiments.records.pictures import check_format

    check_format(out)
    draw_palindrome(digits, out, directed=directed, mirrored=mirrored, skip=skip, adjacency=adjacency)
    return _done(out)


@draw_app.command
def path(
    nodes: int,
    /,
    *,
    out: Path,
    directed: bool = False,
    self_loops: bool = False,
    skip: int = 0,
    adjacency: bool = False,
) -> int:
    """A path as a line, with arcs for its skip edges.

    Parameters
    ----------
    nodes
        How many nodes.
    out
        File to write; its ending says the format.
    directed
        Edges forward only.
    self_loops
        An edge from each node to itself.
    skip
        Extra edges from i to i + SKIP; 0 for none.
    adjacency
        The adjacency and normalised adjacency matrices below the graph.
    """
    from experiments.command.draw.drawings import draw_path
    from experiments.records.pictures import check_format

    check_format(out)
    words = ["path", str(nodes)] + ["directed"] * directed + ["selfloops"] * self_loops
    draw_path("-".join(words + [f"skip{skip}"] * (skip != 0)), out, adjacency=adjacency)
    return _done(out)


@draw_app.command
def adjacency(
    graph: str, /, *, out: Path, powers: str = "1,2,3", kind: str = "plain", directed: bool = False
) -> int:
    """The adjacency matrix of a graph and its powers, as heat maps.

    Parameters
    ----------
    graph
        path-N or palindrome-DIGITS, with directed, selfloops, mirrored or skipK joined by dashes; example (six nodes
        A to F); karate, lesmis, davis, florentine; or a file, as for `gnnlab draw graph`.
    out
        File to write; its ending says the format.
    powers
        Up to six powers with commas between.
    kind
        plain (A: powers count walks), selfloops (A + I) or normalised (what a GCN layer multiplies by).
    directed
        Of a text file: each line leads from its source to its target [it joins them both ways].
    """
    from experiments.command.draw.drawings import draw_powers
    from experiments.records.pictures import check_format

    check_format(out)
    try:
        numbers = [int(power) for power in powers.split(",")]
    except ValueError:
        raise ValueError(f"powers: {powers!r} should be whole numbers such as 1,2,3") from None
    draw_powers(graph, out, powers=numbers, kind=kind, directed=directed)
    return _done(out)


@draw_app.command
def field(graph: str, node: str, /, *, out: Path, layers: int | None = None, directed: bool = False) -> int:
    """The receptive field of a node: every node shaded by the hops from which it is heard.

    Parameters
    ----------
    graph
        As for `gnnlab draw adjacency`, or cora, citeseer, pubmed.
    node
        Number or name of the node that listens.
    out
        File to write; its ending says the format.
    layers
        Layers of the network, each of them a hop [as many as it takes].
    directed
        Of a text file: each line leads from its source to its target [it joins them both ways].
    """
    from experiments.command.draw.drawings import draw_field
    from experiments.records.pictures import check_format

    check_format(out)
    draw_field(graph, node, out, layers=layers, directed=directed)
    return _done(out)


@draw_app.command
def social(name: str, /, *, out: Path) -> int:
    """A social graph of networkx with its classes.

    Parameters
    ----------
    name
        karate (factions of a club), lesmis (communities of a novel's characters), davis (women and events), florentine
        (families).
    out
        File to write; its ending says the format.
    """
    from experiments.command.draw.drawings import draw_neighbourhood
    from experiments.data.named_graphs import SOCIAL_GRAPHS
    from experiments.records.pictures import check_format

    check_format(out)
    if name not in SOCIAL_GRAPHS:
        raise ValueError(f"name: unknown {name!r}. Known: {', '.join(SOCIAL_GRAPHS)}")
    draw_neighbourhood(name, out, node=None, most=100)
    return _done(out)


@draw_app.command
def neighbourhood(
    graph: str, /, *, out: Path, node: str | None = None, most: int = 60, directed: bool = False
) -> int:
    """The part of a large graph around one node, with its classes; the picture says what was cut.

    Parameters
    ----------
    graph
        cora, citeseer or pubmed, or any graph of `gnnlab draw adjacency`.
    out
        File to write; its ending says the format.
    node
        Number or name of the node in the middle [the node with most edges].
    most
        Most nodes to draw.
    directed
        Of a text file: each line leads from its source to its target [it joins them both ways].
    """
    from experiments.command.draw.drawings import draw_neighbourhood
    from experiments.records.pictures import check_format

    check_format(out)
    draw_neighbourhood(graph, out, node=node, most=most, directed=directed)
    return _done(out)


@draw_app.command(help_epilogue=_OF_A_RUN)
def attention(
    run: Path,
    /,
    *,
    out: Path,
    symbols: Annotated[str | None, Parameter(name="--input")] = None,
    layer: int = 1,
    most: int = 80,
) -> int:
    """What a trained GAT attends to: edges as wide as their attention, and for a sequence every layer as a matrix.

    Parameters
    ----------
    run
        Folder of a run of gat, below a folder of results: of `gnnlab run citation`, or with --input of a sequence task.
    out
        File to write; its ending says the format.
    symbols
        The sequence that the network reads, without what is asked for: digits such as 123454321, or numbers with commas
        between.
    layer
        Which layer's attention the edges show, from 1 on.
    most
        Most nodes to draw, of a citation run; a sequence is drawn whole.
    """
    from experiments.command.draw.drawings import draw_attention
    from experiments.records.pictures import check_format

    check_format(out)
    if symbols is None:
        draw_attention(run, out, layer=layer, most=most)
    else:
        from experiments.command.draw.sequences import draw_path_attention

        draw_path_attention(run, symbols, out, layer=layer)
    return _done(out)


@draw_app.command(help_epilogue=_OF_A_RUN)
def gates(run: Path, /, *, symbols: Annotated[str, Parameter(name="--input")], out: Path) -> int:
    """Every gate of a trained recurrent network while it reads a sequence, as heat maps: time across, units down.

    Parameters
    ----------
    run
        Folder of a run of a recurrent model, below a folder of results.
    symbols
        The sequence that it reads, without what is asked for: digits such as 123454321, or numbers with commas between.
    out
        File to write; its ending says the format.
    """
    from experiments.command.draw.sequences import draw_gates
    from experiments.records.pictures import check_format

    check_format(out)
    draw_gates(run, symbols, out)
    return _done(out)


def _done(out: Path) -> int:
    print(out)
    return 0
