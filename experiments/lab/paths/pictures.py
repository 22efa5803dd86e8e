"""Pictures of random graphs with a marked node, as the first examples have them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch_geometric.data import Data

from experiments.lab.paths.settings import PathsRun
from experiments.lab.sequences.pictures import wide_figure
from experiments.lab.sequences.work import make_task
from experiments.records.pictures import KeptPicture, keep_pictures
from gnnlab import draw_graph, hop_distances

MOST_SHOWN = 60  # more nodes are a grey cloud
SHOWN = 3


def draw_graphs(runs: list[PathsRun], out: Path, options: dict[str, Any]) -> None:
    """Draw three examples of the shortest length, with the distance of every node from the marked one.

    Args:
        runs: The sweep.
        out: Results folder.
        options: Nothing of them is looked at.
    """
    run = min(runs, key=lambda run: run.length)
    pictures = []
    if run.length <= MOST_SHOWN:
        task = make_task(run)
        batch = task.batch("train", SHOWN, task.generator("train"))
        figure = wide_figure(3.4)
        for inputs, edges, ax in zip(batch.inputs, batch.extras["edges"], figure.subplots(1, SHOWN)):
            graph = Data(edge_index=edges[:, edges[0] >= 0], num_nodes=run.length)
            marked = int(inputs[:, 0].argmax())
            hops = hop_distances(graph, marked).tolist()
            draw_graph(graph, ax=ax, labels=hops, query=marked, layout="spring")
        text = (
            f"T = {run.length}, seed {run.seed}: the first examples of the training part. Each node is labelled with "
            "its distance from the marked one."
        )
        pictures.append(KeptPicture("graphs.svg", "Graphs of examples", text, figure))
    keep_pictures(out, pictures)
