"""Which nodes of a graph are for training, for selecting, and for testing."""

from __future__ import annotations

import torch
from torch_geometric.data import Data

LABELLED, VALIDATION = 20, 30  # nodes per class of a random split


def random_split(data: Data, seed: int, train: float = LABELLED, validation: float = VALIDATION) -> Data:
    """The same graph with a split drawn from a seed.

    By default as Shchur et al. 2018 (https://arxiv.org/abs/1811.05868): so many nodes of each class, all others for
    testing. Nodes without a class are in no part.

    Args:
        data: With y (N,), below 0 where a node has no class.
        seed: Fixes the split; the same for every model.
        train: Nodes of each class whose label a network is trained on; below 1 their share of the class.
        validation: Nodes of each class whose label selects the weights; below 1 their share.

    Raises:
        ValueError: A class is too small to leave a node for testing.
    """
    generator = torch.Generator().manual_seed(seed)
    masks = torch.zeros(3, len(data.y), dtype=torch.bool)
    for kind, name in enumerate(data.class_names):
        nodes = (data.y == kind).nonzero().view(-1)
        first, second = (_count(size, len(nodes)) for size in (train, validation))
        if len(nodes) <= first + second:
            raise ValueError(
                f"split: class {name!r} has {len(nodes)} nodes, too few for {first} to train on, {second} to validate "
                "and one to test; lower train-size or validation-size, below 1 for shares of each class"
            )
        nodes = nodes[torch.randperm(len(nodes), generator=generator)]
        for mask, part in zip(masks, nodes.tensor_split([first, first + second])):
            mask[part] = True
    task = data.clone()
    task.train_mask, task.val_mask, task.test_mask = masks
    return task


def _count(size: float, nodes: int) -> int:
    """At least one node of each class is in each part."""
    return max(1, round(size * nodes)) if size < 1 else int(size)


def own_split(data: Data, number: int) -> Data:
    """The same graph with one of the splits that came with it.

    Args:
        data: With ``splits`` (K, 3, N).
        number: Which; counted round.
    """
    task = data.clone()
    task.train_mask, task.val_mask, task.test_mask = data.splits[number % len(data.splits)]
    return task
