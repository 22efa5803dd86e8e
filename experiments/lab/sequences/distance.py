"""How far away the answer is in a model's graph, and how much of it a linear pass would bring to the read-out."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, Protocol

import torch
from torch import Tensor
from torch_geometric.data import Data

from experiments.core.experiment import load
from experiments.core.registry import CONVOLUTIONS, ForeignPart
from experiments.core.specs import GraphSpec
from gnnlab import adjacency_matrix, layers_until_heard, path_graph

#: More hops than these are not told apart in one layer.
MOST_HOPS = 15


class SourceTask(Protocol):
    """What is needed of a task: its graph, and the node there that holds the answer."""

    def graph(self, spec: GraphSpec) -> Data:
        """The edges that all examples share."""

    def source(self, graph: Data) -> int | None:
        """Index of the node; None where that depends on the example."""


def with_layers(spec: GraphSpec, task: SourceTask) -> GraphSpec:
    """The model with a number of layers: where it says ``reach``, as many as the answer is hops away.

    Raises:
        ValueError: The answer has no fixed place, is read over all nodes, or no path leads from it.
    """
    if spec.layers:
        return spec
    graph = task.graph(spec)
    source = task.source(graph)
    if source is None or "query" not in graph:
        raise ValueError(
            f"models: {spec.label} has as many layers as the answer is hops away, but here that is not the same for "
            "all examples; say how many, as in gcn-4"
        )
    hops = layers_until_heard(graph.edge_index, source, int(graph.query), num_nodes=graph.num_nodes)
    if hops is None:
        raise ValueError(
            f"models: {spec.label} has as many layers as the answer is hops away, but no path leads there"
        )
    return replace(spec, layers=max(1, hops))


def describe_reach(graph: Data, spec: GraphSpec, task: SourceTask) -> dict[str, Any]:
    """Hops between the answer and where it is read, and the answer's share of what is heard there.

    A read-out at the query node hears what is at most k hops away after k layers; one over all nodes hears the
    answer's own node at 0 hops. The share is (M^k)[r, source] / sum_j (M^k)[r, j] for k layers, a sum over the nodes
    r that are read: what a stack of linear layers would let through before any training. M is the matrix that the
    registry names for the convolution: Â for a GCN, uniform attention for a GAT. The share is exactly 0
    where the answer is more than k hops away. A fully adjacent last layer is one hop from everywhere.

    Args:
        graph: The graph, with ``query`` where the read-out is at one node.
        spec: The model.
        task: Knows the source node.

    Returns:
        ``hops`` (None where no path leads to the read-out), ``in_reach`` and ``answer_share``; nothing where the
        answer has no fixed node.
    """
    source = task.source(graph)
    if source is None:
        return {}
    size = {"num_nodes": graph.num_nodes}
    hops = layers_until_heard(graph.edge_index, source, int(graph.query), **size) if "query" in graph else 0
    if spec.full_last or "all_nodes" in spec.part.features:
        hops = 1 if hops is None else min(hops, 1)
    found_layers = {} if spec.layers else {"layers": with_layers(spec, task).layers}
    spec = with_layers(spec, task)
    each = hops_of(spec.conv, spec.heads) if isinstance(spec.part, ForeignPart) else 1
    found: dict[str, Any] = {"hops": hops, "in_reach": hops is not None and hops <= each * spec.layers}
    found |= found_layers
    if each != 1:
        found["hops_a_layer"] = each
    if not spec.part.matrix:
        return found  # nobody knows what a linear layer of it would let through
    matrix = load(spec.part.matrix)(graph.edge_index, **size).double()
    power = torch.linalg.matrix_power(matrix, spec.layers - spec.full_last)
    if spec.full_last:
        # Every node hears all nodes alike in the last layer: of a GCN and of uniform attention 1 / N each.
        power = power.mean(0, keepdim=True).expand_as(power)
    heard = power[int(graph.query)] if "query" in graph else power.sum(0)
    return found | {"answer_share": (heard[source] / heard.sum()).item()}


@cache
def hops_of(conv: str, heads: int) -> int:
    """How many hops a layer of a convolution carries a message, measured: as far as its derivative is not exactly 0.

    Most carry one; those that work with powers of the adjacency matrix, as TAGConv, carry several. At most
    ``MOST_HOPS``, which stands for layers that see all nodes.

    Args:
        conv: Name of the convolution.
        heads: Attention heads, where it has heads.
    """
    nodes = MOST_HOPS + 1
    edges = path_graph(nodes).edge_index
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layer = CONVOLUTIONS[conv].conv(4, 4 * heads, heads=heads).double().eval()
        x = torch.randn(nodes, 4, dtype=torch.double, requires_grad=True)
    layer(x, edges)[0].square().sum().backward()
    assert x.grad is not None
    return int(x.grad.abs().sum(1).nonzero().max())


def uniform_attention(edge_index: Tensor, num_nodes: int) -> Tensor:
    """Ã with its rows divided by their sums, (N, N): attention that does not yet prefer any neighbour."""
    looped = adjacency_matrix(edge_index, num_nodes=num_nodes, self_loops=True).double()
    return looped / looped.sum(1, keepdim=True)
