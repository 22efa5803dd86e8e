"""Graphs of PyTorch Geometric as a user's examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Data

from experiments.lab.own.examples import Records
from experiments.lab.sequences.tasks.drawn import pad_edges


def records_of_graphs(graphs: Sequence[Any], name: str) -> Records:
    """Graphs of PyTorch Geometric as examples: one graph whose nodes have classes, or many that have one answer each.

    Args:
        graphs: ``Data`` with ``edge_index``, ``y`` and perhaps ``x`` (N, F), ``train_mask`` and the like.
        name: What they are called.

    Raises:
        ValueError: They are none, or have no edges or no answers.
    """
    for number, graph in enumerate(graphs):
        if not isinstance(graph, Data):
            raise ValueError(
                f"task: {name} should hold Data of PyTorch Geometric, but {number} is a {_kind(graph)}"
            )
        if graph.edge_index is None or not isinstance(graph.y, Tensor):
            missing = "edge_index" if graph.edge_index is None else "y, the answer, as a tensor"
            raise ValueError(f"task: graph {number} of {name} has no {missing}")
    if not graphs:
        raise ValueError(f"task: {name} holds no graphs")
    if not any(graph.edge_index.numel() for graph in graphs):
        raise ValueError(f"task: {name} has no edges: graph networks would have nothing to work on")
    bare = all(graph.x is None for graph in graphs)
    for number, graph in enumerate(graphs if not bare else ()):
        width = graphs[0].x.shape[-1] if isinstance(graphs[0].x, Tensor) else None
        if not isinstance(graph.x, Tensor) or graph.x.dim() != 2 or graph.x.shape[1] != width:
            shape = tuple(graph.x.shape) if isinstance(graph.x, Tensor) else "missing"
            raise ValueError(
                f"task: x of graph {number} of {name} should be (nodes, {width or 'features'}), but is {shape}"
            )
    for number, graph in enumerate(graphs):
        if not graph.num_nodes:
            raise ValueError(f"task: graph {number} of {name} has no nodes")
    features = [torch.ones(int(g.num_nodes or 0), 1) if bare else g.x.float() for g in graphs]
    for number, x in enumerate(features):
        if not bool(torch.isfinite(x).all()):
            raise ValueError(
                f"task: x of graph {number} of {name} should be finite numbers, but holds NaN or infinity"
            )
    sizes = torch.tensor([len(x) for x in features])
    facts = (
        [f"{len(graphs)} graphs of {int(sizes.min())} to {int(sizes.max())} nodes."]
        if len(graphs) > 1
        else []
    )
    facts += ["Nodes have no features; each reads the number 1."] if bare else []
    unread = sorted({key for g in graphs for key in ("edge_attr", "edge_weight") if key in g})
    facts += [f"{' and '.join(unread)} of the graphs are not read."] if unread else []
    inputs = torch.nn.utils.rnn.pad_sequence(features, batch_first=True)
    edges = pad_edges(graphs, sizes.tolist(), name)
    if len(graphs) == 1:
        targets, classes = _answers(graphs[0].y.view(-1), name)
        if len(targets) != len(features[0]):
            raise ValueError(
                f"task: y of {name} should have a class for each of its {len(features[0])} nodes"
            )
        facts.append(
            f"One graph of {len(targets)} nodes and {edges.size(2)} edges; its nodes are the examples."
        )
        return Records(
            name,
            inputs,
            targets.unsqueeze(0),
            classes,
            edges=edges,
            split=_masks(graphs[0]),
            facts=tuple(facts),
        )
    targets, classes = _answers(torch.cat([g.y.view(-1) for g in graphs]), name)
    if len(targets) != len(graphs):
        raise ValueError(f"task: y of each graph of {name} should be one class or number")
    return Records(name, inputs, targets, classes, lengths=sizes, edges=edges, facts=tuple(facts))


def _masks(graph: Data) -> Tensor | None:
    """The parts that a graph names by masks.

    Raises:
        ValueError: Not all three are there, they overlap, or they are no truth values, one per node.
    """
    names = ("train_mask", "val_mask", "test_mask")
    there = [name for name in names if name in graph]
    if not there:
        return None
    nodes = int(graph.num_nodes or 0)
    for name in names:
        mask = graph.get(name)
        if mask is None or mask.dtype != torch.bool or tuple(mask.shape) != (nodes,):
            raise ValueError(
                f"task: {name} should be {nodes} truth values, one per node, beside {', '.join(there)}"
            )
    masks = torch.stack([graph[name] for name in names])
    if bool((masks.sum(0) > 1).any()):
        raise ValueError("task: train_mask, val_mask and test_mask should have no node in common")
    return torch.where(masks.any(0), masks.int().argmax(0), -1)


def _answers(y: Tensor, name: str) -> tuple[Tensor, list[str]]:
    """Answers, and the names of the classes; none where they are numbers."""
    if y.is_floating_point():
        if not bool(torch.isfinite(y).all()):
            raise ValueError(f"task: y of {name} should be finite numbers, but holds NaN or infinity")
        return y.double(), []
    if y.dtype != torch.bool and bool((y < 0).any()):
        raise ValueError(
            f"task: y of {name} should be classes from 0 on, but holds {int(y.min())}; leave such nodes out"
        )
    values, numbers = y.unique(return_inverse=True)
    if len(values) < 2:
        raise ValueError(f"task: y of {name} should have two classes or more, but all are {values.tolist()}")
    return numbers, [str(value) for value in values.tolist()]


def _kind(value: Any) -> str:
    return type(value).__name__
