"""What runs on random graphs are. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.core.settings import choice, number
from experiments.lab.sequences.settings import SequenceRun

ORDERS = ("random", "distance")
EXTRA = 0.02


@dataclass(frozen=True, kw_only=True)
class PathsRun(SequenceRun):
    """One run on random graphs.

    Args:
        extra: Probability of an edge between two nodes that the tree does not join.
        order: How nodes are numbered, which is how a recurrent network reads them: random; or distance, by their
            distance to the marked node, nodes as far away as each other in random order.
    """

    extra: float = number(EXTRA, least=0, most=1)
    order: str = choice("random", ORDERS, treatment=True)
