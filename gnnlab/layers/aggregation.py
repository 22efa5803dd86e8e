"""How a layer sums over neighbours: as a dense product, as sparse products, or message by message."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from torch_geometric.nn import MessagePassing
from torch_geometric.nn.aggr import SumAggregation

from gnnlab.layers.sorted_edges import SortedEdges
from gnnlab.layers.tracing import is_transformed

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

#: What a subclass, or a caller, may put in the place of a layer's own steps.
_STEPS = (
    "message",
    "aggregate",
    "update",
    "edge_update",
    "message_and_aggregate",
    "propagate",
    "edge_updater",
)


def needs_messages(conv: MessagePassing) -> bool:
    """Whether something wants to see or replace the messages, so that no product may stand in for them."""
    return (
        bool(conv.explain)
        or conv.aggr not in ("add", "sum")
        or type(conv.aggr_module) is not SumAggregation
        or conv.decomposed_layers > 1
        or any(map(vars(conv).get, _HOOKS))
        or not all(_is_own(conv, step) for step in _STEPS)
    )


def _is_own(conv: MessagePassing, step: str) -> bool:
    """Whether a step is still this package's or PyG's, and not one of a subclass or put there by a caller."""
    method = getattr(conv, step)
    kind: Any = type(conv)
    return _comes_from_here(getattr(method, "__func__", method), kind, step)


@lru_cache(maxsize=256)  # it is asked at every call of a layer
def _comes_from_here(function: Any, kind: Any, step: str) -> bool:
    module = str(getattr(function, "__module__", ""))
    if module.startswith(("gnnlab.layers.", "torch_geometric.")):
        return True
    # PyG compiles `propagate` and `edge_updater` for every class, in a module with the name of the class.
    return any(module.startswith(f"{cls.__module__}_{cls.__name__}_{step}") for cls in kind.__mro__)


def keep_explainable(conv: MessagePassing) -> None:
    """Let an explained layer run PyG's own `propagate`, which alone knows of masks.

    PyG compiles one for each class and keeps what the class had before as the one to explain; where the class above
    was compiled already, that is a compiled one too.
    """
    kind: Any = type(conv)
    if _is_own(conv, "propagate"):
        kind._orig_propagate = getattr(MessagePassing, "_orig_propagate", MessagePassing.propagate)


def prefers_dense(edges: SortedEdges, *, matrices: int = 1, share: int = DENSE_SHARE) -> bool:
    """Whether products with N x M matrices are the faster ones for this graph.

    Args:
        edges: The graph.
        matrices: How many different matrices there are; one costs nothing to make.
        share: How many entries a dense matrix may have for each edge.
    """
    nodes, entries = max(edges.num_nodes, edges.num_sources), edges.num_nodes * edges.num_sources
    if nodes <= DENSE_NODES and matrices * entries <= DENSE_SMALL:
        return True
    return nodes <= DENSE_LIMIT and entries <= share * edges.num_edges


def choose_kernel(
    conv: MessagePassing,
    edges: SortedEdges,
    *,
    matrices: int = 1,
    share: int = DENSE_SHARE,
    has_dense: Callable[[], bool] = lambda: True,
) -> str:
    """Return `"dense"`, `"sparse"` or `"message"` for this layer and graph.

    Args:
        conv: The layer.
        edges: The graph.
        matrices, share: As for `prefers_dense`.
        has_dense: Whether the layer has a dense way here; sparse products take its place where not.
    """
    if needs_messages(conv):
        if conv.kernel in ("dense", "sparse"):
            raise ValueError(
                f"kernel must be 'auto' or 'message' where messages are needed (aggr={conv.aggr!r}, hooks, "
                f"explanations, decomposed layers, steps of one's own), but is {conv.kernel!r}"
            )
        return "message"
    kernel = conv.kernel
    if kernel == "auto":
        kernel = "dense" if prefers_dense(edges, matrices=matrices, share=share) else "sparse"
    if kernel == "dense" and not has_dense():
        kernel = "sparse"
    # Transforms of torch.func know no step written by hand; messages are made of torch's own.
    return "message" if kernel == "sparse" and is_transformed() else kernel
