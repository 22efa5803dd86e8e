"""A node asks for the label that another one holds: a graph, and its nodes read from the label to the asker."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Data

from experiments.core.specs import GraphSpec
from experiments.lab.sequences.tasks.task import Task
from gnnlab import clique_path_graph, hop_distances, ring_graph

LABELS = 5
FILLERS = 20
MOST_RADIUS = 1000  # a ring of 2,000 nodes


class Transfer(Task):
    """Name the label that a node r hops away holds; the length is r.

    Of Di Giovanni et al. 2023 (https://arxiv.org/abs/2302.02941). Node 0 holds one of 5 labels, the symbols 0..4, and
    the last node asks. Every node between holds one of 20 fillers, the symbols 5..24, drawn independently. (In the
    authors' program all of them hold the same. So there are five inputs in all, which training and testing share, and
    nothing disturbs the label on its way.) Which split an example is in depends on its fillers alone. So the fillers of
    a test example are new, and all labels are as frequent in each split.

    The sequence are the same nodes in the same order, the label first, then by falling distance to the asker. The asker
    holds nothing, and is where the sequence ends.
    """

    num_tokens = LABELS + FILLERS
    num_outputs = LABELS
    chance = 1 / LABELS
    enough = 100

    def __init__(self, length: int, seed: int) -> None:
        super().__init__(length, seed)
        if length > MOST_RADIUS:
            raise ValueError(
                f"lengths: {length} should be at most {MOST_RADIUS}: it is the distance of two nodes"
            )
        self.distance = length
        self._edges = self.build()

    def build(self) -> Data:
        """The graph, whose node 0 holds the label and whose last node asks, ``length`` hops away."""
        raise NotImplementedError

    @property
    def steps(self) -> int:
        return int(self._edges.query)

    def edges(self) -> Data:
        return self._edges

    def graph(self, spec: GraphSpec) -> Data:
        graph = super().graph(spec)
        # Edges have both directions, so the way there is the way back.
        graph.hops = hop_distances(self._edges.edge_index, self.steps)[: self.steps + ("query" in graph)]
        return graph

    def examples(self, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        labels = torch.randint(LABELS, (count, 1), generator=generator)
        fillers = LABELS + torch.randint(FILLERS, (count, self.steps - 1), generator=generator)
        return torch.cat([labels, fillers], 1), labels.squeeze(1)

    def divided_by(self, inputs: Tensor) -> Tensor:
        return inputs[:, 1:]

    def source(self, graph: Data) -> int | None:
        return 0


class Ring(Transfer):
    """A ring of 2r nodes."""

    def build(self) -> Data:
        return ring_graph(2 * self.length)


class CrossedRing(Transfer):
    """A ring of 2r nodes with edges between its two sides."""

    def build(self) -> Data:
        return ring_graph(2 * self.length, crossed=True)


class CliquePath(Transfer):
    """A clique of r - 1 nodes and a path of as many, at whose end the label is."""

    def build(self) -> Data:
        if self.length < 3:
            raise ValueError(
                f"lengths: {self.length} should be at least 3: a path of two nodes, and one edge within the clique"
            )
        return clique_path_graph(2 * (self.length - 1))
