"""Pictures of the graphs over which a label travels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from experiments.core.specs import GraphSpec
from experiments.lab.sequences.pictures import edges_in_words, fill_figure, one_per_graph, wide_figure
from experiments.lab.sequences.settings import SequenceRun
from experiments.lab.sequences.work import make_task
from experiments.records.pictures import KeptPicture, keep_pictures


def draw_graphs(runs: list[SequenceRun], out: Path, options: dict[str, Any]) -> None:
    """Draw each different graph of a sweep, and its matrices.

    Args:
        runs: The sweep; recurrent models are passed over.
        out: Results folder.
        options: Nothing of them is looked at.
    """
    pictures = []
    for run in one_per_graph(runs):
        spec = run.model
        assert isinstance(spec, GraphSpec)
        graph = make_task(run).graph(spec)
        name = edges_in_words(spec, run.experiment.replace("-", " "))
        figure = wide_figure()
        fill_figure(figure, graph, adjacency=True)
        text = (
            f"T = {run.length}: node 0 holds the label, and the marked node asks for it, {run.length} hops away. Nodes "
            "are numbered as a recurrent network reads them. Below: the adjacency matrix A, and what a GCN layer "
            "multiplies by, Â = D^-1/2 (A + I) D^-1/2."
        )
        file = f"graph-{name.replace(' ', '-').replace(',', '')}.svg"
        pictures.append(KeptPicture(file, f"Graph: {name}", text, figure))
    keep_pictures(out, pictures)
