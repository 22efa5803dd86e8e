"""What a trained network does with one sequence: gates over time, attention along the path."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn
from torch_geometric.data import Data

from experiments.command.draw.look import GraphLook, Look
from experiments.core.specs import GraphSpec
from experiments.lab.sequences.tasks.task import Task
from experiments.lab.sequences.trained_runs import load_run, parse_symbols
from experiments.records.records import FolderError
from gnnlab import SequenceGraphClassifier, draw_graph
from gnnlab.drawing.style import label_size
from seq import LRU, RecurrentLayer, SequenceClassifier, Stacked, gate_activations

GATE_NAMES = {
    "k": "k: time gate",
    "i": "i: input gate",
    "f": "f: forget gate",
    "o": "o: output gate",
    "g": "g: candidate",
    "r": "r: reset gate",
    "z": "z: update gate",
    "n": "n: candidate",
    "c": "c: memory",
    "h": "h: output",
}
OPENINGS = ("k", "i", "f", "o", "r", "z")  # logistic: 0 is closed, 1 is open


def gates_figure(run: Path, text: str, *, look: Look) -> Any:
    """Every gate of a recurrent run as a heat map over the steps of one sequence.

    Args:
        run: Folder of a run of a recurrent model.
        text: The sequence, as ``parse_symbols`` reads it.
        look: Options of the picture.

    Raises:
        ValueError: A graph model, a bidirectional one, one without gates, or a sequence that does not fit.
    """
    settings, task, model = load_run(run)
    if not isinstance(model, SequenceClassifier):
        raise FolderError(
            f"run: {run} is of {settings.model.label}, which has no gates; gates need a recurrent model"
        )
    layers = _single_layers(model.layer)
    if layers is None:
        raise FolderError(
            f"run: {run} reads in both directions; gates are drawn of networks that read forwards only"
        )
    if any(isinstance(layer, LRU) for layer in layers):
        raise FolderError(f"run: {run} is of {settings.model.label}, whose states pass no gates")
    tokens = parse_symbols(text, task)
    with torch.no_grad():
        x = model.encode(tokens)
        seen = []
        for layer in layers:
            seen.append({name: values[0] for name, values in gate_activations(layer, x).items()})  # (T, H)
            x = layer(x)[0]
    rows = max(len(values) for values in seen)
    figure = look.figure(max(7.0, 2.4 + 0.24 * tokens.shape[1]) * len(layers), 1.25 * rows + 1.2)
    axes = figure.subplots(rows, len(layers), squeeze=False, sharex=True)
    for number, values in enumerate(seen):
        draw_activations(values, axes[:, number], labels=tokens[0].tolist())
        if len(layers) > 1:
            axes[0, number].set_title(f"layer {number + 1}", fontweight="bold")
    look.give_title(figure, f"{settings.model.label}, {settings.experiment}: {_answer(model, task, tokens)}")
    return figure


def draw_activations(values: dict[str, Tensor], axes: Any, *, labels: list[Any]) -> None:
    """Heat maps of gates and states, one ``ax`` each: steps across, units down.

    Units stand in the order of their mean forget (or update) gate, the same in every map.

    Args:
        values: (T, H) tensors by name, as of one example of ``gate_activations``.
        axes: At least as many; the others are switched off.
        labels: What is read at each step.
    """
    key = next(name for name in ("f", "z", "h") if name in values)
    order = values[key].mean(0).argsort(descending=True)
    for ax, (name, activation) in zip(axes, values.items()):
        opening = name in OPENINGS
        top = 1.0 if opening else float(activation.abs().max()) or 1.0
        image = ax.imshow(
            activation[:, order].t().numpy(),
            aspect="auto",
            interpolation="nearest",
            cmap="viridis" if opening else "RdBu_r",
            vmin=0.0 if opening else -top,
            vmax=top,
        )
        ax.figure.colorbar(image, ax=ax, pad=0.01)
        ax.set_title(GATE_NAMES[name], fontsize=label_size(), loc="left", pad=3)
        ax.set_ylabel("unit", fontsize=label_size())
        ax.set_yticks([])
    last = axes[len(values) - 1]
    _symbol_ticks(last, [str(label) for label in labels])
    last.set_xlabel("what is read, step by step", fontsize=label_size())
    for ax in axes[len(values) :]:
        ax.set_axis_off()


def path_attention_figure(run: Path, text: str, *, layer: int, look: GraphLook) -> Any:
    """The attention of a GAT over the graph of one sequence.

    Above: the graph, edges as wide as the attention of one layer. Middle: the attention of every layer as a matrix, row
    i being what node i listens to. Below: what of each node reaches the read-out through all layers, the product of
    the matrices (attention rollout, Abnar & Zuidema 2020, https://arxiv.org/abs/2005.00928).

    Args:
        run: Folder of a run of a GAT on sequences.
        text: The sequence, as ``parse_symbols`` reads it.
        layer: Which layer's attention the edges show, from 1 on.
        look: Options of the picture.

    Raises:
        ValueError: Another model, another number of symbols, or a layer that there is not.
    """
    settings, task, model = load_run(run)
    spec = settings.model
    if (
        not isinstance(model, SequenceGraphClassifier)
        or not isinstance(spec, GraphSpec)
        or not all(_says_attention(conv) for conv in model.net.convs)
    ):
        raise FolderError(
            f"run: {run} is of {settings.model.label}; attention needs a run of a network with attention, such as gat"
        )
    if not 1 <= layer <= model.net.num_layers:
        raise ValueError(f"layer: {layer} should be 1 to {model.net.num_layers}")
    tokens = parse_symbols(text, task, length=task.steps)
    found = attention_of_layers(model, tokens)
    matrices = [as_matrix(*pair, model.num_nodes) for pair in found]
    graph = task.graph(spec)
    labels = [str(symbol) for symbol in tokens[0].tolist()]
    labels += ["?"] * (model.query is not None) + ["*"] * model.virtual
    columns = min(3, len(matrices))
    rows = -(-len(matrices) // columns)
    figure = look.figure(10.5, 5.0 + 3.2 * rows)
    grid = figure.add_gridspec(rows + 2, columns, height_ratios=[1.3, *[1.6] * rows, 0.8])
    top = figure.add_subplot(grid[0, :])
    edges, alpha = found[layer - 1]
    options = {"labels": labels} | look.graph(len(labels))
    draw_graph(graph_of_layer(graph, edges), top, attention=(edges, alpha), max_nodes=len(labels), **options)
    top.set_title(f"edges as wide as the attention of layer {layer}", fontsize=label_size())
    for number, matrix in enumerate(matrices):
        ax = figure.add_subplot(grid[1 + number // columns, number % columns])
        image = ax.imshow(matrix.numpy(), cmap=look.colormap or "viridis", vmin=0.0, vmax=1.0)
        ax.set_title(f"layer {number + 1}: row listens to column", fontsize=label_size())
        _symbol_ticks(ax, labels, both=True)
    figure.colorbar(image, ax=figure.axes[1:], label="α, mean over heads", shrink=0.7)
    _draw_rollout(figure.add_subplot(grid[-1, :]), matrices, labels, model.query)
    look.give_title(figure, f"{settings.model.label}, {settings.experiment}: {_answer(model, task, tokens)}")
    return figure


def _says_attention(conv: nn.Module) -> bool:
    return "return_attention_weights" in inspect.signature(conv.forward).parameters


@torch.no_grad()
def attention_of_layers(model: SequenceGraphClassifier, tokens: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Edges (2, E') and attention (E', K) of every layer for one sequence (1, T), self-loops included."""
    x, edges, net = model.hidden(model.encode(tokens))[0], model.edge_index, model.net
    found = []
    for number in range(net.num_layers):
        pairs = net.layer_edges(number, x, edges)
        _, attention = net.convs[number](x, pairs, return_attention_weights=True)
        found.append(attention)
        x = net.layer(number, x, edges)
    return found


def graph_of_layer(graph: Data, edges: Tensor) -> Data:
    """The graph that a layer ran on: the one given, or with other edges, as in a fully adjacent last layer.

    Args:
        graph: Of the sequence.
        edges: (2, E') of the layer; self-loops, which every layer adds, are left out.
    """
    own = edges[:, edges[0] != edges[1]]
    if {*map(tuple, own.t().tolist())} == {*map(tuple, graph.edge_index.t().tolist())}:
        return graph
    return Data(
        edge_index=own, **{name: value for name, value in graph if name not in ("edge_index", "mirrored")}
    )


def as_matrix(edges: Tensor, alpha: Tensor, nodes: int) -> Tensor:
    """(N, N) attention averaged over heads; entry (i, j) is how much i listens to j, and rows add up to 1."""
    matrix = alpha.new_zeros(nodes, nodes)
    return matrix.index_put((edges[1], edges[0]), alpha.mean(1), accumulate=True)


def _draw_rollout(ax: Axes, matrices: list[Tensor], labels: list[str], query: int | None) -> None:
    product = matrices[0]
    for matrix in matrices[1:]:
        product = matrix @ product
    heard = product.mean(0) if query is None else product[query]
    ax.bar(range(len(labels)), heard.numpy(), color="#2166ac")
    ax.set_title("what of each node reaches the read-out: the product over all layers", fontsize=label_size())
    ax.set_ylabel("share", fontsize=label_size())
    _symbol_ticks(ax, labels)


def _symbol_ticks(ax: Axes, labels: list[str], *, both: bool = False) -> None:
    """The symbols at an axis, or every second, third, ... of them where there is no room for all."""
    font = label_size()
    room = 72 * ax.bbox.width / ax.figure.dpi / (0.7 * font * (1 + max(map(len, labels))))
    places = range(0, len(labels), max(1, -(-len(labels) // max(1, int(room)))))
    shown = [labels[place] for place in places]
    ax.set_xticks(places, shown, fontsize=font)
    if both:
        ax.set_yticks(places, shown, fontsize=font)


def _single_layers(layer: RecurrentLayer) -> list[RecurrentLayer] | None:
    """The cells of a layer from below; None where one reads in both directions."""
    layers = layer.parts() if isinstance(layer, Stacked) else [layer]
    return layers if all(len(part.state_shape(1)) == 2 for part in layers) else None


@torch.no_grad()
def _answer(model: nn.Module, task: Task, tokens: Tensor) -> str:
    if task.every_step:
        return "answers at every step " + "".join(str(v) for v in model(tokens)[0].argmax(-1).tolist())
    chances = model(tokens)[0].softmax(-1)
    return f"its answer is {int(chances.argmax())} (probability {float(chances.max()):.2f})"
