"""The graph of one example, with nodes that have names of their own."""

from __future__ import annotations

from typing import Any

import torch
from torch_geometric.data import Data

#: What holds the number of a node.
NODES = ("query", "source", "virtual")


class SequenceGraph(Data):
    """PyG's Data in which `query`, `source` and `virtual` are nodes: a batch of graphs moves them with the edges.

    PyG's loaders put the nodes of several graphs behind each other and add to every edge how many nodes stand before
    its graph. They know edges by their names, and any other attribute stays as it is.

    >>> from torch_geometric.data import Batch
    >>> from gnnlab import palindrome_graph
    >>> batch = Batch.from_data_list([palindrome_graph(3), palindrome_graph(5), palindrome_graph(4)])
    >>> batch.query
    tensor([ 2,  7, 11])
    """

    def __inc__(self, key: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        return self.num_nodes if key in NODES else super().__inc__(key, value, *args, **kwargs)


torch.serialization.add_safe_globals(
    [SequenceGraph]
)  # for `torch.load`, which else reads no class it does not know
