"""A graph network over examples that each have a graph of their own, called as a recurrent network is."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from gnnlab.layers.arguments import check_choice, check_flags, check_sizes
from gnnlab.layers.edge_list import check_edge_index, check_features
from gnnlab.layers.graph_net import READOUTS, GraphNet
from gnnlab.layers.places import check_lengths, check_tokens


class ExampleGraphClassifier(nn.Module):
    """Steps of sequences on the nodes of graphs that differ from example to example.

    Equation::

        x_t = E[token t] or the numbers of step t, with P[t] where `position`
        X   = relu(x W + b)              (one dense layer)
        p   = GraphNet(X, edges)         (read at the query node, or over the nodes of the example)

    Either the graph is a path as long as the example, with a query node behind its last step where `query`; or the
    edges come with each example. The graphs of a batch become one graph without edges between them, and nodes that an
    example does not have are not there at all: they send nothing, and no mean counts them. How many there are is known
    from the values of `lengths` and `edges` alone; without both, `torch.func` and tracing go through.

    Args:
        num_steps: T, steps of the longest example.
        num_outputs: C.
        hidden_channels: H.
        num_layers: L.
        num_tokens: V; None where inputs are numbers.
        num_features: Numbers a step, where inputs are numbers.
        embedding_channels: Size of the embeddings of tokens.
        edge_index: Edges (2, E) over T nodes, and one more where `query`; an example of l steps stands on the last l
            of the T, so that its end is where every example ends. None where examples bring their own.
        query: Whether the last node of `edge_index` asks, and is read.
        readout: Of `GraphNet`; `"query"` only with `query`.
        position: Nodes know how many steps before the end they stand.
        **options: Of `GraphNet`.

    Shapes:
        inputs (B, T) long or (B, T, F); lengths (B,); edges (B, 2, E) long, with -1 where an example has fewer; logits
        (B, C), or (B, T, C) for the read-out "none", zero where an example has no step.

    Raises:
        ValueError: No edges at all, edges out of range, a read-out at a query that is not there, or inputs, lengths or
            options of the wrong kind.
    """

    edge_index: Tensor | None

    def __init__(
        self,
        num_steps: int,
        num_outputs: int,
        *,
        hidden_channels: int,
        num_layers: int,
        num_tokens: int | None = None,
        num_features: int = 1,
        embedding_channels: int = 16,
        edge_index: Tensor | None = None,
        query: bool = False,
        readout: str = "mean",
        position: bool = True,
        **options: Any,
    ) -> None:
        super().__init__()
        check_sizes(num_steps=num_steps, num_outputs=num_outputs, num_features=num_features)
        check_sizes(embedding_channels=embedding_channels, hidden_channels=hidden_channels)
        check_sizes(**{} if num_tokens is None else {"num_tokens": num_tokens})
        check_choice("readout", readout, READOUTS)
        check_flags(query=query, position=position)
        if edge_index is not None:
            check_edge_index(edge_index, num_steps + query)
        if readout == "query" and not query:
            raise ValueError("readout must be mean, max, sum or none where no node asks, but is 'query'")
        self.num_steps, self.query = num_steps, query
        self.register_buffer("edge_index", edge_index, persistent=False)
        width = num_features if num_tokens is None else embedding_channels
        self.embedding = None if num_tokens is None else nn.Embedding(num_tokens, embedding_channels)
        self.place = nn.Embedding(num_steps, width) if position else None
        self.ask = nn.Parameter(torch.empty(width)) if query else None
        self.dense = nn.Linear(width, hidden_channels)
        self.net = GraphNet(
            hidden_channels, hidden_channels, num_outputs, num_layers, readout=readout, **options
        )
        if self.ask is not None:
            nn.init.normal_(self.ask)

    def forward(
        self, inputs: Tensor, *, lengths: Tensor | None = None, edges: Tensor | None = None
    ) -> Tensor:
        """Return logits."""
        return self.read(self.encode(inputs), lengths=lengths, edges=edges)

    def encode(self, inputs: Tensor) -> Tensor:
        """Return the features (B, T, D) of the steps.

        Raises:
            ValueError: Inputs of another shape or type, or tokens out of range.
        """
        if self.embedding is None:
            check_features(inputs, self.dense.in_features, self.dense.weight, name="inputs")
            if inputs.dim() != 3:
                raise ValueError(f"inputs must have the shape (B, T, F), but has {tuple(inputs.shape)}")
            return inputs
        check_tokens("inputs", inputs, self.embedding.num_embeddings)
        return self.embedding(inputs)

    def read(self, x: Tensor, *, lengths: Tensor | None = None, edges: Tensor | None = None) -> Tensor:
        """Return the logits of features (B, T, D): all of the model behind `encode`.

        Raises:
            ValueError: More steps than `num_steps`, or lengths (B,) or edges (B, 2, E) that do not fit.
        """
        B, T, D = x.shape
        if self.num_steps < T:
            raise ValueError(f"inputs must have at most num_steps = {self.num_steps} steps, but has {T}")
        if self.edge_index is not None and self.num_steps != T:
            raise ValueError(
                f"inputs must have num_steps = {self.num_steps} steps, as edge_index has, but has {T}"
            )
        check_lengths(lengths, B, T)
        full = lengths is None  # then sizes depend on no value, and steps can be traced and transformed
        if lengths is None:
            lengths = torch.full((B,), T, device=x.device)
        steps = torch.arange(T, device=x.device)
        there = steps < lengths.unsqueeze(1)  # (B, T)
        # 1. steps by how far from the end they are, and where the example begins among the nodes
        if self.place is not None:
            before_end = (lengths.unsqueeze(1) - 1 - steps).clamp(min=0, max=self.num_steps - 1)
            x = x + self.place(before_end)
        begin = torch.zeros_like(lengths) if self.edge_index is None else T - lengths
        # 2. nodes that are there, numbered through the batch: (B, N) -> 0..M-1, -1 for none
        numbers = there.flatten().cumsum(0).view(B, T) - 1
        numbers = numbers.masked_fill(~there, -1)
        examples = torch.arange(B, device=x.device).unsqueeze(1).expand(B, T)
        if full:
            rows, examples = x.flatten(0, 1), examples.flatten()
        else:
            rows, examples = x[there], examples[there]
        query = None
        if self.ask is not None:
            query = len(rows) + torch.arange(B, device=x.device)
            rows = torch.cat([rows, self.ask.expand(B, D)])
            examples = torch.cat([examples, torch.arange(B, device=x.device)])
        # 3. edges of all examples
        index = self._edges(numbers, begin, edges, query, full=full)
        # 4. graph network, and back to a row an example
        found = self.net(torch.relu(self.dense(rows)), index, batch=examples, query=query, batch_size=B)
        if self.net.readout != "none":
            return found
        if full:
            return found[: B * T].view(B, T, -1)
        answers = found.new_zeros(B, T, found.size(-1))
        answers[there] = found[: int(there.sum())]
        return answers

    def _edges(
        self, numbers: Tensor, begin: Tensor, edges: Tensor | None, query: Tensor | None, *, full: bool
    ) -> Tensor:
        B, T = numbers.shape
        if self.edge_index is None:
            if edges is None:
                raise ValueError("edges must be given: this network has no edges of its own")
            _check_edges(edges, B, T)
            ends = edges.transpose(0, 1).flatten(1)  # (2, B E)
            owner = torch.arange(B, device=numbers.device).repeat_interleave(edges.size(2))
            ends, owner = ends[:, ends[0] >= 0], owner[ends[0] >= 0]
            index = numbers[owner.expand(2, -1), ends]
        else:
            # Nodes 0..T-1 of the shared graph are the steps from `begin` on, node T is the query.
            moved = torch.arange(T, device=numbers.device) - begin.unsqueeze(1)  # step on each node
            of_node = numbers.gather(1, moved.clamp(min=0)).masked_fill(moved < 0, -1)
            if query is not None:
                of_node = torch.cat([of_node, query.unsqueeze(1)], dim=1)
            index = of_node[:, self.edge_index].transpose(0, 1).flatten(1)  # (2, B E)
            if full:
                return index
        return index[:, (index >= 0).all(0)]

    def reset_parameters(self) -> None:
        """Draw all weights anew from torch's generator."""
        for module in (self.embedding, self.place, self.dense, self.net):
            if module is not None:
                module.reset_parameters()
        if self.ask is not None:
            nn.init.normal_(self.ask)


def _check_edges(edges: Any, batch: int, steps: int) -> None:
    if not isinstance(edges, Tensor) or edges.dim() != 3 or edges.shape[:2] != (batch, 2):
        shape = tuple(edges.shape) if isinstance(edges, Tensor) else type(edges).__name__
        raise ValueError(f"edges must have the shape ({batch}, 2, E), but has {shape}")
    if edges.dtype not in (torch.long, torch.int):
        raise ValueError(f"edges must hold torch.long, but holds {edges.dtype}")
    if (
        edges.device.type == "cpu" and edges.numel() and int(edges.max()) >= steps
    ):  # a GPU would be waited for
        raise ValueError(f"edges must join nodes 0..{steps - 1}, but one joins node {int(edges.max())}")
