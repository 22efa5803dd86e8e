"""Tree-NeighborsMatch in two views: a binary tree, and its nodes read from the leaves to the root."""

from __future__ import annotations

import torch
from torch.nn import functional as F
from torch_geometric.data import Data

from experiments.model_specs import GraphSpec
from experiments.tasks import SequenceTask
from experiments.training import Batch
from gnnlab import tree_graph, tree_neighbors_match, with_virtual_node

MOST_ASSIGNMENTS = 1000  # ways to label the leaves, as in the authors' program: with 2^r leaves to ask for


class TreeNeighbors(SequenceTask):
    """Name the label of the leaf whose key equals the root's; the length is the radius r, from leaf to root.

    All 2^r pairs of key and label have to reach the root, through two edges (Alon & Yahav 2021). Like theirs, an
    example is one of at most 1,000 assignments of labels to leaves with one of the 2^r questions, and the question is
    whether a network can *fit* them: examples are divided by (assignment, question), so that a test example is a new
    question about leaves seen before.

    Nodes hold one-hot key and label. The graph has edges from children to parents only, as theirs; the sequence are
    the same nodes, leaves first and root last.
    """

    num_tokens = None

    def __init__(self, length: int, seed: int) -> None:
        super().__init__(length, seed)
        self.leaves = 2**length
        self.num_outputs = self.leaves
        self.num_features = 2 * (self.leaves + 1)
        self.chance = 1 / self.leaves
        self.examples = self._examples()

    def _examples(self) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
        """Labels of the leaves, and the leaf that is asked for, of each split: eight, one and one tenth."""
        draws = torch.Generator().manual_seed(self.seed * 1_000_003 + self.length)
        labels = torch.rand(MOST_ASSIGNMENTS, self.leaves, generator=draws).argsort(1).unique(dim=0)
        wanted = torch.arange(self.leaves).repeat(len(labels))
        labels = labels.repeat_interleave(self.leaves, dim=0)
        order = torch.randperm(len(labels), generator=draws)
        tenth = len(labels) // 10
        parts = order.split([len(order) - 2 * tenth, tenth, tenth])
        return {
            split: (labels[part], wanted[part]) for split, part in zip(("train", "validation", "test"), parts)
        }

    @property
    def steps(self) -> int:
        return 2 * self.leaves - 1

    def batch(self, split: str, count: int, generator: torch.Generator) -> Batch:
        labels, wanted = self.examples[split]
        if split == "train":
            chosen = torch.randint(len(wanted), (count,), generator=generator)
        else:  # each example at most once
            chosen = torch.randperm(len(wanted), generator=generator)[:count]
        nodes, targets = tree_neighbors_match(labels[chosen], wanted[chosen])
        return Batch(F.one_hot(nodes, self.leaves + 1).flatten(2).float(), targets)

    def graph(self, spec: GraphSpec) -> Data:
        if spec.mirrored or spec.skip:
            raise ValueError(f"models: {spec.label} has mirrored or skip edges, but the graph here is a tree")
        graph = tree_graph(self.length, directed=spec.directed)
        if not spec.edges:
            graph.edge_index = graph.edge_index[:, :0]
        if spec.readout != "query":
            del graph.query
        return with_virtual_node(graph) if spec.virtual else graph
