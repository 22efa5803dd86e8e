"""The edges of one graph in steps whose sizes do not depend on values, for tracing and transforms."""

from __future__ import annotations

import torch
from torch import Tensor

from gnnlab.layers.edge_list import check_edge_index, plain_edge_index


class TracedEdges:
    """The list of edges that `SortedEdges` makes, unsorted, with the graph's own self-loops turned away.

    Taking self-loops out would make a list as long as their number says, which nothing can know while steps are
    traced. So they stay where they are, but end at a node more, behind all others, whose answer nobody reads: whatever
    is done with messages that arrive at a node (a sum, a mean, a softmax), no other node feels them. One loop for each
    node follows, as in `SortedEdges`.

    Args:
        edge_index, num_nodes, self_loops, flow, num_sources: As for `SortedEdges`.

    Variables:
        source, target (E',): The ends of each edge.
        num_extra: 1 where self-loops are turned away: sources and targets are one more than there are nodes.
        listed (2, E'): The edges, each pair the way round in which it was given.
        keep (E',): False for self-loops that are turned away; None where all edges count.
    """

    def __init__(
        self,
        edge_index: Tensor,
        num_nodes: int,
        *,
        self_loops: bool = False,
        flow: str = "source_to_target",
        num_sources: int | None = None,
    ) -> None:
        check_edge_index(edge_index, num_nodes, num_sources=num_sources)
        given = plain_edge_index(edge_index)
        self.flow, self.num_nodes = flow, num_nodes
        self.num_sources = num_nodes if num_sources is None else num_sources
        self.num_given = given.size(1)
        self.source, self.target = given.flip(0) if flow == "target_to_source" else given
        self.num_loops = min(self.num_nodes, self.num_sources) if self_loops else 0
        self.num_extra = int(self_loops)
        self.listed = given
        self.keep: Tensor | None = None
        if self_loops:
            loops = torch.arange(self.num_loops, device=given.device)
            stays = self.source != self.target
            self.keep = torch.cat([stays, torch.ones_like(loops, dtype=torch.bool)])
            self.source = torch.cat([self.source, loops])
            self.target = torch.cat([torch.where(stays, self.target, num_nodes), loops])
            self.listed = torch.cat([given, loops.expand(2, -1)], dim=1)

    @property
    def sent(self) -> Tensor:
        """(2, E') the edges along which messages go, each pair the way round in which it was given."""
        ends = (self.source, self.target)
        return torch.stack(ends if self.flow == "source_to_target" else ends[::-1])

    def list_of(self, values: Tensor, loop_values: Tensor | None = None) -> Tensor:
        """Return values of the given edges (E, ...) and of the self-loops, one after the other."""
        return values if loop_values is None else torch.cat([values, loop_values])

    def loop_values(self, values: Tensor, fill: float) -> Tensor:
        """Return the values of the self-loops, of those of the given edges (E,): `fill` where a node had none."""
        source, target = self.listed[:, : self.num_given]
        places = torch.arange(self.num_given, device=source.device)
        # The last self-loop of a node counts; an entry more, behind all, serves those that have none.
        last = torch.full((self.num_nodes,), -1, device=source.device)
        last = last.scatter_reduce(0, target, torch.where(source == target, places, -1), "amax")
        known = torch.cat([values, values.new_zeros(1)])[last]
        return torch.where(last >= 0, known, fill)[: self.num_loops]
