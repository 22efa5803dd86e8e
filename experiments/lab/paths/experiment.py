"""Distances in random graphs. Imports no torch."""

from __future__ import annotations

from typing import Any

from experiments.core.experiment import Experiment
from experiments.lab.sequences.experiment import on_sequences, smoke

_HERE = "experiments.lab.paths"
_REST = (
    "The graphs are random trees with a few more edges. Both views know the same of a node: whether it is marked, and "
    "to which nodes it is joined. A graph network has the edges to send messages over as well, and does not know the "
    "order of the nodes. A recurrent network reads them in random order, or by distance (--order distance). Chance is "
    "the share of the most frequent answer."
)


def _paths(name: str, title: str, question: str, task: str, **more: Any) -> Experiment:
    return on_sequences(
        name,
        title,
        f"{question} {_REST}",
        f"{_HERE}.tasks:{task}",
        run=f"{_HERE}.settings:PathsRun",
        pictures=f"{_HERE}.pictures:draw_graphs",
        **more,
    )


EXPERIMENTS = (
    _paths(
        "shortest-path",
        "how many edges is each node of a random graph of T nodes from one that is marked?",
        "Every node has to name its distance to the marked one. A message takes one layer for each edge, so k layers "
        "are enough for nodes at most k edges away; of all others they tell no more than that they are further away. "
        "Distances of 8 and more are one class, and those of T/2 and more where that is less.",
        "ShortestPath",
        models=("lstm", "lstm-bidirectional", "gcn-4", "gcn-8", "gat-4", "gat-8"),
        values={"length": (16,), "patience": 0},
        smoke=smoke("lstm-bidirectional", "gcn-2", length=(8,)),
    ),
    _paths(
        "eccentricity",
        "how many edges is the furthest node of a random graph of T nodes from one that is marked?",
        "The answer is one number for the whole graph: the distance from the marked node to the node that is furthest "
        "from it. One way is that every node hears of the mark, and the read-out finds the largest of all distances. "
        "Distances of 4 and less are one class, and so are those of 8 and more; with fewer than 16 nodes, T/4 and T/2.",
        "Eccentricity",
        models=("lstm", "gcn-4", "gcn-8-max", "gat-4", "gat-8-max"),
        values={"length": (16,), "patience": 0},
        smoke=smoke("lstm", "gcn-2-max", length=(8,)),
    ),
)
