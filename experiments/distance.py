"""How far away the answer is in a model's graph, and how much of it a linear pass would bring to the read-out."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch_geometric.data import Data

from gnnlab import layers_until_heard, normalized_adjacency


class SourceTask(Protocol):
    """What is needed of a task: the node that holds the answer."""

    def source(self, graph: Data) -> int | None:
        """Index of the node; None where that depends on the example."""


def describe_reach(graph: Data, layers: int, task: SourceTask) -> dict[str, Any]:
    """Hops between the answer and the read-out node, and the answer's share of what the read-out hears.

    The share is (Â^k)[query, source] / sum_j (Â^k)[query, j] for k layers: what a stack of linear graph convolutions
    would let through before any training. It is exactly 0 when the answer is more than k hops away.

    Args:
        graph: With ``query``, the index of the read-out node.
        layers: Convolutions k.
        task: Knows the source node.

    Returns:
        ``hops`` (None where no path leads to the read-out), ``in_reach`` and ``answer_share``; nothing where the
        answer has no fixed node, or the read-out none.
    """
    source = task.source(graph)
    if source is None or "query" not in graph:
        return {}
    query = int(graph.query)
    hops = layers_until_heard(graph.edge_index, source, query, num_nodes=graph.num_nodes)
    adjacency = normalized_adjacency(graph.edge_index, num_nodes=graph.num_nodes).double()
    heard = torch.linalg.matrix_power(adjacency, layers)[query]
    return {
        "hops": hops,
        "in_reach": hops is not None and hops <= layers,
        "answer_share": (heard[source] / heard.sum()).item(),
    }
