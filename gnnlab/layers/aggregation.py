"""How a layer sums over neighbours: as a dense product, as sparse products, or message by message."""

from __future__ import annotations

import math
from numbers import Integral, Real

import torch
from torch import Tensor
from torch_geometric.nn import MessagePassing

from gnnlab.layers.sorted_edges import SortedEdges

#: How the features of a node's self-loop follow from those of the edges that arrive there.
REDUCTIONS = ("mean", "add", "min", "max", "mul")

KERNELS = ("auto", "dense", "sparse", "message")

#: Up to this many nodes a dense N x N product is at least as fast as a sparse one, whatever the density.
DENSE_NODES = 64

#: Where there are many different matrices (attention: one a head and example), only up to so many entries.
DENSE_SMALL = 20_000

#: Beyond that, a dense product pays where at least one entry in this many is not zero.
DENSE_SHARE = 16

#: And never beyond this many nodes: the memory of N x N numbers would be felt.
DENSE_LIMIT = 2048

_HOOKS = (
    "_propagate_forward_pre_hooks",
    "_propagate_forward_hooks",
    "_message_forward_pre_hooks",
    "_message_forward_hooks",
    "_aggregate_forward_pre_hooks",
    "_aggregate_forward_hooks",
    "_edge_update_forward_pre_hooks",
    "_edge_update_forward_hooks",
)


def needs_messages(conv: MessagePassing) -> bool:
    """Whether something wants to see or replace the messages, so that no product may stand in for them."""
    return (
        bool(conv.explain)
        or conv.aggr not in ("add", "sum")
        or conv.decomposed_layers > 1
        or any(getattr(conv, hooks, None) for hooks in _HOOKS)
    )


def prefers_dense(edges: SortedEdges, *, matrices: int = 1, share: int = DENSE_SHARE) -> bool:
    """Whether products with N x N matrices are the faster ones for this graph.

    Args:
        edges: The graph.
        matrices: How many different matrices there are; one costs nothing to make.
        share: How many entries a dense matrix may have for each edge.
    """
    nodes = edges.num_nodes
    if nodes <= DENSE_NODES and matrices * nodes * nodes <= DENSE_SMALL:
        return True
    return nodes <= DENSE_LIMIT and nodes * nodes <= share * edges.num_edges


def check_kernel(kernel: str) -> None:
    """Raise a ValueError unless it is one of `KERNELS`."""
    if kernel not in KERNELS:
        raise ValueError(f"kernel must be one of {', '.join(KERNELS)}, but is {kernel!r}")


def check_sizes(**sizes: int) -> None:
    """Raise a ValueError unless each size is a whole number of one or more."""
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, Integral) or size < 1:
            raise ValueError(f"{name} must be a whole number of 1 or more, but is {size!r}")


def check_number(name: str, value: float, *, least: float = -math.inf, most: float = math.inf) -> None:
    """Raise a ValueError unless it is a finite number within the bounds."""
    known = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    if not known or not least <= value <= most:
        bounds = "" if least == -math.inf else f" from {least:g} to {most:g}"
        raise ValueError(f"{name} must be a finite number{bounds}, but is {value!r}")


def check_fill(value: object) -> None:
    """Raise a ValueError unless it says what the features of self-loops are."""
    if isinstance(value, Tensor) or value in REDUCTIONS:
        return
    if isinstance(value, str | bool) or not isinstance(value, Real):
        raise ValueError(
            f"fill_value must be a number, a tensor or one of {', '.join(REDUCTIONS)}, but is {value!r}"
        )
    check_number("fill_value", float(value))


def choose_kernel(
    conv: MessagePassing, edges: SortedEdges, x: Tensor, *, matrices: int = 1, share: int = DENSE_SHARE
) -> str:
    """Return `"dense"`, `"sparse"` or `"message"` for this layer, graph and input."""
    check_kernel(conv.kernel)
    if conv.kernel in ("dense", "sparse") and needs_messages(conv):
        raise ValueError(
            f"kernel must be 'auto' or 'message' where messages are needed (aggr={conv.aggr!r}, hooks, explanations, "
            f"decomposed layers), but is {conv.kernel!r}"
        )
    if conv.kernel != "auto":
        return conv.kernel
    if needs_messages(conv):
        return "message"
    if prefers_dense(edges, matrices=matrices, share=share):
        return "dense"
    # torch has sparse products for these types alone on every device
    return "sparse" if x.dtype in (torch.float32, torch.float64) else "message"
