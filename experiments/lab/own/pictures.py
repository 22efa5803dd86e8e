"""Pictures of the graphs that a user's task gives to graph networks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch_geometric.data import Data

from experiments.core.specs import GraphSpec
from experiments.lab.own.settings import OwnRun
from experiments.lab.sequences.pictures import fill_figure, one_per_graph, wide_figure
from experiments.lab.sequences.tasks.task import Task
from experiments.lab.sequences.work import make_task
from experiments.records.pictures import KeptPicture, keep_pictures
from gnnlab import draw_graph

MOST_NODES = 60  # more are a grey cloud
SHOWN = 3  # graphs of examples


def draw_graphs(runs: list[OwnRun], out: Path, options: dict[str, Any]) -> None:
    """Draw each way of making edges that a sweep has, or the first examples' own graphs.

    Args:
        runs: The sweep.
        out: Results folder.
        options: Nothing of them is looked at.
    """
    pictures = []
    for number, run in enumerate(one_per_graph(runs)):
        task = make_task(run)
        assert isinstance(run.model, GraphSpec)
        if "edges" in task.sample.extras:
            pictures.append(_of_examples(task))
            break
        graph = task.graph(run.model)
        if graph.num_nodes is not None and graph.num_nodes <= MOST_NODES:
            figure = wide_figure()
            fill_figure(figure, graph, adjacency=True)
            asks = ", and the last one asks" if "query" in graph else ""
            text = (
                f"The graph of {run.model.label}: one node a step{asks}. "
                "Below: the adjacency matrix A, and what a GCN layer multiplies by, Â = D^-1/2 (A + I) D^-1/2."
            )
            pictures.append(KeptPicture(f"graph-{number}.svg", f"Graph of {run.model.label}", text, figure))
    keep_pictures(out, pictures)


def _of_examples(task: Task) -> KeptPicture:
    batch = task.batch("train", SHOWN, task.generator("train"))
    figure = wide_figure(3.4)
    lengths = batch.extras.get("lengths")
    for row, ax in enumerate(figure.subplots(1, len(batch.inputs), squeeze=False)[0]):
        nodes = batch.inputs.shape[1] if lengths is None else int(lengths[row])
        edges = batch.extras["edges"][row]
        if nodes <= MOST_NODES:
            draw_graph(Data(edge_index=edges[:, edges[0] >= 0], num_nodes=nodes), ax=ax)
            ax.set_title(f"answer {batch.targets[row].tolist()}", fontsize=10)
        else:
            ax.set_axis_off()
    return KeptPicture(
        "graphs.svg", "Graphs of examples", "Of the first examples of the training part.", figure
    )
