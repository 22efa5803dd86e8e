"""Graphs whose nodes are to be classified, by name."""

from __future__ import annotations

from functools import cache

import torch
from torch_geometric.data import Data

from experiments.data.names import CITATION, check_dataset
from experiments.data.planetoid import load_planetoid
from experiments.data.social import few_labels, social_graph

LABELLED, VALIDATION = 20, 30  # nodes per class of a random split
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


def load_task(name: str, seed: int, split: str = "public") -> Data:
    """A graph with features, classes and a split.

    Args:
        name: One of ``names.DATASETS``.
        seed: Fixes the split of a social graph, and a random one of a citation graph.
        split: Of a citation graph, ``public`` or ``random``.

    Returns:
        Data with x (N, F), rows summing to 1; edge_index (2, E), undirected; y (N,); train_mask, val_mask, test_mask
        (N,), disjoint; and ``class_names``.

    Raises:
        ValueError: There is no such data set, or its files are not here and cannot be downloaded.
    """
    check_dataset(name)
    if name not in CITATION:
        return few_labels(_social(name), seed)
    return _citation(name) if split == "public" else random_split(_citation(name), seed)


def random_split(data: Data, seed: int) -> Data:
    """The same graph with a split drawn from a seed.

    ``LABELLED`` nodes of each class are for training, ``VALIDATION`` of each for selecting, all others for testing
    (Shchur et al. 2018, https://arxiv.org/abs/1811.05868).

    Args:
        data: With y (N,).
        seed: Fixes the split; the same for every model.

    Raises:
        ValueError: A class is too small to leave a node for testing.
    """
    generator = torch.Generator().manual_seed(seed)
    masks = torch.zeros(3, len(data.y), dtype=torch.bool)
    for kind, name in enumerate(data.class_names):
        nodes = (data.y == kind).nonzero().view(-1)
        if len(nodes) <= LABELLED + VALIDATION:
            raise ValueError(f"split: class {name!r} has {len(nodes)} nodes, too few for a random split")
        nodes = nodes[torch.randperm(len(nodes), generator=generator)]
        train, validation, test = nodes.tensor_split([LABELLED, LABELLED + VALIDATION])
        masks[0, train], masks[1, validation], masks[2, test] = True, True, True
    task = data.clone()
    task.train_mask, task.val_mask, task.test_mask = masks
    return task


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
