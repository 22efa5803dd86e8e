"""Tree-NeighborsMatch in two views: a binary tree, and its nodes read from the leaves to the root."""

from __future__ import annotations

import torch
from torch.nn import functional as F
from torch_geometric.data import Data

from experiments.core.specs import GraphSpec
from experiments.lab.sequences.tasks.task import Batch, Task
from gnnlab import tree_graph, tree_neighbors_match, with_virtual_node

MOST_RADIUS = 8  # 511 nodes of 514 one-hot features
MOST_ASSIGNMENTS = 1000  # ways to label the leaves, as in the authors' program: with 2^r leaves to ask for


class TreeNeighbors(Task):
    """Name the label of the leaf whose key equals the root's; the length is the radius r, from leaf to root.

    All 2^r pairs of key and label have to reach the root, through two edges (Alon & Yahav 2021). Like theirs, an
    example is one of at most 1,000 assignments of labels to leaves with one of the 2^r questions, eight tenths of which
    are for training, and what is asked is whether a network can *fit* them. So validation, which selects the weights,
    draws from the training examples; test examples are new questions about leaves that were seen.

    Nodes hold one-hot key and label. The graph has edges from children to parents only, as theirs; the sequence are
    the same nodes, leaves first and root last.
    """

    num_tokens = None

    def __init__(self, length: int, seed: int) -> None:
        super().__init__(length, seed)
        if length > MOST_RADIUS:
            raise ValueError(f"lengths: {length} should be at most {MOST_RADIUS}: it is the radius of a tree")
        self.leaves = 2**length
        self.num_outputs = self.leaves
        self.num_features = 2 * (self.leaves + 1)
        self.chance = 1 / self.leaves
        # 1. assignments: the label of each leaf
        draws = torch.Generator().manual_seed(seed * 1_000_003 + length)
        self.assignments = torch.rand(MOST_ASSIGNMENTS, self.leaves, generator=draws).argsort(1).unique(dim=0)
        # 2. examples: numbers of pairs (assignment, leaf that is asked for)
        order = torch.randperm(len(self.assignments) * self.leaves, generator=draws)
        seen = 8 * len(order) // 10
        self.pairs = {"train": order[:seen], "validation": order[:seen], "test": order[seen:]}

    @property
    def steps(self) -> int:
        return 2 * self.leaves - 1

    def batch(self, split: str, count: int, generator: torch.Generator) -> Batch:
        pairs = self.pairs[split]
        if split == "train":
            chosen = torch.randint(len(pairs), (count,), generator=generator)
        else:  # each example at most once
            chosen = torch.randperm(len(pairs), generator=generator)[:count]
        assignment, wanted = pairs[chosen] // self.leaves, pairs[chosen] % self.leaves
        nodes, targets = tree_neighbors_match(self.assignments[assignment], wanted)
        return Batch(F.one_hot(nodes, self.leaves + 1).flatten(2).float(), targets)

    def graph(self, spec: GraphSpec) -> Data:
        if spec.mirrored or spec.skip:
            raise ValueError(f"models: {spec.label} has mirrored or skip edges, but the graph here is a tree")
        graph = tree_graph(self.length, directed=spec.directed)
        if not spec.edges:
            graph.edge_index = graph.edge_index[:, :0]
        if spec.readout != "query":
            del graph.query
        graph = self._rewired(spec, graph)
        return with_virtual_node(graph) if spec.virtual else graph
