"""Attention of every node over all nodes of its graph, which knows the edges as a bias."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from gnnlab.layers.arguments import check_flags, check_sizes
from gnnlab.layers.edge_list import (
    check_edge_form,
    check_edge_index,
    check_features,
    is_sparse_matrix,
    plain_edge_index,
)
from gnnlab.layers.memory import remembered
from gnnlab.layers.node_groups import NodeGroups, node_groups
from gnnlab.layers.places import check_batch
from gnnlab.layers.tracing import has_values


class GraphTransformerConv(nn.Module):
    """A graph transformer's attention: all nodes of a graph hear each other, and edges are a bias of their scores.

    Equation, for each of K heads::

        sᵢⱼ = (W_q xᵢ)·(W_k xⱼ) / √O + b[kind of (i, j)]       kinds: no edge, an edge j → i, i = j
        αᵢⱼ = exp sᵢⱼ / Σⱼ exp sᵢⱼ                             j over all nodes of the graph of i
        yᵢ  = Σⱼ αᵢⱼ W_v xⱼ,  heads side by side, + W_s xᵢ      (with `root_weight`)

    A learned number a head for how two nodes stand to each other is the spatial bias of Graphormer (Ying et al. 2021,
    https://arxiv.org/abs/2106.05234) with distances 0, 1 and more; theirs tells longer distances apart, and has
    features of edges and degrees besides. Dwivedi & Bresson 2021 (https://arxiv.org/abs/2012.09699) named the graph
    transformer; theirs attends over neighbours. Projections and names are those of PyG's `TransformerConv`, which
    attends over neighbours too, and whose weights `load_state_dict(..., strict=False)` takes.

    A layer costs N² numbers a head, whatever the edges. One layer reaches all nodes, so no label is too far away; what
    the edges say enters through the bias alone. It begins at zero: at first no edge counts more than another pair.

    Args:
        in_channels: F.
        out_channels: O, of each head.
        heads: K.
        edge_bias: Learn b. Without it edges are not seen at all, as in a Transformer over a set.
        root_weight: Add W_s xᵢ.
        bias: Give all projections a bias.

    Shapes:
        x (N, F), or (B, N, F) where examples share the edge list; edge_index (2, E); edge_weight (E,) is refused;
        batch (N,) the graph of each node where x (N, F) are several graphs; result (N, K O) or (B, N, K O).

    Variables:
        lin_query, lin_key, lin_value, lin_skip: weight (K O, F), bias (K O,).
        edge_bias (K, 3): b, zeros.

    Raises:
        ValueError: Weights of edges, which it does not know; an edge between two graphs; edges out of range; x of the
            wrong width or type; an option of the wrong kind.

    >>> import torch
    >>> from gnnlab import GraphTransformerConv, path_graph
    >>> conv = GraphTransformerConv(5, 4, heads=2)
    >>> conv(torch.ones(7, 3, 5), path_graph(3).edge_index).shape
    torch.Size([7, 3, 8])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        heads: int = 1,
        *,
        edge_bias: bool = True,
        root_weight: bool = True,
        bias: bool = True,
    ) -> None:
        super().__init__()
        check_sizes(in_channels=in_channels, out_channels=out_channels, heads=heads)
        check_flags(edge_bias=edge_bias, root_weight=root_weight, bias=bias)
        self.in_channels, self.out_channels, self.heads = in_channels, out_channels, heads
        self.lin_key = nn.Linear(in_channels, heads * out_channels, bias)
        self.lin_query = nn.Linear(in_channels, heads * out_channels, bias)
        self.lin_value = nn.Linear(in_channels, heads * out_channels, bias)
        self.lin_skip = nn.Linear(in_channels, heads * out_channels, bias) if root_weight else None
        self.edge_bias = nn.Parameter(torch.zeros(heads, 3)) if edge_bias else None

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        *,
        batch: Tensor | None = None,
    ) -> Tensor:
        """Return Y."""
        check_features(x, self.in_channels, self.lin_key.weight)
        if edge_weight is not None:
            raise ValueError("edge_weight must be None: GraphTransformerConv takes no weights of edges")
        if is_sparse_matrix(edge_index):
            raise ValueError("edge_index must be an edge list (2, E), but is a sparse matrix")
        check_edge_form(edge_index)
        nodes = x.size(-2)
        remembered(edge_index, ("checked", nodes), lambda: check_edge_index(edge_index, nodes))
        check_batch(x, batch, None)
        groups = None if batch is None else node_groups(batch)
        # 1. queries, keys, values, by head: (..., K, N, O), `...` examples, or graphs filled up to one size
        query, key, value = (
            self._by_head(lin(x), groups) for lin in (self.lin_query, self.lin_key, self.lin_value)
        )
        # 2. scores, and what the edges add to them
        scores = query @ key.transpose(-1, -2) / math.sqrt(self.out_channels)
        if self.edge_bias is not None:
            kinds = _kinds(edge_index, x, batch, groups)
            scores = scores + torch.einsum("kc,...cij->...kij", self.edge_bias.to(scores.dtype), kinds)
        if groups is not None:
            scores = scores.masked_fill(groups.strangers, torch.finfo(scores.dtype).min)
        # 3. sums of the values, heads side by side
        out = (scores.softmax(-1) @ value).transpose(-2, -3).flatten(-2)
        if groups is not None:
            out = groups.back(out)
        return out if self.lin_skip is None else out + self.lin_skip(x)

    def _by_head(self, values: Tensor, groups: NodeGroups | None) -> Tensor:
        if groups is not None:
            values = groups.apart(values)
        return values.unflatten(-1, (self.heads, self.out_channels)).transpose(-2, -3)

    def reset_parameters(self) -> None:
        """Draw all weights anew from torch's generator, and set b to zero."""
        for lin in (self.lin_key, self.lin_query, self.lin_value, self.lin_skip):
            if lin is not None:
                lin.reset_parameters()
        if self.edge_bias is not None:
            nn.init.zeros_(self.edge_bias)


def _kinds(edge_index: Tensor, x: Tensor, batch: Tensor | None, groups: NodeGroups | None) -> Tensor:
    """Return (..., 3, N, N), which kind each pair (i, j) is: no edge, an edge j → i, i = j; each 0 or 1."""
    nodes, dtype = x.size(-2), x.dtype

    def make() -> Tensor:
        source, target = plain_edge_index(edge_index)
        same = torch.eye(nodes if groups is None else groups.size, device=x.device, dtype=dtype)
        if groups is None:
            joined = torch.zeros(nodes, nodes, device=x.device, dtype=dtype)
            at: tuple[Tensor, ...] = (target, source)
        else:
            if has_values(edge_index, batch) and bool((groups.graph[source] != groups.graph[target]).any()):
                raise ValueError("edge_index must join nodes of one graph of batch, but joins two graphs")
            joined = torch.zeros(groups.count, groups.size, groups.size, device=x.device, dtype=dtype)
            at = (groups.graph[target], groups.place[target], groups.place[source])
        joined = joined.index_put(at, torch.ones((), device=x.device, dtype=dtype)) * (1 - same)
        return torch.stack([1 - joined - same, joined, same.expand_as(joined)], dim=-3)

    return remembered(edge_index, ("kinds", nodes, dtype, x.device), make, also=batch)
