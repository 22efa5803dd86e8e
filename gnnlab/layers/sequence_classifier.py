"""A graph network that is called as a recurrent one: tokens in, logits out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch_geometric.data import Data

from gnnlab.layers.arguments import check_choice, check_flags, check_sizes
from gnnlab.layers.graph_net import READOUTS, GraphNet
from gnnlab.layers.places import check_tokens


class SequenceGraphClassifier(nn.Module):
    """Tokens placed on the nodes of one shared graph, classified at its query node or over all nodes.

    Equation::

        xₜ = E[token t] + P[t]           (embedding, and position where `position`)
        X  = relu(x W + b)               (one dense layer)
        p  = GraphNet(X, edges)          (read out at the query node)

    Where the graph has a query node, a node with a symbol of its own, `num_tokens`, stands at its place; a virtual
    node (`with_virtual_node`) has one too. All examples share the graph's edge list, which is kept as a buffer,
    so a batch of B sequences is (B, N, F) over one list and is never collated.

    Args:
        graph: What the sequences look like: `edge_index`, `num_nodes` and perhaps `query`, as `path_graph`
            and `palindrome_graph` make it.
        num_tokens: V; tokens are 0..V-1.
        num_classes: C.
        hidden_channels: H.
        num_layers: L.
        embedding_channels: Size of the embeddings. Default: H.
        conv: `"gcn"`, `"gat"`, or a function that makes a layer, as for `GraphNet`.
        heads: K of a GAT.
        readout: `"query"`, `"mean"`, `"max"`, `"sum"`, or `"none"` for an answer at every node. Default: the
            query node where the graph has one, otherwise the mean.
        position: Learn an embedding of the position.
        residual, dropout: Of `GraphNet`.
        **options: Of `GraphNet` (`norm`, `full_last`, and those of its convolutions).

    Shapes:
        tokens (B, T) long, T = N less the query node and the virtual node, where there are such; logits (B, C),
        or (B, N, C) without a read-out.

    Variables:
        embedding.weight (V and one for each node without a token, D), place.weight (N, D), dense.weight (H, D),
        dense.bias (H,), net.

    Raises:
        ValueError: Tokens of the wrong shape or length, a read-out at a query node that the graph has not.

    >>> import torch
    >>> from gnnlab import SequenceGraphClassifier, palindrome_graph
    >>> model = SequenceGraphClassifier(
    ...     palindrome_graph(5), num_tokens=10, num_classes=10, hidden_channels=16, num_layers=4
    ... )
    >>> model(torch.tensor([[1, 2, 3, 2], [4, 5, 6, 5]])).shape
    torch.Size([2, 10])
    """

    edge_index: Tensor

    def __init__(
        self,
        graph: Data,
        *,
        num_tokens: int,
        num_classes: int,
        hidden_channels: int,
        num_layers: int,
        embedding_channels: int | None = None,
        conv: str | Callable[[int, int], nn.Module] = "gcn",
        heads: int = 1,
        readout: str | None = None,
        position: bool = True,
        residual: bool = False,
        dropout: float = 0.0,
        **options: Any,
    ) -> None:
        super().__init__()
        if not isinstance(graph, Data):
            raise ValueError(f"graph must be a torch_geometric.data.Data, but is a {type(graph).__name__}")
        check_sizes(num_tokens=num_tokens, num_classes=num_classes, hidden_channels=hidden_channels)
        check_sizes(**{} if embedding_channels is None else {"embedding_channels": embedding_channels})
        check_flags(position=position)
        if graph.edge_index is None or graph.num_nodes is None:
            raise ValueError("graph must have edge_index and num_nodes")
        self.num_nodes = int(graph.num_nodes)
        self.query = int(graph.query) if "query" in graph else None
        if readout is None:
            readout = "mean" if self.query is None else "query"
        check_choice("readout", readout, READOUTS)
        if readout == "query" and self.query is None:
            raise ValueError("graph must have a query node where readout='query', but has none")
        self.virtual = "virtual" in graph
        if self.virtual and readout != "query":
            raise ValueError(
                f"readout must be 'query' where the graph has a virtual node, but is {readout!r}"
            )
        self.num_tokens = num_tokens
        self.num_classes = num_classes
        self.register_buffer("edge_index", graph.edge_index.clone(), persistent=False)
        channels = embedding_channels or hidden_channels
        self.embedding = nn.Embedding(num_tokens + (self.query is not None) + self.virtual, channels)
        self.place = nn.Embedding(self.num_nodes, channels) if position else None
        self.dense = nn.Linear(channels, hidden_channels)
        self.net = GraphNet(
            hidden_channels,
            hidden_channels,
            num_classes,
            num_layers,
            conv=conv,
            heads=heads,
            readout=readout,
            residual=residual,
            dropout=dropout,
            **options,
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Return logits (B, C) of tokens (B, T)."""
        # 1. features
        x = self.encode(tokens)  # (B, N, D)
        # 2. to classes
        return self.read(x)

    def encode(self, tokens: Tensor) -> Tensor:
        """Return the features (B, N, D) of all nodes: embedded tokens (B, T), and positions.

        Raises:
            ValueError: Tokens of a wrong shape, type or range.
        """
        # 1. one token a node, and the query's own symbol
        nodes = self._place_tokens(tokens)  # (B, N)
        # 2. features
        x = self.embedding(nodes)
        return x if self.place is None else x + self.place.weight

    def hidden(self, x: Tensor) -> Tensor:
        """Return what the first convolution sees, (B, N, H), of features (B, N, D)."""
        return torch.relu(self.dense(x))

    def read(self, x: Tensor) -> Tensor:
        """Return the logits of features (B, N, D): all of the model behind `encode`."""
        return self.net(self.hidden(x), self.edge_index, query=self.query)

    def _place_tokens(self, tokens: Tensor) -> Tensor:
        length = self.num_nodes - (self.query is not None) - self.virtual
        check_tokens("tokens", tokens, self.num_tokens)
        if tokens.size(1) != length:
            raise ValueError(f"tokens must have the shape (B, {length}), but has {tuple(tokens.shape)}")
        own = (tokens.new_full((tokens.size(0), 1), self.num_tokens + k) for k in range(2))
        if self.query is not None:
            tokens = torch.cat([tokens[:, : self.query], next(own), tokens[:, self.query :]], dim=1)
        return torch.cat([tokens, next(own)], dim=1) if self.virtual else tokens

    def reset_parameters(self) -> None:
        """Draw all weights anew from torch's generator."""
        for module in (self.embedding, self.place, self.dense, self.net):
            if module is not None:
                module.reset_parameters()
