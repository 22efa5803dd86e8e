"""Controls: the same task, where edges or features have nothing to do with the rest."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.utils import coalesce

from experiments.lab.citation.settings import NodeModel


def controlled(task: Data, model: NodeModel, seed: int) -> Data:
    """The task as a model sees it: as it is, with the nodes of the graph renamed, with features moved, or both.

    Renaming leaves the graph what it is, with all its degrees and paths; features, classes and the split stay with
    their nodes.

    Args:
        task: From ``node_graphs.load_task``.
        model: Says which.
        seed: Fixes the two orders of the nodes.
    """
    if not (model.shuffled or model.permuted):
        return task
    task = task.clone()
    nodes = int(task.num_nodes)
    if model.shuffled:
        task.edge_index = coalesce(_order(nodes, seed, 0)[task.edge_index], num_nodes=nodes)
    if model.permuted:
        task.x = task.x[_order(nodes, seed, 1)]
    return task


def _order(nodes: int, seed: int, which: int) -> Tensor:
    # A stream of its own: the split is drawn from the seed alone.
    return torch.from_numpy(np.random.default_rng([seed, which]).permutation(nodes))
