"""Networks that forecast every node's next value: recurrent, graph, and the one inside the other."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from experiments.core.registry import Part
from experiments.lab.forecasts.specs import LAST, ForecastModel
from experiments.training.budget import closest_size, count_parameters
from gnnlab import GraphTransformerConv, StaticGraphConv
from seq import RecurrentLayer

HEADS = 2  # of a convolution that has heads


class SnapshotStack(nn.Module):
    """Graph layers on every snapshot, each with a path of its own for the node itself.

    Equation::

        X' = relu(conv(X, edges) + X U)

    A convolution mixes a node with its neighbours; what the node itself holds keeps a way around that mixture.

    Weights of edges go to a convolution that takes them: a GCN multiplies by them, and an attention that has edge
    features reads them as one. Others see edges without weights.

    Args:
        in_channels: F.
        hidden: H.
        layers: L, 1 or more.
        part: The convolution.
        weighted: Whether edges have weights.

    Shapes:
        x (B, N, F), edge_index (2, E), edge_weight (E,) or None; result (B, N, H).
    """

    def __init__(
        self, in_channels: int, hidden: int, layers: int, part: Part, weighted: bool = False
    ) -> None:
        super().__init__()
        sizes = [in_channels] + [hidden] * (layers - 1)
        options = {"edge_dim": 1} if weighted and "edge_features" in part.features else {}
        self.convs = nn.ModuleList(part.conv(size, hidden, heads=HEADS, **options) for size in sizes)
        self.selves = nn.ModuleList(nn.Linear(size, hidden, bias=False) for size in sizes)
        self.weighted = weighted and all(takes_weights(conv) for conv in self.convs)

    def forward(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor | None = None) -> Tensor:
        """Return the last layer's features."""
        given = (edge_index, edge_weight) if self.weighted else (edge_index,)
        for conv, own in zip(self.convs, self.selves):
            x = torch.relu(conv(x, *given) + own(x))
        return x


def takes_weights(conv: nn.Module) -> bool:
    """Whether a convolution makes something of the weights of edges."""
    if isinstance(conv, StaticGraphConv):
        return conv.takes_weight
    return not isinstance(conv, GraphTransformerConv)


class Forecaster(nn.Module):
    """Forecast the next value of every node from a window of snapshots.

    A cell, as ``lstm``, reads each node's own window. A convolution alone takes the window as W features of a node and
    knows no order in time but the place of a feature; with ``last`` it sees the last snapshot alone. With a cell graph
    layers run on every snapshot, and the cell reads each node's value and its graph features through time
    (after Seo et al. 2016, https://arxiv.org/abs/1612.07659, model 1: a graph convolution in front of an LSTM). All
    add what they say to the last value seen, so a network that says nothing is the last value.

    Args:
        spec: The model; a network.
        window: W.
        hidden: H, of the graph layers and of the cell.
        edge_index: (2, E).
        edge_weight: (E,), or None where edges have none.

    Shapes:
        x (B, W, N); result (B, N).
    """

    edge_index: Tensor
    edge_weight: Tensor | None

    def __init__(
        self,
        spec: ForecastModel,
        window: int,
        hidden: int,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
    ) -> None:
        super().__init__()
        weight = None if edge_weight is None else edge_weight.to(torch.get_default_dtype())
        self.register_buffer("edge_index", edge_index.clone(), persistent=False)
        self.register_buffer("edge_weight", weight, persistent=False)
        self.seen = (
            1 if spec.over_time or spec.name.endswith(LAST) else window
        )  # steps that are features of a node
        self.graph: SnapshotStack | None = None
        self.recurrent: RecurrentLayer | None = None
        if spec.on_graph:
            self.graph = SnapshotStack(self.seen, hidden, spec.depth, spec.part, weight is not None)
        if spec.cell is not None:
            self.recurrent = spec.cell.layer(1 + (hidden if spec.on_graph else 0), hidden)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the forecast of every node."""
        B, W, N = x.shape
        if self.recurrent is None:
            assert self.graph is not None
            features = self.graph(x[:, -self.seen :].transpose(1, 2), self.edge_index, self.edge_weight)
        else:
            steps = x.unsqueeze(-1)  # (B, W, N, 1)
            if self.graph is not None:
                around = self.graph(steps.flatten(0, 1), self.edge_index, self.edge_weight)
                around = around.unflatten(0, (B, W))
                steps = torch.cat([steps, around], dim=-1)  # (B, W, N, 1 + H)
            _, state = self.recurrent(steps.transpose(1, 2).flatten(0, 1))  # one sequence per node
            features = self.recurrent.summary(state).unflatten(0, (B, N))
        return x[:, -1] + self.head(features).squeeze(-1)


def build_forecaster(
    spec: ForecastModel, window: int, edge_index: Tensor, budget: int, edge_weight: Tensor | None = None
) -> tuple[Forecaster, int]:
    """A network within 5 % of a budget of parameters, and its hidden size.

    Raises:
        ValueError: No size comes so close.
    """

    def count(hidden: int) -> int:
        with torch.device("meta"):
            nothing = torch.empty(2, 0, dtype=torch.long)
            weight = None if edge_weight is None else torch.empty(0)
            return count_parameters(Forecaster(spec, window, hidden, nothing, weight))

    hidden = closest_size(count, budget, spec.part.step(HEADS), what=spec.label)
    return Forecaster(spec, window, hidden, edge_index, edge_weight), hidden
