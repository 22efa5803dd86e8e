"""Networks that classify the nodes of one graph, by default as in the papers of GCN and GAT."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Adam

from experiments.lab.citation.settings import NodeModel, NodeTraining


class FeatureDropout(nn.Module):
    """Dropout of a fixed matrix that is mostly zeros.

    An entry that is zero stays zero, dropped or not, so random numbers are drawn for the others alone. On Cora that is
    one entry in eighty, and drawing for all of them would take most of a training step.

    Args:
        probability: Of dropping an entry in training; the others are scaled by 1 / (1 - probability).
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability
        self._last: tuple[Tensor, Tensor, Tensor] | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Return x (N, F) with entries dropped; the places of its other entries are remembered while it is the same."""
        if not self.training or self.probability == 0:
            return x
        if self._last is None or self._last[0] is not x:
            places = x.flatten().nonzero().view(-1)
            self._last = (x, places, x.flatten()[places])
        _, places, entries = self._last
        dropped = torch.zeros_like(x)
        dropped.view(-1)[places] = F.dropout(entries, self.probability)
        return dropped


class NodeNetwork(nn.Module):
    """Two layers or more over one graph, with dropout before each.

    Equation::

        H_1     = φ(first(dropout(X), A))
        H_(k+1) = φ(between_k(dropout(H_k), A))     + H_k with residuals
        Z       = second(dropout(H), A)              logits of every node

    Args:
        first: Called as ``first(x, edge_index)``.
        second: Likewise; the last layer.
        activation: φ.
        dropout: Probability of dropping an entry of X or H in training.
        between: The layers between them.
        residual: Whether those add their input.
        norms: What follows each hidden layer before φ; none by default.

    Shapes:
        x (N, F), edge_index (2, E); result (N, C).
    """

    def __init__(
        self,
        first: nn.Module,
        second: nn.Module,
        activation: Callable[[Tensor], Tensor],
        dropout: float,
        between: Sequence[nn.Module] = (),
        residual: bool = False,
        norms: Sequence[nn.Module] = (),
    ) -> None:
        super().__init__()
        self.first, self.second = first, second
        self.activation = activation
        self.drop_features = FeatureDropout(dropout)
        self.dropout, self.residual = dropout, residual
        self.between, self.norms = nn.ModuleList(between), nn.ModuleList(norms)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """Return logits (N, C)."""
        h = F.dropout(self.hidden(x, edge_index), self.dropout, self.training)
        return self.second(h, edge_index)

    def hidden(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """Return what the last layer is given, (N, H)."""
        x = self.drop_features(x)
        h = self._hidden(0, self.first(x, edge_index))  # (N, H)
        for number, conv in enumerate(self.between, start=1):
            z = self._hidden(number, conv(F.dropout(h, self.dropout, self.training), edge_index))
            h = z + h if self.residual else z
        return h

    def _hidden(self, number: int, h: Tensor) -> Tensor:
        return self.activation(self.norms[number](h) if self.norms else h)


class Dense(nn.Module):
    """X W, called like a convolution: the edges are given, and ignored. Glorot uniform, no bias.

    Args:
        in_channels: F.
        out_channels: O.

    Shapes:
        x (N, F), edge_index (2, E); result (N, O).
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels))
        self.reset_parameters()

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """Return X W, (N, O)."""
        return F.linear(x, self.weight)

    def reset_parameters(self) -> None:
        """Draw W anew from torch's generator."""
        nn.init.xavier_uniform_(self.weight)


def build_node_model(spec: NodeModel, in_channels: int, classes: int) -> NodeNetwork:
    """The network of a specification, its weights drawn from torch's generator.

    GCN is softmax(Â relu(Â X W₀) W₁), without biases as in the paper; ``mlp`` is the same without Â.

    Args:
        spec: Which network.
        in_channels: F.
        classes: C.
    """
    part = spec.part
    first, second = _papers_options(spec)
    return NodeNetwork(
        part.conv(in_channels, spec.width, heads=spec.heads, **first),
        part.layer(spec.width, classes, **second),
        getattr(F, part.activation),
        spec.dropout,
        [part.conv(spec.width, spec.width, heads=spec.heads, **first) for _ in range(spec.layers - 2)],
        spec.residual,
        [nn.LayerNorm(spec.width) for _ in range(spec.layers - 1)] if spec.norm else [],
    )


def _papers_options(spec: NodeModel) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the papers' layers are told besides their sizes; any other convolution is told nothing."""
    if spec.name == "gat":
        first = {"dropout": spec.dropout}
        return first, {**first, "heads": spec.output_heads, "concat": False}
    own = {"bias": False} if spec.name == "gcn" else {}
    return own, own


def build_optimizer(model: NodeNetwork, settings: NodeTraining) -> Adam:
    """Adam, with weight decay on all layers or on the first alone."""
    rest = settings.weight_decay if settings.decay_all else 0.0
    first = list(model.first.parameters())
    others = [weight for weight in model.parameters() if all(weight is not each for each in first)]
    groups = [
        {"params": first, "weight_decay": settings.weight_decay},
        {"params": others, "weight_decay": rest},
    ]
    return Adam(groups, lr=settings.learning_rate)
