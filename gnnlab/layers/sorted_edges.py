"""The edges of one graph, sorted for sparse products in both directions."""

from __future__ import annotations

import torch
from torch import Tensor

from gnnlab.kernels import tiles
from gnnlab.layers.edge_list import check_edge_index, plain_edge_index
from gnnlab.layers.memory import remembered
from gnnlab.layers.tracing import outside_transforms
from gnnlab.lazy import LazyProperty


class SortedEdges:
    """The edges of a graph sorted by target: the rows of a matrix whose row i lists what node i receives.

    With `self_loops`, self-loops that the list already has are taken out and one is appended for each node,
    so that every node has exactly one. The *list* is then [edges that are no loops, in the order given; loops
    0..N-1]; the *rows* are that list sorted by target, then by source. Where sources are nodes of another kind, a
    loop joins source i to target i, as far as both go.

    Args:
        edge_index: (2, E) pairs (source, target).
        num_nodes: N, the targets.
        self_loops: Give every node one self-loop.
        flow: `"source_to_target"`, or `"target_to_source"` to read every edge backwards.
        num_sources: M, where sources are nodes of another kind; otherwise N.

    Variables:
        keep, num_extra, sent: As in `TracedEdges`; here every edge counts, and there is no node more.
        order (E',): Place in the list of each edge of the rows.
        source, target (E',): The ends of each edge, row by row.
        rowptr (N + 1,): Where each row starts, as the index type of the sparse products.
        kept: Places of the given edges that stayed, or None when all did.
        loop_nodes, loop_places: Nodes that had a self-loop of their own, and the place where it was (the last
            one where a node had several, as in PyG).
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
        edge_index = plain_edge_index(edge_index).detach()
        self.num_nodes = num_nodes
        self.num_sources = num_nodes if num_sources is None else num_sources
        self.num_loops = min(self.num_nodes, self.num_sources) if self_loops else 0
        self.flow = flow
        self.num_given = edge_index.size(1)
        self.self_loops = self_loops
        self.kept: Tensor | None = None
        self.keep: Tensor | None = None
        self.num_extra = 0
        source, target = edge_index.flip(0) if flow == "target_to_source" else edge_index
        if self_loops:
            source, target = self._exchange_loops(source, target)
        self.order = torch.argsort(target * self.num_sources + source, stable=True)
        self.source, self.target = source[self.order], target[self.order]
        self.num_edges = self.order.numel()
        self.index_dtype = torch.int32 if self.num_edges < 2**31 else torch.int64
        self.rowptr = self._starts(self.target, self.num_nodes)
        self._patterns: dict[tuple[str, int], tuple[Tensor, Tensor]] = {}
        self.column = self.source.to(self.index_dtype)

    def _exchange_loops(self, source: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        is_loop = source == target
        nodes = torch.arange(self.num_loops, device=source.device)
        places = is_loop.nonzero().view(-1)
        last = torch.full_like(nodes, -1).scatter_reduce(0, source[places], places, "amax")
        self.loop_nodes = (last >= 0).nonzero().view(-1)
        self.loop_places = last[self.loop_nodes]
        if places.numel():
            self.kept = (~is_loop).nonzero().view(-1)
            source, target = source[self.kept], target[self.kept]
        return torch.cat([source, nodes]), torch.cat([target, nodes])

    def _starts(self, sorted_ends: Tensor, nodes: int) -> Tensor:
        counts = torch.bincount(sorted_ends, minlength=nodes)
        starts = torch.zeros(nodes + 1, dtype=self.index_dtype, device=sorted_ends.device)
        torch.cumsum(counts, 0, out=starts[1:])
        return starts

    @LazyProperty
    def flip(self) -> Tensor:
        """(E',) place in the rows of each edge of the columns, which are sorted by source, then by target."""
        return torch.argsort(self.source, stable=True)

    @LazyProperty
    def colptr(self) -> Tensor:
        """(M + 1,) where each column starts in the order of `flip`."""
        return self._starts(self.source[self.flip], self.num_sources)

    @LazyProperty
    def row(self) -> Tensor:
        """(E',) the target of each edge in the order of `flip`."""
        return self.target[self.flip].to(self.index_dtype)

    def row_pattern(self, heads: int) -> tuple[Tensor, Tensor]:
        """Return starts and columns of the rows, or of a block-diagonal matrix that repeats them a head."""
        return self._repeated("rows", heads, self.rowptr, self.column, self.num_sources)

    def column_pattern(self, heads: int) -> tuple[Tensor, Tensor]:
        """Return the same of the transposed matrix."""
        return self._repeated("columns", heads, self.colptr, self.row, self.num_nodes)

    def _repeated(
        self, name: str, heads: int, starts: Tensor, ends: Tensor, width: int
    ) -> tuple[Tensor, Tensor]:
        if heads == 1:
            return starts, ends
        if (name, heads) in self._patterns:
            return self._patterns[name, heads]
        with outside_transforms(), torch.inference_mode(False):
            head = torch.arange(heads, device=ends.device, dtype=ends.dtype).view(-1, 1)
            later = (starts[1:] + head * self.num_edges).view(-1)
            if len(self._patterns) >= 4:
                del self._patterns[next(iter(self._patterns))]
            pattern = (torch.cat([starts[:1], later]), (ends + head * width).view(-1))
            self._patterns[name, heads] = pattern
        return pattern

    @LazyProperty
    def row_hubs(self) -> tuple[Tensor, Tensor] | None:
        """The other targets and those of more than `tiles.HUB_EDGES` edges, or None where there are no such."""
        return _hubs_apart(self.rowptr)

    @LazyProperty
    def column_hubs(self) -> tuple[Tensor, Tensor] | None:
        """The same of the sources."""
        return _hubs_apart(self.colptr)

    @LazyProperty
    def pairs(self) -> Tensor:
        """(2, E') the edges in the order of the rows, each pair the way round in which it was given."""
        ends = (self.source, self.target)
        return torch.stack(ends if self.flow == "source_to_target" else ends[::-1])

    @LazyProperty
    def listed(self) -> Tensor:
        """(2, E') the edges in the order of the list, each pair the way round in which it was given."""
        return self.pairs[:, self.back]

    @property
    def sent(self) -> Tensor:
        """(2, E') the list: the edges along which messages go."""
        return self.listed

    @LazyProperty
    def back(self) -> Tensor:
        """(E',) place in the rows of each edge of the list."""
        back = torch.empty_like(self.order)
        back[self.order] = torch.arange(self.num_edges, device=back.device)
        return back

    @LazyProperty
    def has_duplicates(self) -> bool:
        """Whether some ordered pair of nodes is joined more than once."""
        pairs = self.target * self.num_sources + self.source
        return bool((pairs[1:] == pairs[:-1]).any())

    @LazyProperty
    def no_edge(self) -> Tensor:
        """(N, M) True where node i does not hear node j."""
        mask = torch.ones(self.num_nodes, self.num_sources, dtype=torch.bool, device=self.order.device)
        mask[self.target, self.source] = False
        return mask

    @LazyProperty
    def deaf(self) -> Tensor | None:
        """(N, 1) True for nodes that receive nothing, or None when each receives something."""
        deaf = self.rowptr.diff() == 0
        return deaf.view(-1, 1) if bool(deaf.any()) else None

    def list_of(self, values: Tensor, loop_values: Tensor | None = None) -> Tensor:
        """Bring values of the given edges (E, ...) into the order of the list (E', ...), differentiably.

        Args:
            values: One entry for each given edge.
            loop_values: One entry for each self-loop, where these edges have them.
        """
        if loop_values is None:
            return values
        return torch.cat([values if self.kept is None else values[self.kept], loop_values])

    def loop_values(self, values: Tensor, fill: float) -> Tensor:
        """Return the values of the self-loops, of those of the given edges (E,): `fill` where a node had none."""
        loops = values.new_full((self.num_loops,), fill)
        return loops.index_put((self.loop_nodes,), values[self.loop_places])


def _hubs_apart(starts: Tensor) -> tuple[Tensor, Tensor] | None:
    is_hub = starts.diff() > tiles.HUB_EDGES
    if not bool(is_hub.any()):
        return None
    return (~is_hub).nonzero().view(-1), is_hub.nonzero().view(-1)


def sorted_edges(
    edge_index: Tensor,
    num_nodes: int,
    *,
    self_loops: bool = False,
    flow: str = "source_to_target",
    num_sources: int | None = None,
) -> SortedEdges:
    """Return the sorted edges of an edge list, made once for each list and remembered while it lives."""
    if not isinstance(edge_index, Tensor):
        raise ValueError(f"edge_index must be a tensor of shape (2, E), but is a {type(edge_index).__name__}")
    return remembered(
        edge_index,
        ("sorted", num_nodes, self_loops, flow, num_sources),
        lambda: SortedEdges(edge_index, num_nodes, self_loops=self_loops, flow=flow, num_sources=num_sources),
    )
