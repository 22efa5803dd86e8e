"""Drawings that the command line makes, each one figure written to a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Data

from experiments.command.draw.names import find_node, labels_of, names_of, with_key
from experiments.data.named_graphs import check_palindrome, parse_graph
from experiments.data.node_graphs import load_task
from experiments.lab.citation.models import TwoLayers, build_node_model
from experiments.lab.sequences.pictures import fill_figure, wide_figure
from experiments.records.checkpoints import restore_weights
from experiments.records.pictures import save
from experiments.records.records import FolderError, read_run
from gnnlab import (
    adjacency_matrix,
    draw_adjacency,
    draw_graph,
    normalized_adjacency,
    palindrome_graph,
)

KINDS = ("plain", "selfloops", "normalised")
MOST_CELLS = 400  # nodes of a matrix: more cells than pixels would show nothing


def draw_palindrome(
    digits: str, out: Path, *, directed: bool, mirrored: bool, skip: int, adjacency: bool
) -> None:
    """Draw the graph of one palindrome.

    Args:
        digits: The whole palindrome; its last digit is the missing one.
        out: File to write; its ending is the format.
        directed: Edges forward in time only.
        mirrored: Edges between positions i and T - 1 - i.
        skip: Edges from i to i + skip; 0 for none.
        adjacency: Both matrices below the graph.
    """
    check_palindrome(digits)
    graph = palindrome_graph(digits, directed=directed, mirrored=mirrored, skip=skip)
    _sequence(graph, out, adjacency=adjacency)


def draw_path(text: str, out: Path, *, adjacency: bool) -> None:
    """Draw a path as a line, with arcs for its skip edges.

    Args:
        text: A graph that ``parse_graph`` reads.
        out: File to write.
        adjacency: Both matrices below the graph.
    """
    _sequence(parse_graph(text), out, adjacency=adjacency)


def _sequence(graph: Data, out: Path, *, adjacency: bool) -> None:
    figure = wide_figure(6.4 if adjacency else 2.8)
    fill_figure(figure, graph, adjacency=adjacency)
    save(figure, out)


def draw_powers(text: str, out: Path, *, powers: Sequence[int], kind: str, directed: bool = False) -> None:
    """Draw powers of an adjacency matrix side by side as heat maps.

    Args:
        text: A graph that ``parse_graph`` reads.
        out: File to write.
        powers: Which, each 0 or more.
        kind: ``plain`` A (its k-th power counts walks of k edges), ``selfloops`` A + I, or ``normalised`` Â.
        directed: Each line of a text file leads one way.
    """
    if kind not in KINDS:
        raise ValueError(f"kind: unknown {kind!r}. Known: {', '.join(KINDS)}")
    if not powers or min(powers) < 0 or len(powers) > 6:
        raise ValueError("powers: there should be one to six, each 0 or more, such as 1,2,3")
    graph = parse_graph(text, directed=directed)
    if graph.num_nodes > MOST_CELLS:
        raise ValueError(f"graph: {text} has {graph.num_nodes} nodes; a heat map takes at most {MOST_CELLS}")
    names = graph.names if "names" in graph else None
    if kind == "normalised":
        matrix, symbol = normalized_adjacency(graph), "Â"
    else:
        matrix = adjacency_matrix(graph, self_loops=kind == "selfloops")
        symbol = "A" if kind == "plain" else "A + I"
    columns = min(3, len(powers))
    rows = -(-len(powers) // columns)
    figure = _figure(4.4 * columns, 4.0 * rows)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for power, ax in zip(powers, axes):
        base = f"({symbol})" if " " in symbol and power != 1 else symbol
        title = f"${base}$" if power == 1 else f"${base}^{{{power}}}$"
        draw_adjacency(torch.linalg.matrix_power(matrix, power), ax=ax, title=title, labels=names)
    for ax in axes[len(powers) :]:
        ax.set_axis_off()
    save(figure, out)


def draw_field(text: str, node: str, out: Path, *, layers: int | None, directed: bool = False) -> None:
    """Draw the receptive field of a node, shaded by hops.

    Args:
        text: A graph that ``parse_graph`` reads.
        node: Its number or name.
        out: File to write.
        layers: Layers of the network; None for as many as it takes to hear all.
        directed: Each line of a text file leads one way.
    """
    if layers is not None and layers < 0:
        raise ValueError(f"layers: {layers} should be 0 or more")
    graph = parse_graph(text, directed=directed)
    number = find_node(graph, node)
    shown = graph.clone()
    if "query" in shown:
        del shown["query"]  # its mark would hide the shade of that node
    heard = "in any number of layers" if layers is None else f"in {layers} layer{'s' * (layers != 1)}"
    figure = wide_figure(3.2 if "position" in graph else 6.4)
    figure.suptitle(f"what node {names_of(graph)[number]} hears {heard}")
    draw_graph(
        shown,
        ax=with_key(figure, graph),
        labels=labels_of(graph),
        receptive_field_of=number,
        layers=layers,
    )
    save(figure, out)


def draw_neighbourhood(text: str, out: Path, *, node: str | None, most: int, directed: bool = False) -> None:
    """Draw a graph with its classes, or, of a large one, the nodes nearest to one node.

    Args:
        text: A graph that ``parse_graph`` reads.
        out: File to write.
        node: Number or name of the node in the middle; None for that with most edges.
        most: Most nodes to draw.
        directed: Each line of a text file leads one way.
    """
    if not 2 <= most <= MOST_CELLS:
        raise ValueError(f"most: {most} should be 2 to {MOST_CELLS}")
    graph = parse_graph(text, directed=directed)
    center = None if node is None else find_node(graph, node)
    classes = {"node_class": graph.y, "class_names": graph.class_names} if "class_names" in graph else {}
    figure = _figure(9.0, 7.0)
    ax = with_key(figure, graph)
    draw_graph(graph, ax=ax, labels=labels_of(graph), center=center, max_nodes=most, **classes)
    save(figure, out)


def draw_attention(run: Path, out: Path, *, layer: int, most: int) -> None:
    """Draw what a trained GAT attends to: the width of an edge is its attention, averaged over heads.

    Args:
        run: Folder of a run of ``gnnlab run citation`` with the model gat.
        out: File to write.
        layer: 1 or 2.
        most: Most nodes to draw; of a larger graph, those nearest to the one with most edges.
    """
    if layer not in (1, 2):
        raise ValueError(f"layer: {layer} should be 1 or 2")
    record = read_run(run)
    if record.settings.experiment != "citation" or record.settings.model.name != "gat":
        raise FolderError(
            f"run: {run} should be a run of gat in the experiment citation; for a sequence task give --input too"
        )
    if not record.succeeded:
        raise FolderError(f"run: {run} has no result to draw")
    settings = record.settings
    task = load_task(settings.dataset, settings.seed)
    model = build_node_model(settings.model, task.num_node_features, len(task.class_names))
    restore_weights(model, run / "weights.pt")
    figure = _figure(9.0, 7.0)
    figure.suptitle(f"{settings.dataset}: attention of layer {layer}, mean over heads, self-loops left out")
    draw_graph(
        task,
        ax=with_key(figure, task),
        labels=labels_of(task),
        node_class=task.y,
        class_names=task.class_names,
        attention=attention_of(model, task, layer),
        max_nodes=most,
    )
    save(figure, out)


@torch.no_grad()
def attention_of(model: TwoLayers, task: Data, layer: int) -> tuple[Tensor, Tensor]:
    """Edges (2, E') and attention (E', K) of one layer of a GAT, without dropout."""
    model.eval()
    x, edge_index = task.x, task.edge_index
    hidden, first = model.first(x, edge_index, return_attention_weights=True)
    if layer == 1:
        return first
    _, second = model.second(model.activation(hidden), edge_index, return_attention_weights=True)
    return second


def _figure(width: float, height: float) -> Any:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")
