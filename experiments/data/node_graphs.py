"""Graphs whose nodes are to be classified, by name or from a file of the user's."""

from __future__ import annotations

from functools import cache

import torch
from torch_geometric.data import Data
from torch_geometric.utils import remove_self_loops, to_undirected

from experiments.data.cache import cache_folder
from experiments.data.graph_files.graph_file import GraphFile
from experiments.data.graph_files.published import published_path, read_published
from experiments.data.graph_files.reading import read_graph_file
from experiments.data.names import CITATION, HETEROPHILOUS, SOCIAL, check_dataset, is_graph_file
from experiments.data.planetoid import load_planetoid
from experiments.data.social import few_labels, social_graph
from experiments.data.splits import LABELLED, VALIDATION, own_split, random_split
from experiments.records.files import content_hash

USUAL, RAW, ROWS, COLUMNS = SCALES = ("usual", "raw", "rows", "columns")
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


def load_task(
    name: str,
    seed: int,
    split: str = "public",
    *,
    sizes: tuple[float, float] = (LABELLED, VALIDATION),
    edge_list: str = "",
    scale: str = USUAL,
) -> Data:
    """A graph with features, classes and a split.

    Args:
        name: One of ``names.DATASETS``, or a file.
        seed: Fixes the split of a social graph and a random one; of several splits that came with a graph it says
            which, counted round.
        split: ``public``, that of the data set or of the file; or ``random``.
        sizes: Of a random split: see ``random_split``.
        edge_list: The edges of a table of nodes.
        scale: ``raw`` leaves features as they are; ``rows`` divides those of a node by the sum of their sizes;
            ``columns`` takes from each feature its mean and divides by its standard deviation, over all nodes;
            ``usual`` is rows for citations, co-purchases and co-authors, whose features are words, and raw for others.

    Returns:
        Data with x (N, F); edge_index (2, E), undirected, no edge twice; y (N,), below 0 where a node has no class;
        train_mask, val_mask, test_mask (N,), disjoint; ``class_names`` and, where there are any, ``names``.

    Raises:
        ValueError: There is no such data set, its files are not here and cannot be downloaded, a file is wrong, or it
            has no such split.
    """
    check_dataset(name)
    content = content_hash(*filter(None, (name, edge_list))) if is_graph_file(name) else ""
    data = _scaled(name, edge_list, content, _scale_of(name) if scale == USUAL else scale)
    if split != "public":
        return random_split(data, seed, *sizes)
    if name in SOCIAL:
        return few_labels(data, seed)
    if "splits" in data:
        return own_split(data, seed)
    if name in CITATION:
        return data
    raise ValueError(f"split: {name} comes without one; give --split random")


def _scale_of(name: str) -> str:
    return RAW if name in SOCIAL or name in HETEROPHILOUS or is_graph_file(name) else ROWS


@cache
def _scaled(name: str, edge_list: str, content: str, scale: str) -> Data:
    data = _unscaled(name, edge_list)
    if scale == ROWS:
        # A few documents have no word.
        data.x = data.x / data.x.abs().sum(1, keepdim=True).clamp(min=1e-12)
    elif scale == COLUMNS:
        spread, mean = torch.std_mean(data.x, dim=0, correction=0)
        data.x = (data.x - mean) / torch.where(spread > 0, spread, 1.0)
    data.x = data.x.float()  # not before: what lies close together far from 0 would be one number
    return data


def _unscaled(name: str, edge_list: str) -> Data:
    if name in SOCIAL:
        return social_graph(name)
    if name in CITATION:
        data = load_planetoid(name)
        numbered = [f"class {kind}" for kind in range(int(data.y.max()) + 1)]
        data.class_names = list(_CORA) if name == "cora" else numbered
        return data
    if is_graph_file(name):
        return data_of(read_graph_file(name, edge_list))
    return data_of(read_published(published_path(name, cache_folder())))


def data_of(file: GraphFile) -> Data:
    """A graph of a file as tensors, no node joined with itself; one-hot numbers where nodes have no features."""
    nodes, edges = len(file.y), torch.from_numpy(file.edges).t().contiguous()
    data = Data(
        x=torch.eye(nodes) if file.x is None else torch.from_numpy(file.x),
        edge_index=remove_self_loops(to_undirected(edges, num_nodes=nodes))[0],
        y=torch.from_numpy(file.y),
        num_nodes=nodes,
        class_names=file.class_names,
        names=file.names,
    )
    if file.notes:
        data.notes = list(file.notes)
    if file.masks is not None:
        data.splits = torch.from_numpy(file.masks)
    return data


def most_frequent(task: Data) -> float:
    """Accuracy on the test part of always naming the class that is most frequent in the two others."""
    frequent = torch.bincount(task.y[task.train_mask | task.val_mask]).argmax()
    return (task.y[task.test_mask] == frequent).double().mean().item()


def homophily(task: Data) -> dict[str, float]:
    """How often an edge joins nodes of one class.

    ``edge_homophily`` is the share of such edges, among those whose ends both have a class. ``adjusted_homophily``
    takes from it what random edges between nodes of the same degrees would give, and is 0 for those and 1 where every
    edge joins one class (Platonov et al. 2023, https://arxiv.org/abs/2209.06177)::

        h_adj = (h_edge - Σ_k p_k²) / (1 - Σ_k p_k²),   p_k = share of edge ends at class k

    Args:
        task: With edge_index (2, E), both directions of each edge, and y (N,).
    """
    source, target = (task.y[ends] for ends in task.edge_index)
    both = (source >= 0) & (target >= 0)
    if not both.any():
        return {}
    edges = (source[both] == target[both]).double().mean().item()
    ends = torch.bincount(source[both]).double()
    random = (ends / ends.sum()).square().sum().item()
    found = {"edge_homophily": edges}
    return found | ({"adjusted_homophily": (edges - random) / (1 - random)} if random < 1 else {})
