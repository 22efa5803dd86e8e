"""What attention is called with: nodes of one kind or two, a graph between them, features of its edges."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch_geometric.nn.dense.linear import Linear

from gnnlab.layers.edge_list import (
    check_features,
    check_same_type,
    edges_of_matrix,
    is_sparse_matrix,
    plain_edge_index,
)
from gnnlab.layers.precision import wide_scatter
from gnnlab.layers.sorted_edges import SortedEdges, sorted_edges
from gnnlab.layers.traced_edges import TracedEdges
from gnnlab.layers.tracing import has_values, seen_through


class Nodes(NamedTuple):
    """Features of the sources and of the targets (None: they have none), and how many there are."""

    source: Tensor
    target: Tensor | None
    num_sources: int
    num_targets: int
    two_kinds: bool


def check_nodes(
    x: Any, linears: tuple[Linear, Linear], size: tuple[int, int] | None, edge_index: Any, flow: str
) -> Nodes:
    """Return the nodes of a call, or raise a ValueError that names what is wrong with them.

    Args:
        x: Features of all nodes, or a pair, of sources and of targets.
        linears: What they are multiplied with.
        size: How many sources and targets there are, where x does not tell.
        edge_index: The graph; a matrix tells it too.
        flow: As in `MessagePassing`.
    """
    two_kinds = isinstance(x, tuple | list)
    if two_kinds and len(x) != 2:
        raise ValueError(f"x must be features, or a pair (x_s, x_t), but has {len(x)} parts")
    if two_kinds and flow != "source_to_target":
        raise ValueError("x must be one tensor where flow='target_to_source': a pair is (sources, targets)")
    if not two_kinds:
        check_features(x, linears[0].in_channels, linears[0].weight)
        if linears[1] is not linears[0]:
            check_features(x, linears[1].in_channels, linears[1].weight)
        nodes = x.size(-2)
        if size is not None and _check_size(size) != (nodes, nodes):
            raise ValueError(f"size must be {(nodes, nodes)}, the rows of x, but is {tuple(size)}")
        return Nodes(x, x, nodes, nodes, False)
    source, target = x
    for part, linear, name in zip((source, target), linears, ("x[0]", "x[1]")):
        if part is not None or name == "x[0]":
            check_features(part, linear.in_channels, linear.weight, name=name)
    if target is not None and source.shape[:-2] != target.shape[:-2]:
        raise ValueError(
            f"x must be a pair of one batch size, but is {source.shape[0]} and {target.shape[0]}"
        )
    known = _check_size(size)
    if known is None and is_sparse_matrix(edge_index) and edge_index.dim() == 2:
        known = (edge_index.size(1), edge_index.size(0))
    sources = source.size(-2)
    targets = (sources if known is None else known[1]) if target is None else target.size(-2)
    if known is not None and known != (sources, targets):
        raise ValueError(f"size must be {(sources, targets)}, the rows of x, but is {known}")
    return Nodes(source, target, sources, targets, True)


def _check_size(size: Any) -> tuple[int, int] | None:
    if size is None:
        return None
    whole = isinstance(size, tuple | list | torch.Size) and len(size) == 2
    if not whole or any(isinstance(part, bool | float | str) or part is None for part in size):
        raise ValueError(f"size must be a pair of whole numbers (sources, targets), but is {size!r}")
    return int(size[0]), int(size[1])


def attention_graph(
    nodes: Nodes, edge_index: Tensor, edge_attr: Tensor | None, *, self_loops: bool, flow: str
) -> tuple[SortedEdges | TracedEdges, Tensor, Tensor | None]:
    """Return the edges as a layer uses them, the plain edge list, and the features that a matrix brings with it."""
    sources = nodes.num_sources if nodes.two_kinds else None
    if is_sparse_matrix(edge_index):
        edge_index, values = edges_of_matrix(edge_index, nodes.num_targets, num_sources=sources)
        edge_attr = values if edge_attr is None else edge_attr
    edge_index = seen_through(edge_index)
    traced = not has_values(edge_index)
    make: Any = TracedEdges if traced else sorted_edges
    edges = make(edge_index, nodes.num_targets, self_loops=self_loops, flow=flow, num_sources=sources)
    return edges, edge_index, edge_attr


def edge_features(
    edges: SortedEdges | TracedEdges,
    edge_index: Tensor,
    edge_attr: Any,
    linear: Linear | None,
    fill_value: float | Tensor | str,
    name: str = "edge_attr",
) -> Tensor | None:
    """Return the features (E', D) of all edges in the order of the list, or None where they have no effect.

    Args:
        edges: The graph.
        edge_index: The edges as they were given.
        edge_attr: (E, D) or (E,) features.
        linear: What they are multiplied with; None where the layer has no use for them.
        fill_value: Features of self-loops, as for `GATConv`.
        name: What errors call the features.
    """
    if edge_attr is None:
        return None
    count = edges.num_given
    if not isinstance(edge_attr, Tensor) or edge_attr.dim() not in (1, 2) or edge_attr.size(0) != count:
        shape = tuple(edge_attr.shape) if isinstance(edge_attr, Tensor) else type(edge_attr).__name__
        raise ValueError(f"{name} must have the shape ({count}, D), but has {shape}")
    attr = edge_attr.view(-1, 1) if edge_attr.dim() == 1 else edge_attr
    if linear is None:
        if attr.size(1) != 1:
            raise ValueError(f"{name} needs edge_dim, the number of its columns, to be set")
        return None
    if linear.in_channels == -1:
        linear.initialize_parameters(linear, (attr,))
    if attr.size(1) != linear.in_channels:
        raise ValueError(f"{name} must have edge_dim = {linear.in_channels} columns, but has {attr.size(1)}")
    check_same_type(name, attr, linear.weight)
    loops = None if edges.num_loops == 0 else _loop_features(edges, edge_index, attr, fill_value)
    return edges.list_of(attr, loops)


def _loop_features(
    edges: SortedEdges | TracedEdges, edge_index: Tensor, attr: Tensor, fill_value: float | Tensor | str
) -> Tensor:
    if isinstance(fill_value, str):
        given = plain_edge_index(edge_index)
        source, target = given.flip(0) if edges.flow == "target_to_source" else given
        # A row more takes the self-loops that are taken out.
        rows = torch.where(source != target, target, edges.num_nodes)
        return wide_scatter(attr, rows, 0, edges.num_nodes + 1, fill_value)[: edges.num_loops]
    fill = torch.as_tensor(fill_value, dtype=attr.dtype, device=attr.device)
    if fill.dim() > 1 or fill.numel() not in (1, attr.size(1)):
        raise ValueError(
            f"fill_value must be a number or {attr.size(1)} of them, one per column of edge_attr, but has the shape "
            f"{tuple(fill.shape)}"
        )
    return fill.expand(edges.num_loops, attr.size(1))
