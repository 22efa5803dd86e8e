"""Models for sequences of numbers: time stamps as a feature, and a graph whose nodes hold numbers."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch_geometric.data import Data

from gnnlab import GraphNet


class TimesAsFeature(nn.Module):
    """A classifier whose layer has no use for time stamps reads them as one more feature.

    Shapes:
        - **x**: (B, T, I); **times**: (B, T); **lengths**: (B,)
        - **logits**: (B, C)
    """

    def __init__(self, classifier: nn.Module) -> None:
        super().__init__()
        self.classifier = classifier

    def forward(self, x: Tensor, *, times: Tensor, lengths: Tensor) -> Tensor:
        logits: Tensor = self.classifier(torch.cat([x, times.unsqueeze(-1)], dim=-1), lengths=lengths)
        return logits


class GraphOfValues(nn.Module):
    """A graph network over a sequence of numbers: a node a step, and one that asks where the graph has a query.

    Each node reads its numbers, its time stamp where there is one, whether its step is within the sequence, and its
    place in 0..1. All go through one dense layer, as the symbols of the other tasks do.

    Args:
        graph: The edge list that all sequences share.
        num_features: Numbers a step, a time stamp included.
        num_outputs: C.
        hidden_channels: H.
        position: Whether nodes know their place.
        **options: Of ``GraphNet``.

    Shapes:
        - **x**: (B, T, I); **times**: (B, T) or None; **lengths**: (B,) or None
        - **outputs**: (B, C)
    """

    edge_index: Tensor
    place: Tensor

    def __init__(
        self,
        graph: Data,
        num_features: int,
        num_outputs: int,
        *,
        hidden_channels: int,
        position: bool = True,
        **options: Any,
    ) -> None:
        super().__init__()
        nodes = int(graph.num_nodes or 0)
        self.query = int(graph.query) if "query" in graph else None
        place = torch.linspace(0, 1, nodes, device=graph.edge_index.device).unsqueeze(-1) * position
        self.register_buffer("edge_index", graph.edge_index, persistent=False)
        self.register_buffer("place", place, persistent=False)
        self.dense = nn.Linear(num_features + 2, hidden_channels)
        self.net = GraphNet(hidden_channels, hidden_channels, num_outputs, **options)

    def forward(self, x: Tensor, *, times: Tensor | None = None, lengths: Tensor | None = None) -> Tensor:
        B, T, _ = x.shape
        # 1. numbers, times and validity of each step
        within = (
            x.new_ones(B, T)
            if lengths is None
            else (torch.arange(T, device=x.device) < lengths[:, None]).to(x)
        )
        if lengths is not None:
            x = x * within.unsqueeze(-1)  # what stands behind the end is nobody's number
        parts = (
            [x, within.unsqueeze(-1)] if times is None else [x, times.unsqueeze(-1) / T, within.unsqueeze(-1)]
        )
        features = torch.cat(parts, dim=-1)  # (B, T, I + 1)
        if self.query is not None:
            nodes = len(self.place)  # the query has no numbers, nor has a virtual node
            features = nn.functional.pad(features, (0, 0, 0, nodes - T))
        features = torch.cat([features, self.place.expand(B, -1, -1)], dim=-1)  # (B, N, I + 2)
        # 2. dense layer and graph network
        return self.net(self.hidden(features), self.edge_index, query=self.query)

    def hidden(self, features: Tensor) -> Tensor:
        """What the first convolution sees, (B, N, H)."""
        return torch.relu(self.dense(features))
