"""The one form that every description of a graph is brought to: its edges, their weights, and its nodes."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Data

from gnnlab.graphs.node_names import NodeNames


@dataclass(frozen=True)
class GraphParts:
    """Edges, weights and nodes of a graph.

    Args:
        edge_index: (2, E) source and target of each edge.
        edge_weight: (E,) weights; None: ones.
        num_nodes: N.
        names: What the graph itself calls its nodes, one for each; None: they have numbers alone.
        sized: Whether the graph says how many nodes it has. An edge list does not: N is its largest node plus one.
        places: Whether numbers are places also where a name looks like one, as the words of a text may.
    """

    edge_index: Tensor
    edge_weight: Tensor | None
    num_nodes: int
    names: list[Hashable] | None = None
    sized: bool = True
    places: bool = False

    def node_names(self) -> NodeNames:
        """Return what finds nodes by their names."""
        return NodeNames(self.names, self.num_nodes, places=self.places)

    def data(self) -> Data:
        """Return the graph as PyG's Data, with `edge_weight` and `names` where they are known."""
        made = Data(edge_index=self.edge_index, num_nodes=self.num_nodes)
        if self.edge_weight is not None:
            made.edge_weight = self.edge_weight
        if self.names is not None:
            made.names = [str(name) for name in self.names]
        return made


def parts_of_edges(
    edges: Iterable[tuple[int, int]],
    weights: list[float] | None,
    num_nodes: int,
    names: list[Hashable] | None = None,
    *,
    sized: bool = True,
) -> GraphParts:
    """Return the parts of edges (source, target) between numbered nodes; weights that are all 1 are left out."""
    index = torch.tensor(list(edges), dtype=torch.long).view(-1, 2).t().contiguous()
    plain = weights is None or all(weight == 1 for weight in weights)
    return GraphParts(index, None if plain else weight_tensor(weights or []), num_nodes, names, sized)


def weight_tensor(weights: list[Any]) -> Tensor:
    """Return weights of Python in torch's default type, or in double where that would make one of them 0 or infinite.

    >>> weight_tensor([0.5, 2.0]).dtype, weight_tensor([1e-60, 2.0]).dtype
    (torch.float32, torch.float64)
    """
    exact = torch.tensor(weights, dtype=torch.double)
    usual = exact.to(torch.get_default_dtype())
    return usual if torch.equal(usual == 0, exact == 0) and bool(usual.isfinite().all()) else exact


def finite_weight(value: object, where: str) -> float:
    """Return a weight as a number, and raise a ValueError that begins with `where` if it is none, NaN or infinite.

    >>> finite_weight("0.5", "line 3")
    0.5
    """
    try:
        weight = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ValueError(f"{where}: the weight must be a number, but is {value!r}") from None
    if not math.isfinite(weight):
        raise ValueError(f"{where}: the weight must be finite, but is {weight:g}")
    return weight
