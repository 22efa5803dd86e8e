"""Nodes of several graphs, put apart into one table a graph."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from gnnlab.layers.memory import remembered
from gnnlab.layers.tracing import has_values


@dataclass(frozen=True)
class NodeGroups:
    """Where the nodes of G graphs stand when each graph has a table of its own, filled up to the size of the largest.

    Args:
        graph: (N,) the table of each node.
        place: (N,) its row there.
        slots: (G, S) the node in each row; N where there is none.
        strangers: (G, 1, 1 or S, S) true at pairs of rows (i, j) that may not hear each other.
    """

    graph: Tensor
    place: Tensor
    slots: Tensor
    strangers: Tensor

    @property
    def count(self) -> int:
        return self.slots.size(0)

    @property
    def size(self) -> int:
        return self.slots.size(1)

    def apart(self, x: Tensor) -> Tensor:
        """Return (G, S, F) of x (N, F), zero where there is no node."""
        return F.pad(x, (0, 0, 0, 1))[self.slots]

    def back(self, x: Tensor) -> Tensor:
        """Return (N, F) of (G, S, F)."""
        return x[self.graph, self.place]


def node_groups(batch: Tensor) -> NodeGroups:
    """Return where nodes stand, of (N,) the graph of each, in any order.

    While steps are traced the sizes of graphs are not known. Then there is one table of all nodes, in which nodes of
    two graphs are strangers.
    """
    if not has_values(batch):
        rows = torch.arange(batch.numel(), device=batch.device)
        apart = (batch.unsqueeze(1) != batch).view(1, 1, batch.numel(), batch.numel())
        return NodeGroups(torch.zeros_like(batch), rows, rows.unsqueeze(0), apart)
    return remembered(batch, "groups", lambda: _make(batch))


def _make(batch: Tensor) -> NodeGroups:
    nodes = batch.numel()
    sizes = batch.bincount()
    order = batch.argsort(stable=True)
    begin = sizes.cumsum(0) - sizes
    place = torch.empty_like(batch)
    place[order] = torch.arange(nodes, device=batch.device) - begin[batch[order]]
    graph = batch.clone()  # what is remembered of a tensor may not keep it alive
    slots = batch.new_full((sizes.numel(), int(sizes.max()) if nodes else 0), nodes)
    slots[graph, place] = torch.arange(nodes, device=batch.device)
    return NodeGroups(graph, place, slots, (slots == nodes)[:, None, None])
