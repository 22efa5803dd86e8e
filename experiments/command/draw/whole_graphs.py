"""A graph with its names, and its matrices below."""

from __future__ import annotations

from typing import Any

from torch_geometric.data import Data

from experiments.command.draw.answers import of_graph
from experiments.command.draw.look import GraphLook, MatrixLook
from experiments.command.draw.names import KEY_WIDTH, key_columns, labels_of, names_of, with_key
from experiments.data.named_graphs import parse_graph
from gnnlab import adjacency_matrix, draw_adjacency, draw_graph, normalized_adjacency

MOST_CELLS = 400  # nodes of a matrix: more cells than pixels would show nothing
LONGEST_NAME = 60  # characters of a graph's name in a title


def whole_figure(text: str, *, adjacency: bool, directed: bool, most: int, look: GraphLook) -> Any:
    """A graph, or, of a large one, the nodes nearest to the one with most edges.

    Args:
        text: A graph that ``parse_graph`` reads, such as a file.
        adjacency: The adjacency matrix below it, and the normalised one where no weight is negative.
        directed: Each line of a text file leads one way.
        most: Most nodes to draw.
        look: Options of the picture.
    """
    graph = parse_graph(text, directed=directed)
    if adjacency and graph.num_nodes > MOST_CELLS:
        raise ValueError(f"graph: {text} has {graph.num_nodes} nodes; a matrix takes at most {MOST_CELLS}")
    figure = look.figure(9.0 + KEY_WIDTH * key_columns(graph), 11.5 if adjacency else 7.0)
    parts = figure.subfigures(
        2 if adjacency else 1, 1, squeeze=False, height_ratios=(6.5, 5.0)[: 1 + adjacency]
    )
    fill(figure, parts[0, 0], graph, title_of(text, graph), most=most, center=None, look=look)
    if adjacency:
        draw_matrices(parts[1, 0], graph, names_of(graph), look)
    return figure


def title_of(text: str, graph: Data) -> str:
    """What a picture of a whole graph says."""
    name = text.rpartition("/")[2]
    name = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    classes = graph.y.tolist() if "class_names" in graph else None
    return of_graph(name, pairs_of(graph), graph.num_nodes, classes)


def pairs_of(graph: Data) -> list[tuple[int, int]]:
    """The edges of a graph as pairs."""
    return [(i, j) for i, j in graph.edge_index.t().tolist()]


def fill(
    figure: Any, part: Any, graph: Data, answer: str, *, most: int, center: int | None, look: GraphLook
) -> None:
    """Draw a graph with its classes and names into a part of a figure, and say above it what it says."""
    if not 2 <= most <= MOST_CELLS:
        raise ValueError(f"most: {most} should be 2 to {MOST_CELLS}")
    look.give_title(figure, answer)
    classes = {"node_class": graph.y, "class_names": graph.class_names} if "class_names" in graph else {}
    own = look.graph(graph.num_nodes)
    if "node_color" in own:
        classes = {}
    shown = with_key(part, graph) if look.labels is None else part.subplots()
    draw_graph(graph, ax=shown, center=center, max_nodes=most, **{"labels": labels_of(graph)} | classes | own)


def draw_matrices(part: Any, graph: Data, names: list[str] | None, look: MatrixLook) -> None:
    """The adjacency matrix, and beside it the normalised one where no weight is negative."""
    negative = "edge_weight" in graph and bool((graph.edge_weight < 0).any())
    axes = part.subplots(1, 1 if negative else 2, squeeze=False)[0]
    options = {"labels": names} | look.matrix()
    draw_adjacency(matrix=adjacency_matrix(graph), ax=axes[0], title="adjacency A", **options)
    if not negative:  # a negative degree has no root
        draw_adjacency(
            matrix=normalized_adjacency(graph), ax=axes[1], title="normalised adjacency Â", **options
        )
