"""A stack of convolutions, a read-out, a head."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnnlab.layers.arguments import check_choice, check_flags, check_number, check_sizes
from gnnlab.layers.edge_list import check_features
from gnnlab.layers.gat import GATConv
from gnnlab.layers.gcn import GCNConv
from gnnlab.layers.places import check_places
from gnnlab.layers.precision import wide_scatter
from gnnlab.layers.static_graph import static, takes_batch
from gnnlab.layers.tracing import has_values

CONVS = ("gcn", "gat")
READOUTS = ("query", "mean", "max", "sum", "none")
JUMPS = ("last", "max", "cat")


class GraphNet(nn.Module):
    """L graph convolutions, a read-out over nodes and a linear head.

    Equation::

        H⁰ = X
        Hˡ = dropout(φ(conv(Hˡ⁻¹))) (+ Hˡ⁻¹ with `residual`, where the sizes agree)   l = 1..L
        Hˡ = layernorm(Hˡ) with `norm`
        J  = Hᴸ, or max(H¹, ..., Hᴸ), or [H¹, ..., Hᴸ]    (`jump`)
        p  = W read(J) + b

    φ is ReLU after a GCN and ELU after a GAT, as in the papers. L layers hear L steps far: with the read-out
    at the query node, nothing further away than L edges can change the answer.

    Args:
        in_channels: F.
        hidden_channels: H, of every layer; for a GAT of all heads together.
        out_channels: C, the classes.
        num_layers: L, one or more.
        conv: `"gcn"`, `"gat"`, or any function `(in_channels, out_channels) -> layer`; the layer is called as PyG's
            convolutions are, and with `batch=` where there are several graphs and it takes one. One of PyG's own is
            put into a `StaticGraphConv`, so that it takes (B, N, F) too.
        heads: K of a GAT; K must divide H.
        readout: `"query"` (one node), `"mean"`, `"max"`, `"sum"` (all nodes), or `"none"`: logits of every
            node.
        residual: Add the input of a layer to its output.
        norm: Normalise the channels of each node after every layer (Ba et al. 2016).
        full_last: The last layer runs over edges between all pairs of nodes of a graph, whatever its edges
            are: the fully adjacent last layer of Alon & Yahav 2021 (https://arxiv.org/abs/2006.05205).
        shared: All layers are one, with one set of weights, as the steps of a recurrent network are; a `norm` too.
        jump: What is read: `"last"` layer alone, or of all layers the largest of each channel, `"max"`, or all
            channels, `"cat"`: Jumping Knowledge (Xu et al. 2018, https://arxiv.org/abs/1806.03536).
        dropout: After every layer, in training.
        activation: φ. Default: ReLU, and ELU after a GAT.
        **conv_options: Passed to every convolution (`add_self_loops`, `kernel`, ...).

    Shapes:
        x (N, F) or (B, N, F) over one edge list. Result (C,) of one graph, (B, C), or, with `batch`, (G, C);
        for the read-out "none" (N, C) or (B, N, C).

    Variables:
        convs: L convolutions, the first F → H, the others H → H; `shared.conv` where they are one.
        norms: L layer normalisations (H,), where `norm`; `shared.norm` where they are one.
        head.weight (C, H), or (C, L H) for `jump="cat"`; head.bias (C,).

    Raises:
        ValueError: An unknown `conv`, `readout` or `jump`, no layers, heads that do not divide H, F other than H where
            layers are `shared`, a read-out at the query node without `query`, nodes or graphs that are not there, or
            an option of the wrong kind.

    >>> import torch
    >>> from gnnlab import GraphNet, palindrome_graph
    >>> graph = palindrome_graph(5)
    >>> net = GraphNet(3, 8, 10, num_layers=4)
    >>> net(torch.randn(7, 5, 3), graph.edge_index, query=graph.query).shape
    torch.Size([7, 10])
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int,
        out_channels: int,
        num_layers: int,
        *,
        conv: str | Callable[[int, int], nn.Module] = "gcn",
        heads: int = 1,
        readout: str = "query",
        residual: bool = False,
        norm: bool = False,
        full_last: bool = False,
        shared: bool = False,
        jump: str = "last",
        dropout: float = 0.0,
        activation: Callable[[Tensor], Tensor] | None = None,
        **conv_options: Any,
    ) -> None:
        super().__init__()
        if not callable(conv) and not (isinstance(conv, str) and conv in CONVS):
            raise ValueError(f"conv must be one of {', '.join(CONVS)} or a function, but is {conv!r}")
        check_choice("readout", readout, READOUTS)
        check_choice("jump", jump, JUMPS)
        check_flags(residual=residual, norm=norm, full_last=full_last, shared=shared)
        if activation is not None and not callable(activation):
            raise ValueError(f"activation must be a function, but is {activation!r}")
        check_sizes(in_channels=in_channels, hidden_channels=hidden_channels, out_channels=out_channels)
        check_sizes(num_layers=num_layers, heads=heads)
        check_number("dropout", dropout, least=0, most=1)
        if conv == "gat" and hidden_channels % heads:
            raise ValueError(f"heads must divide hidden_channels = {hidden_channels}, but is {heads}")
        if shared and in_channels != hidden_channels:
            raise ValueError(
                f"in_channels must be hidden_channels = {hidden_channels} where layers are shared, but is {in_channels}"
            )
        self.in_channels, self.hidden_channels, self.out_channels = in_channels, hidden_channels, out_channels
        self.num_layers, self.readout, self.residual, self.dropout = num_layers, readout, residual, dropout
        self.full_last, self.jump = full_last, jump
        self.activation = activation or (F.elu if conv == "gat" else F.relu)
        sizes = [in_channels] + [hidden_channels] * (0 if shared else num_layers - 1)
        if callable(conv):
            layers = [static(conv(size, hidden_channels, **conv_options)) for size in sizes]
        elif conv == "gcn":
            layers = [GCNConv(size, hidden_channels, **conv_options) for size in sizes]
        else:
            one = hidden_channels // heads
            layers = [GATConv(size, one, heads=heads, **conv_options) for size in sizes]
        norms: list[nn.Module] = [nn.LayerNorm(hidden_channels) for _ in range(len(sizes) * norm)]
        self.convs: nn.ModuleList | list[nn.Module]
        self.norms: nn.ModuleList | list[nn.Module]
        if shared:  # a list of Python registers nothing, so the weights are there once, whatever L is
            self.shared = nn.ModuleDict(dict(zip(("conv", "norm"), (*layers, *norms))))
            self.convs, self.norms = layers * num_layers, norms * num_layers
        else:
            self.convs, self.norms = nn.ModuleList(layers), nn.ModuleList(norms)
        self._takes_batch = [takes_batch(conv) for conv in self.convs]
        self._pairs: Tensor | None = None
        self.head = nn.Linear(hidden_channels * (num_layers if jump == "cat" else 1), out_channels)

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        *,
        batch: Tensor | None = None,
        query: int | Tensor | None = None,
        batch_size: int | None = None,
    ) -> Tensor:
        """Return logits.

        Args:
            x: Node features.
            edge_index: The graph, (2, E) or a sparse matrix.
            edge_weight: (E,) weights.
            batch: (N,) the graph of each node, as PyG's loaders make it, for x (N, F) of several graphs.
            query: The node to read out at; with `batch` the nodes (G,).
            batch_size: G, where the last graphs may have no nodes, or where steps are traced. Default: as many as
                `batch` names. A graph without nodes is read as zeros.
        """
        check_features(x)
        check_places(x, batch, query if self.readout == "query" else None, batch_size)
        # 1. layers
        known: list[Tensor] = []
        for layer in range(self.num_layers):
            x = self.layer(layer, x, edge_index, edge_weight, batch=batch)
            known += [] if self.jump == "last" else [x]
        if known:
            x = torch.cat(known, dim=-1) if self.jump == "cat" else torch.stack(known).amax(0)
        # 2. read-out
        x = self._read(x, batch, query, batch_size)
        # 3. head
        return self.head(x)

    def layer(
        self,
        number: int,
        x: Tensor,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        *,
        batch: Tensor | None = None,
    ) -> Tensor:
        """Return Hˡ (N, H) of Hˡ⁻¹ for l = `number` + 1: convolution, activation, dropout, residual, normalisation."""
        if self._is_full(number):
            edge_weight = None
        edge_index = self.layer_edges(number, x, edge_index, batch)
        given = () if edge_weight is None else (edge_weight,)
        graphs = {"batch": batch} if batch is not None and self._takes_batch[number] else {}
        h = self.activation(self.convs[number](x, edge_index, *given, **graphs))
        h = F.dropout(h, self.dropout, self.training)
        x = x + h if self.residual and x.shape == h.shape else h
        return self.norms[number](x) if self.norms else x

    def layer_edges(self, number: int, x: Tensor, edge_index: Tensor, batch: Tensor | None = None) -> Tensor:
        """Return the edges (2, E) of layer `number` + 1: those given, or all pairs for a fully adjacent last layer."""
        return self._all_pairs(x, batch) if self._is_full(number) else edge_index

    def _is_full(self, number: int) -> bool:
        return self.full_last and number == self.num_layers - 1

    def _all_pairs(self, x: Tensor, batch: Tensor | None) -> Tensor:
        """Edges between all nodes of a graph; those of one graph are kept, because layers remember them."""
        if batch is not None:
            return (batch.unsqueeze(1) == batch).nonzero().t()
        nodes = x.size(-2)
        if not has_values(x):
            node = torch.arange(nodes, device=x.device)
            return torch.cartesian_prod(node, node).view(-1, 2).t()
        if self._pairs is None or self._pairs.size(1) != nodes**2 or self._pairs.device != x.device:
            node = torch.arange(nodes, device=x.device)
            self._pairs = torch.cartesian_prod(node, node).view(-1, 2).t().contiguous()
        return self._pairs

    def _read(
        self, x: Tensor, batch: Tensor | None, query: int | Tensor | None, batch_size: int | None
    ) -> Tensor:
        if self.readout == "none":
            return x
        if self.readout == "query":
            if query is None:
                raise ValueError("query must be the node to read out at where readout='query', but is None")
            return x[..., query, :]
        if batch is not None:
            graphs = batch_size if batch_size is not None else int(batch.max()) + 1 if batch.numel() else 0
            return wide_scatter(x, batch, -2, graphs, self.readout)
        if x.size(-2) == 0:
            return x.new_zeros(*x.shape[:-2], x.size(-1))
        return x.amax(-2) if self.readout == "max" else getattr(x, self.readout)(-2)

    def reset_parameters(self) -> None:
        """Draw all weights anew from torch's generator."""
        for layer in dict.fromkeys((*self.convs, *self.norms)):  # each once, where layers share their weights
            layer.reset_parameters()
        self.head.reset_parameters()
