"""Drawings of graphs that the command line makes, each one figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch_geometric.data import Data

from experiments.command.draw.answers import called, of_field, of_powers, power
from experiments.command.draw.look import GraphLook, MatrixLook
from experiments.command.draw.names import find_node, key_columns, labels_of, names_of, with_key
from experiments.command.draw.whole_graphs import KEY_WIDTH, MOST_CELLS, fill, pairs_of, title_of
from experiments.data.named_graphs import parse_graph
from gnnlab import adjacency_matrix, adjacency_power, draw_adjacency, draw_graph, normalized_adjacency

if TYPE_CHECKING:
    from experiments.lab.citation.models import NodeNetwork

KINDS = ("plain", "selfloops", "normalised")
MOST_POWERS = 12
MOST_IN_LEVELS = 16  # nodes of a field whose hops are levels


def powers_figure(text: str, *, powers: Sequence[int], kind: str, directed: bool, look: MatrixLook) -> Any:
    """Powers of an adjacency matrix as heat maps, in rows of equal length.

    Args:
        text: A graph that ``parse_graph`` reads.
        powers: Which, each 0 or more.
        kind: ``plain`` A (its k-th power counts walks of k edges), ``selfloops`` A + I, or ``normalised`` Â.
        directed: Each line of a text file leads one way.
        look: Options of the picture.
    """
    if kind not in KINDS:
        raise ValueError(f"kind: unknown {kind!r}. Known: {', '.join(KINDS)}")
    if not powers or min(powers) < 0 or len(powers) > MOST_POWERS:
        raise ValueError(f"powers: there should be one to {MOST_POWERS}, each 0 or more, such as 1,2,3")
    graph = parse_graph(text, directed=directed)
    if graph.num_nodes > MOST_CELLS:
        raise ValueError(f"graph: {text} has {graph.num_nodes} nodes; a heat map takes at most {MOST_CELLS}")
    if kind == "normalised":
        matrix, symbol = normalized_adjacency(graph), "Â"
    else:
        matrix = adjacency_matrix(graph, self_loops=kind == "selfloops")
        symbol = "A" if kind == "plain" else "A + I"
    rows, columns = grid(len(powers))
    figure = look.figure(4.6 * columns, 4.2 * rows + 0.4)
    look.give_title(figure, of_powers(pairs_of(graph), graph.num_nodes))
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    names = graph.names if "names" in graph else None
    for number, ax in zip(powers, axes):
        entries, title = adjacency_power(matrix, number), power(symbol, number)
        draw_adjacency(matrix=entries, ax=ax, title=title, labels=names, **look.matrix())
    for ax in axes[len(powers) :]:
        ax.set_axis_off()
    return figure


def grid(count: int) -> tuple[int, int]:
    """Rows and columns in which so many pictures stand most evenly, four beside each other at most.

    Example:
        >>> [grid(count) for count in (1, 3, 4, 5, 6, 8)]
        [(1, 1), (1, 3), (2, 2), (2, 3), (2, 3), (2, 4)]
    """
    rows = next(
        rows for rows in range(1, count + 1) if count / rows <= (3 if rows == 1 else 4 if rows > 1 else 0)
    )
    return rows, -(-count // rows)


def field_figure(text: str, node: str, *, layers: int | None, directed: bool, look: GraphLook) -> Any:
    """The receptive field of a node, shaded by hops.

    Args:
        text: A graph that ``parse_graph`` reads.
        node: Its number or name.
        layers: Layers of the network; None for as many as it takes to hear all.
        directed: Each line of a text file leads one way.
        look: Options of the picture.
    """
    if layers is not None and layers < 0:
        raise ValueError(f"layers: {layers} should be 0 or more")
    if look.node_color is not None:
        raise ValueError("node-color: the nodes are shaded by hops")
    graph = parse_graph(text, directed=directed)
    number = find_node(graph, node)
    shown = graph.clone()
    if "query" in shown:
        del shown["query"]  # its mark would hide the shade of that node
    width = 9.0 + KEY_WIDTH * key_columns(graph)
    figure = look.figure(width, 3.8 if "position" in graph else 7.0)
    name = names_of(graph)[number]
    look.give_title(figure, of_field(called(name), pairs_of(graph), graph.num_nodes, number, layers))
    ax = with_key(figure, graph) if look.labels is None else figure.subplots()
    own = {"labels": labels_of(graph)} | look.graph(graph.num_nodes)
    if "position" not in graph and graph.num_nodes <= MOST_IN_LEVELS:
        own = {"layout": "tree"} | own  # a level for each hop
    draw_graph(shown, ax=ax, receptive_field_of=number, layers=layers, **own)
    return figure


def neighbourhood_figure(text: str, *, node: str | None, most: int, directed: bool, look: GraphLook) -> Any:
    """A graph with its classes, or, of a large one, the nodes nearest to one node.

    Args:
        text: A graph that ``parse_graph`` reads.
        node: Number or name of the node in the middle; None for that with most edges.
        most: Most nodes to draw.
        directed: Each line of a text file leads one way.
        look: Options of the picture.
    """
    graph = parse_graph(text, directed=directed)
    center = None if node is None else find_node(graph, node)
    figure = look.figure(9.0 + KEY_WIDTH * key_columns(graph), 7.5)
    fill(figure, figure, graph, title_of(text, graph), most=most, center=center, look=look)
    return figure


def attention_figure(run: Path, *, layer: int, most: int, look: GraphLook) -> Any:
    """What a trained GAT attends to: the width of an edge is its attention, averaged over heads.

    Args:
        run: Folder of a run of ``gnnlab run citation`` with the model gat.
        layer: From 1 on.
        most: Most nodes to draw; of a larger graph, those nearest to the one with most edges.
        look: Options of the picture.
    """
    from experiments.lab.citation.controls import controlled
    from experiments.lab.citation.models import build_node_model
    from experiments.lab.citation.work import task_of
    from experiments.records.checkpoints import restore_weights
    from experiments.records.records import FolderError, read_run

    if look.node_color is not None:
        raise ValueError("node-color: the nodes have the colours of their classes")
    record = read_run(run)
    if record.settings.experiment != "citation" or record.settings.model.name != "gat":
        raise FolderError(
            f"run: {run} should be a run of gat in the experiment citation; for one of gat or gatv2 on a sequence task "
            "give --input too"
        )
    if not record.succeeded:
        raise FolderError(f"run: {run} has no result to draw")
    settings = record.settings
    if not 1 <= layer <= settings.model.layers:
        raise ValueError(f"layer: {layer} should be 1 to {settings.model.layers}")
    task = controlled(task_of(settings), settings.model, settings.seed)
    model = build_node_model(settings.model, task.num_node_features, len(task.class_names))
    restore_weights(model, run / "weights.pt")
    attention = attention_of(model, task, layer)
    figure = look.figure(9.0 + KEY_WIDTH * key_columns(task), 7.5)
    look.give_title(figure, f"{settings.dataset}, layer {layer}: {_strongest(task, *attention)}")
    shown = {"labels": labels_of(task), "node_class": task.y, "class_names": task.class_names}
    ax = with_key(figure, task) if look.labels is None else figure.subplots()
    draw_graph(task, ax=ax, attention=attention, max_nodes=most, **shown | look.graph(task.num_nodes))
    return figure


def _strongest(task: Data, edges: Tensor, alpha: Tensor) -> str:
    """Which node listens most to another, in words."""
    mean = alpha.mean(1).masked_fill(edges[0] == edges[1], -1.0)
    place = int(mean.argmax())
    names = names_of(task)
    source, target = (names[int(node)] for node in edges[:, place])
    return f"{called(target)} listens most to one other, {source} (α = {float(mean[place]):.2f}, mean over heads)"


@torch.no_grad()
def attention_of(model: NodeNetwork, task: Data, layer: int) -> tuple[Tensor, Tensor]:
    """Edges (2, E') and attention (E', K) of one layer of a GAT, without dropout."""
    given: list[Any] = []
    conv = [model.first, *model.between, model.second][layer - 1]
    handle = conv.register_forward_pre_hook(lambda conv, inputs: given.append(inputs))
    model.eval()(task.x, task.edge_index)
    handle.remove()
    _, (edges, alpha) = conv(*given[0], return_attention_weights=True)
    return edges, alpha
