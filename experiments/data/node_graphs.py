"""Graphs whose nodes are to be classified, by name."""

from __future__ import annotations

from functools import cache

import torch
from torch_geometric.data import Data

from experiments.data.names import CITATION, check_dataset
from experiments.data.planetoid import load_planetoid
from experiments.data.social import few_labels, social_graph

# The files hold numbers alone; these are the classes of Cora whose sizes in the original data are those of y.
_CORA = (
    "theory",
    "reinforcement learning",
    "genetic algorithms",
    "neural networks",
    "probabilistic methods",
    "case based",
    "rule learning",
)


def load_task(name: str, seed: int) -> Data:
    """A graph with features, classes and a split.

    Args:
        name: One of ``names.DATASETS``.
        seed: Fixes the split of a social graph; citation graphs have one public split.

    Returns:
        Data with x (N, F), rows summing to 1; edge_index (2, E), undirected; y (N,); train_mask, val_mask, test_mask
        (N,), disjoint; and ``class_names``.

    Raises:
        ValueError: There is no such data set, or its files are not here and cannot be downloaded.
    """
    check_dataset(name)
    return _citation(name) if name in CITATION else few_labels(_social(name), seed)


@cache
def _citation(name: str) -> Data:
    data = load_planetoid(name)
    data.x = data.x / data.x.sum(1, keepdim=True).clamp(min=1e-12)  # a few documents have no word
    numbered = [f"class {kind}" for kind in range(int(data.y.max()) + 1)]
    data.class_names = list(_CORA) if name == "cora" else numbered
    return data


_social = cache(social_graph)


def most_frequent(task: Data) -> float:
    """Accuracy of always naming the class that is most frequent in the graph."""
    return (torch.bincount(task.y).max() / task.num_nodes).item()
