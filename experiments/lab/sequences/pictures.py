"""Pictures of the graphs that a sweep's models work on, kept beside its records for the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from torch_geometric.data import Data

from experiments.core.catalogue import find_experiment
from experiments.core.specs import GraphSpec
from experiments.lab.sequences.settings import SequenceRun
from experiments.lab.sequences.work import make_task
from experiments.records.pictures import KeptPicture, keep_pictures
from gnnlab import adjacency_matrix, draw_adjacency, draw_graph, normalized_adjacency

TREE_TEXT = "Leaves come first, the root last. Every leaf has a key and a label, the root a key; edges"
MATRICES = "Below: the adjacency matrix A, and what a GCN layer multiplies by, Â = D^-1/2 (A + I) D^-1/2."
SHOWN_LENGTH = 9  # longer paths make node labels and matrix cells too small to read


def draw_graphs(runs: list[SequenceRun], out: Path, options: dict[str, Any]) -> None:
    """Draw each different graph of a sweep: as a graph, its adjacency, and its normalised adjacency.

    Args:
        runs: The sweep; recurrent models are passed over.
        out: Results folder.
        options: Nothing of them is looked at.
    """
    draw_each(runs, out, _described)


def draw_each(
    runs: list[SequenceRun], out: Path, describe: Callable[[SequenceRun, Data], tuple[str, str]]
) -> None:
    """Draw each different graph of a sweep: as a graph, its adjacency, and its normalised adjacency.

    Args:
        runs: The sweep; recurrent models are passed over.
        out: Results folder.
        describe: What a graph is called, and what a reader should know of it.
    """
    pictures = []
    for run in one_per_graph(runs):
        assert isinstance(run.model, GraphSpec)
        graph = make_task(run).graph(run.model)
        name, text = describe(run, graph)
        figure = wide_figure()
        fill_figure(figure, graph, adjacency=True)
        file = f"graph-{name.replace(' ', '-').replace(',', '')}.svg"
        pictures.append(KeptPicture(file, f"Graph: {name}", f"{text} {MATRICES}", figure))
    keep_pictures(out, pictures)


def _described(run: SequenceRun, graph: Data) -> tuple[str, str]:
    assert isinstance(run.model, GraphSpec)
    if "height" in graph:
        ways = "lead from children to parents" if run.model.directed else "lead both ways"
        return edges_in_words(run.model, "binary tree"), f"{TREE_TEXT} {ways}."
    task = find_experiment(run.experiment).task
    of_palindrome = isinstance(task, str) and task.endswith(":DigitPalindromes")
    told = _text(run.model, run.length) if of_palindrome else _plain_text(graph, run.length)
    return edges_in_words(run.model), told


def one_per_graph(runs: Sequence[SequenceRun]) -> list[SequenceRun]:
    """For each way of making edges, the longest sequence that is still readable, or else the shortest."""
    chosen: dict[tuple[Any, ...], SequenceRun] = {}
    for run in sorted(runs, key=lambda r: (r.length > SHOWN_LENGTH, abs(r.length - SHOWN_LENGTH))):
        if isinstance(run.model, GraphSpec):
            spec = run.model
            edges = (spec.directed, spec.mirrored, spec.skip, spec.virtual, spec.edges, spec.rewiring)
            chosen.setdefault(edges, run)
    return list(chosen.values())


def edges_in_words(spec: GraphSpec, plain: str = "path") -> str:
    """What graph a model works on: a plain one, and what its options add to it."""
    words = [f"directed {plain}" if spec.directed else plain]
    if not spec.edges:
        words = [f"{plain} without its edges"]
    if spec.mirrored:
        words.append("mirrored edges")
    if spec.skip:
        words.append(f"skip edges over {spec.skip}")
    if spec.rewiring is not None:
        how, count = spec.rewiring
        words.append(
            f"edges of a random {count}-regular graph" if how == "expander" else f"{count} {how} edges"
        )
    if spec.virtual:
        words.append("a virtual node")
    return ", ".join(words)


def _text(spec: GraphSpec, length: int) -> str:
    text = (
        f"T = {length}: one node a position; the last, marked node stands for the missing digit and is where the "
        f"answer is read. The answer is the digit of node 0, {length - 1} steps along the path."
    )
    if spec.mirrored:
        text += (
            " Mirrored edges join positions i and T - 1 - i, so that the first digit is one hop from the missing one, "
            "whatever the length: the corner of A is filled."
        )
    return text


def _plain_text(graph: Data, length: int) -> str:
    asks = ", and a last, marked one that asks for the answer" if "query" in graph else ""
    return f"T = {length}: one node a step{asks}."


def wide_figure(height: float = 6.4) -> Any:
    """A figure as wide as the report's text."""
    return Figure(figsize=(9.0, height), layout="constrained")


def fill_figure(figure: Any, graph: Any, *, adjacency: bool) -> None:
    """The graph, and below it, if asked for, its two matrices."""
    if not adjacency:
        draw_graph(graph, ax=figure.subplots())
        return
    axes = figure.subplot_mosaic([["graph", "graph"], ["plain", "normalised"]], height_ratios=(0.7, 1.3))
    draw_graph(graph, ax=axes["graph"])
    sizes = {"num_nodes": graph.num_nodes}
    draw_adjacency(adjacency_matrix(graph.edge_index, **sizes), ax=axes["plain"], title="adjacency A")
    matrix = normalized_adjacency(graph.edge_index, **sizes)
    draw_adjacency(matrix, ax=axes["normalised"], title="normalised adjacency Â")
