"""Paths and palindromes, which are drawn without torch."""

from __future__ import annotations

from typing import Any

from experiments.command.draw.answers import of_palindrome, of_path
from experiments.command.draw.look import GraphLook
from experiments.data.names import check_palindrome
from gnnlab.drawing.drawn_graph import DrawnGraph, drawn_palindrome, drawn_path
from gnnlab.drawing.picture import draw_picture

MOST_NODES = 2000  # of a path: more would take minutes to draw


def path_figure(
    nodes: int, *, directed: bool, self_loops: bool, skip: int, adjacency: bool, look: GraphLook
) -> Any:
    """A path as a line, with arcs for its skip edges, and its matrices below it where they are asked for."""
    if not 1 <= nodes <= MOST_NODES:
        raise ValueError(f"nodes: {nodes} should be 1 to {MOST_NODES}")
    _check_skip(skip)
    graph = drawn_path(nodes, directed=directed, self_loops=self_loops, skip=skip)
    return _figure(graph, of_path(graph), adjacency=adjacency, look=look)


def palindrome_figure(
    symbols: str, *, directed: bool, mirrored: bool, skip: int, adjacency: bool, look: GraphLook
) -> Any:
    """The graph of a palindrome whose last symbol is missing, and its matrices where they are asked for."""
    check_palindrome(symbols)
    if len(symbols) > MOST_NODES:
        raise ValueError(f"symbols: there are {len(symbols)}; at most {MOST_NODES} can be drawn")
    _check_skip(skip)
    graph = drawn_palindrome(symbols, directed=directed, mirrored=mirrored, skip=skip)
    return _figure(graph, of_palindrome(graph), adjacency=adjacency, look=look)


def _check_skip(skip: int) -> None:
    if skip < 0 or skip == 1:
        raise ValueError(f"skip: {skip} should be 2 or more, or 0 for none; steps of 1 are the path itself")


def _figure(graph: DrawnGraph, answer: str, *, adjacency: bool, look: GraphLook) -> Any:
    nodes = graph.names.num_nodes
    width = max(9.0, min(24.0, 0.34 * nodes))
    figure = look.figure(width, 8.0 if adjacency else 3.4)
    look.give_title(figure, answer)
    if not adjacency:
        draw_picture(graph, figure.subplots(), max_nodes=nodes, **look.graph(nodes))
        return figure
    from experiments.command.draw.whole_graphs import MOST_CELLS, draw_matrices
    from gnnlab import as_graph

    if nodes > MOST_CELLS:
        raise ValueError(f"adjacency: a matrix takes at most {MOST_CELLS} nodes, and there are {nodes}")
    top, below = figure.subfigures(2, 1, height_ratios=(3.0, 5.0))
    draw_picture(graph, top.subplots(), max_nodes=nodes, **look.graph(nodes))
    symbols = [str(label) for label in graph.labels(graph.query)]
    draw_matrices(below, as_graph(graph.pairs, num_nodes=nodes), symbols if graph.symbols else None, look)
    return figure
