"""Pictures of the graphs that a sweep's models work on, kept beside its records for the report."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from experiments.core.model_specs import GraphSpec
from experiments.core.settings import RunSettings
from experiments.records.files import write_beside, write_json
from experiments.running.runs import make_task

TREE_TEXT = (
    "Leaves come first, the root last. Every leaf has a key and a label, the root a key; edges lead from children to "
    "parents. Below: the adjacency matrix A, and what a GCN layer multiplies by, Â = D^-1/2 (A + I) D^-1/2."
)
SHOWN_LENGTH = 9  # longer paths make node labels and matrix cells too small to read


def draw_sweep(runs: list[RunSettings], out: Path) -> None:
    """Draw each different graph of a sweep: as a graph, its adjacency, and its normalised adjacency.

    Writes ``pictures/*.svg`` and ``pictures/index.json``, which holds a title and a text for each.

    Args:
        runs: The sweep; recurrent models are passed over.
        out: Results folder.
    """
    folder = out / "pictures"
    folder.mkdir(exist_ok=True)
    entries: list[dict[str, Any]] = []
    for run in _one_per_graph(runs):
        spec = run.model
        assert isinstance(spec, GraphSpec)
        graph = make_task(run).graph(spec)
        is_tree = "height" in graph
        name = "binary tree" if is_tree else _edges_in_words(spec)
        file = f"graph-{name.replace(' ', '-').replace(',', '')}.svg"
        figure = wide_figure()
        fill_figure(figure, graph, adjacency=True)
        write_beside(folder / file, partial(figure.savefig, format="svg"))
        entries.append(
            {
                "file": file,
                "title": f"Graph: {name}",
                "text": TREE_TEXT if is_tree else _text(spec, run.length),
            }
        )
    write_json(folder / "index.json", entries)


def _one_per_graph(runs: list[RunSettings]) -> list[RunSettings]:
    """For each way of making edges, the longest sequence that is still readable, or else the shortest."""
    chosen: dict[tuple[Any, ...], RunSettings] = {}
    for run in sorted(runs, key=lambda r: (r.length > SHOWN_LENGTH, abs(r.length - SHOWN_LENGTH))):
        if isinstance(run.model, GraphSpec):
            edges = (run.model.directed, run.model.mirrored, run.model.skip, run.model.virtual)
            chosen.setdefault(edges, run)
    return list(chosen.values())


def _edges_in_words(spec: GraphSpec) -> str:
    words = ["directed path" if spec.directed else "path"]
    if spec.mirrored:
        words.append("mirrored edges")
    if spec.skip:
        words.append(f"skip edges over {spec.skip}")
    if spec.virtual:
        words.append("a virtual node")
    return ", ".join(words)


def _text(spec: GraphSpec, length: int) -> str:
    text = (
        f"T = {length}: one node a position; the last, marked node stands for the missing digit and is where the "
        f"answer is read. The answer is the digit of node 0, {length - 1} steps along the path. "
        "Below: the adjacency matrix A, and what a GCN layer multiplies by, Â = D^-1/2 (A + I) D^-1/2."
    )
    if spec.mirrored:
        text += (
            " Mirrored edges join positions i and T - 1 - i, so that the first digit is one hop from the missing one, "
            "whatever the length: the corner of A is filled."
        )
    return text


def wide_figure(height: float = 6.4) -> Any:
    """A figure as wide as the report's text."""
    from matplotlib.figure import Figure

    return Figure(figsize=(9.0, height), layout="constrained")


def fill_figure(figure: Any, graph: Any, *, adjacency: bool) -> None:
    """The graph, and below it, if asked for, its two matrices."""
    from gnnlab import adjacency_matrix, draw_adjacency, draw_graph, normalized_adjacency

    if not adjacency:
        draw_graph(graph, ax=figure.subplots())
        return
    axes = figure.subplot_mosaic([["graph", "graph"], ["plain", "normalised"]], height_ratios=(0.7, 1.3))
    draw_graph(graph, ax=axes["graph"])
    sizes = {"num_nodes": graph.num_nodes}
    draw_adjacency(adjacency_matrix(graph.edge_index, **sizes), ax=axes["plain"], title="adjacency A")
    matrix = normalized_adjacency(graph.edge_index, **sizes)
    draw_adjacency(matrix, ax=axes["normalised"], title="normalised adjacency Â")
