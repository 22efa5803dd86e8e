"""Transfer of a label over rings, crossed rings and cliques with a path. Imports no torch."""

from __future__ import annotations

from typing import Any

from experiments.core.experiment import Experiment
from experiments.lab.sequences.experiment import on_sequences, smoke

_HERE = "experiments.lab.transfer"
_REST = (
    "All other nodes hold fillers, drawn anew for each example, which the asker has to tell from the label. With fewer "
    "layers than hops a graph network cannot hear the label at all; with enough it may still lose it on the way. A "
    "recurrent network reads the same nodes in turn, the label first. Guessing gives 1/5."
)


def _transfer(name: str, title: str, question: str, task: str, **more: Any) -> Experiment:
    shared: dict[str, Any] = {
        # One head each: deep networks of two cannot meet the budget at every length.
        "models": (
            *("lstm", "transformer-2", "gcn-reach", "gin-reach", "sage-reach", "gat-reach-heads1"),
            *("gatv2-reach-heads1", "gnnssm-reach", "graphtransformer-reach-heads1"),
        ),
        "pictures": f"{_HERE}.pictures:draw_graphs",
        "values": {"length": (2, 4, 6), "patience": 0},
        "smoke": smoke("lstm", "gcn-2", "gcn-3", length=(3,)),
    }
    return on_sequences(name, title, f"{question} {_REST}", f"{_HERE}.tasks:{task}", **(shared | more))


EXPERIMENTS = (
    _transfer(
        "ring",
        "the label at the other side of a ring, T hops away",
        "A ring of 2T nodes: one node asks for the label that the node opposite holds. Two ways lead there, each of T "
        "hops.",
        "Ring",
    ),
    _transfer(
        "crossed-ring",
        "the label at the other side of a ring whose sides are joined, T hops away",
        "A ring of 2T nodes, in which the two ways from the label to the node that asks are joined by edges at every "
        "step. The way is as long as on the plain ring, but at each step it can be chosen anew, so there are many "
        "more ways, and more neighbours among whom the label is one.",
        "CrossedRing",
    ),
    _transfer(
        "clique-path",
        "the label at the end of a path that leaves a clique, T hops away",
        "T - 1 nodes are joined each to each, and a path of as many leaves one of them. A node of the clique asks for "
        "the label at the far end of the path. There is one way only, of T hops, and where it meets the clique, the "
        "label is one voice among all its nodes.",
        "CliquePath",
        values={"length": (3, 4, 6), "patience": 0},
    ),
)
