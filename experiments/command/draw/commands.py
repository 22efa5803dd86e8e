"""``gnnlab draw``: one command a kind of drawing. What draws is imported when a command runs."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from experiments.command.draw import graph_command, run_commands
from experiments.command.draw.look import GraphLook, MatrixLook, show

draw_app = App(
    name="draw",
    help="Draw graphs, matrices and attention, to PNG, SVG or PDF by the file's ending.",
    usage="Usage: gnnlab draw COMMAND | FILE --out PICTURE",
    help_epilogue=f"{graph_command.FORMS}\n\nStart with: gnnlab draw palindrome 12321 --mirrored --out palindrome.png",
)
draw_app.command(graph_command.graph, help_epilogue=graph_command.FORMS)
graph_command.shorthand(draw_app)


@draw_app.command(help_epilogue="Start with: gnnlab draw palindrome 12321 --mirrored --out palindrome.png")
def palindrome(
    symbols: str,
    /,
    *,
    out: Path,
    directed: bool = False,
    mirrored: bool = False,
    skip: int = 0,
    adjacency: bool = False,
    look: GraphLook | None = None,
) -> int:
    """The graph of a palindrome whose last symbol is missing, as an arc diagram.

    Parameters
    ----------
    symbols
        Digits such as 12321, or letters such as level; the last one is the missing one.
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
    from experiments.command.draw.paths import palindrome_figure

    chosen = look or GraphLook()
    return show(
        out,
        chosen,
        lambda: palindrome_figure(
            symbols, directed=directed, mirrored=mirrored, skip=skip, adjacency=adjacency, look=chosen
        ),
    )


@draw_app.command(help_epilogue="Start with: gnnlab draw path 9 --skip 3 --out path.png")
def path(
    nodes: int,
    /,
    *,
    out: Path,
    directed: bool = False,
    self_loops: bool = False,
    skip: int = 0,
    adjacency: bool = False,
    look: GraphLook | None = None,
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
    from experiments.command.draw.paths import path_figure

    chosen = look or GraphLook()
    return show(
        out,
        chosen,
        lambda: path_figure(
            nodes, directed=directed, self_loops=self_loops, skip=skip, adjacency=adjacency, look=chosen
        ),
    )


@draw_app.command(help_epilogue="Start with: gnnlab draw words story.txt --word wolf --out words.png")
def words(
    text: str,
    /,
    *,
    out: Path,
    window: int = 3,
    min_count: int = 1,
    word: str | None = None,
    most: int = 40,
    characters: bool = False,
    look: GraphLook | None = None,
) -> int:
    """The words of a text of your own, joined where they stand together more often than chance has it.

    Parameters
    ----------
    text
        The text itself in quotation marks, or a file in UTF-8 with a document a line.
    out
        File to write; its ending says the format.
    window
        How many words stand together, 2 or more.
    min_count
        Words that occur less often are left out.
    word
        The word in the middle, with its strongest neighbours [the whole text].
    most
        Most words to draw; of a longer text the most frequent ones.
    characters
        Each character is a word in scripts that put no spaces between words, such as Chinese.
    """
    from experiments.command.draw.words import words_figure

    chosen = look or GraphLook()
    return show(
        out,
        chosen,
        lambda: words_figure(
            text, window=window, min_count=min_count, word=word, most=most, characters=characters, look=chosen
        ),
    )


@draw_app.command(help_epilogue="Start with: gnnlab draw adjacency example --powers 1,2,3,4 --out powers.png")
def adjacency(
    graph: str,
    /,
    *,
    out: Path,
    powers: str = "1,2,3",
    kind: str = "plain",
    directed: bool = False,
    look: MatrixLook | None = None,
) -> int:
    """The adjacency matrix of a graph and its powers, as heat maps.

    Parameters
    ----------
    graph
        path-N or palindrome-SYMBOLS, with directed, selfloops, mirrored or skipK joined by dashes; example (six nodes
        A to F); karate, lesmis, davis, florentine; or a file, as for `gnnlab draw graph`.
    out
        File to write; its ending says the format.
    powers
        Up to twelve powers with commas between.
    kind
        plain (A: powers count walks), selfloops (A + I) or normalised (what a GCN layer multiplies by).
    directed
        Of a text file: each line leads from its source to its target [it joins them both ways].
    """
    from experiments.command.draw.drawings import powers_figure

    try:
        numbers = [int(power) for power in powers.split(",")]
    except ValueError:
        raise ValueError(f"powers: {powers!r} should be whole numbers such as 1,2,3") from None
    chosen = look or MatrixLook()
    return show(
        out,
        chosen,
        lambda: powers_figure(graph, powers=numbers, kind=kind, directed=directed, look=chosen),
    )


@draw_app.command(help_epilogue="Start with: gnnlab draw field karate 0 --layers 2 --out field.png")
def field(
    graph: str,
    node: str,
    /,
    *,
    out: Path,
    layers: int | None = None,
    directed: bool = False,
    look: GraphLook | None = None,
) -> int:
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
    from experiments.command.draw.drawings import field_figure

    chosen = look or GraphLook()
    return show(out, chosen, lambda: field_figure(graph, node, layers=layers, directed=directed, look=chosen))


@draw_app.command(help_epilogue="Start with: gnnlab draw social lesmis --out social.png")
def social(name: str, /, *, out: Path, look: GraphLook | None = None) -> int:
    """A social graph of networkx with its classes.

    Parameters
    ----------
    name
        karate (factions of a club), lesmis (communities of a novel's characters), davis (women and events), florentine
        (families).
    out
        File to write; its ending says the format.
    """
    from experiments.command.draw.drawings import neighbourhood_figure
    from experiments.data.named_graphs import SOCIAL_GRAPHS

    if name not in SOCIAL_GRAPHS:
        raise ValueError(f"name: unknown {name!r}. Known: {', '.join(SOCIAL_GRAPHS)}")
    chosen = look or GraphLook()
    return show(
        out,
        chosen,
        lambda: neighbourhood_figure(name, node=None, most=100, directed=False, look=chosen),
    )


@draw_app.command(help_epilogue="Start with: gnnlab draw neighbourhood karate --node 0 --out part.png")
def neighbourhood(
    graph: str,
    /,
    *,
    out: Path,
    node: str | None = None,
    most: int = 60,
    directed: bool = False,
    look: GraphLook | None = None,
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
    from experiments.command.draw.drawings import neighbourhood_figure

    chosen = look or GraphLook()
    return show(
        out,
        chosen,
        lambda: neighbourhood_figure(graph, node=node, most=most, directed=directed, look=chosen),
    )


draw_app.command(run_commands.attention, help_epilogue=run_commands.START)
draw_app.command(run_commands.gates, help_epilogue=run_commands.START)
