"""Networkx's built-in social graphs as node classification: no download, no features, few labels."""

from __future__ import annotations

from collections import Counter
from typing import Any

import networkx as nx
import torch
from torch import Tensor
from torch_geometric.data import Data

LABELLED = 2  # nodes of each class whose label a network is trained on
VALIDATION = 2  # nodes of each class whose label selects the weights


def social_graph(name: str) -> Data:
    """A social graph, its people as nodes 0 to N - 1 in networkx's order.

    Args:
        name: ``karate`` (34 members of a club, class: the faction each joined), ``lesmis`` (77 characters of a novel;
            the data has no classes, so the communities of greedy modularity stand for them), ``davis`` (18 women and
            14 events) or ``florentine`` (15 families, no classes).

    Returns:
        Data with x (N, N), a one-hot number, which says which node it is and nothing else; edge_index (2, E), both
        directions of each edge; ``names`` (N strings); and, where there are classes, y (N,) and ``class_names``.

    Raises:
        ValueError: The name is not one of these.

    Example:
        >>> graph = social_graph("karate")
        >>> graph.num_nodes, graph.edge_index.shape[1], graph.class_names
        (34, 156, ['Mr. Hi', 'Officer'])
    """
    makers = {
        "karate": nx.karate_club_graph,
        "lesmis": nx.les_miserables_graph,
        "davis": nx.davis_southern_women_graph,
        "florentine": nx.florentine_families_graph,
    }
    if name not in makers:
        raise ValueError(f"graph: unknown {name!r}. Known: {', '.join(makers)}")
    graph = makers[name]()
    names = [str(node) for node in graph]
    # Numbers for names: the order of a set of strings, which networkx's algorithms use, differs between processes.
    graph = nx.convert_node_labels_to_integers(graph)
    edges = [pair for i, j in graph.edges for pair in ((i, j), (j, i))]
    index = torch.tensor(sorted(edges)).t().contiguous()  # (2, E)
    data = Data(x=torch.eye(len(names)), edge_index=index, num_nodes=len(names), names=names)
    classes = _classes(name, graph)
    if classes is not None:
        data.class_names = sorted(set(classes), key=_size_order(classes))
        data.y = torch.tensor([data.class_names.index(kind) for kind in classes])
    return data


def _classes(name: str, graph: Any) -> list[str] | None:
    if name == "karate":
        return [graph.nodes[node]["club"] for node in graph]
    if name == "davis":
        return [("woman", "event")[graph.nodes[node]["bipartite"]] for node in graph]
    if name == "lesmis":
        found = nx.community.greedy_modularity_communities(graph, weight="weight")
        of_node = {node: f"community {i + 1}" for i, nodes in enumerate(found) for node in nodes}
        return [of_node[node] for node in graph]
    return None


def _size_order(classes: list[str]) -> Any:
    counts = Counter(classes)
    return lambda kind: (-counts[kind], kind)


def few_labels(data: Data, seed: int) -> Data:
    """The same graph with a split drawn from a seed.

    ``LABELLED`` nodes of each class are for training, ``VALIDATION`` of each for selecting, all others for testing.

    Args:
        data: With y (N,).
        seed: Fixes the split; the same for every model.

    Returns:
        Data with the masks train_mask, val_mask, test_mask (N,) beside what it has.

    Raises:
        ValueError: A class is too small to leave a node for testing.
    """
    generator = torch.Generator().manual_seed(seed)
    masks = torch.zeros(3, data.num_nodes, dtype=torch.bool)
    for kind, name in enumerate(data.class_names):
        nodes = (data.y == kind).nonzero().view(-1)
        if len(nodes) <= LABELLED + VALIDATION:
            raise ValueError(f"data: class {name!r} has {len(nodes)} nodes, too few for a split")
        nodes = nodes[torch.randperm(len(nodes), generator=generator)]
        for mask, part in zip(masks, _parts(nodes)):
            mask[part] = True
    task = data.clone()
    task.train_mask, task.val_mask, task.test_mask = masks
    return task


def _parts(nodes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    train, validation = nodes[:LABELLED], nodes[LABELLED : LABELLED + VALIDATION]
    return train, validation, nodes[LABELLED + VALIDATION :]
