"""Checks of the nodes at which a network is read, and of the graphs to which nodes belong."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import torch
from torch import Tensor

from gnnlab.layers.tracing import has_values


def check_places(x: Tensor, batch: Any, query: Any, batch_size: Any) -> None:
    """Raise a ValueError unless `batch`, `query` and `batch_size` are as `GraphNet` has them.

    Args:
        x: (N, F) or (B, N, F) features.
        batch: (N,) the graph of each node, or None.
        query: A node or several, or None.
        batch_size: G, or None.
    """
    if batch_size is not None:
        if batch is None:
            raise ValueError("batch_size must be None where batch is: there is one graph")
        if (
            isinstance(batch_size, bool)
            or not isinstance(batch_size, Integral | torch.SymInt)
            or batch_size < 0
        ):
            raise ValueError(f"batch_size must be a whole number of 0 or more, but is {batch_size!r}")
    nodes = x.size(-2)
    if batch is not None:
        check_batch(x, batch, batch_size)
        if batch_size is None and not has_values(batch):
            raise ValueError("batch_size must be given where the values of batch are not known yet")
    if query is None:
        return
    if isinstance(query, Tensor):
        if query.dtype not in (torch.long, torch.int):
            raise ValueError(f"query must hold torch.long, but holds {query.dtype}")
        if batch_size is not None and query.shape != (batch_size,):
            raise ValueError(f"query must be one node a graph, ({batch_size},), but has {tuple(query.shape)}")
        # On a GPU reading the values would make the program wait.
        if query.device.type == "cpu" and query.numel() and has_values(query):
            low, high = (int(end) for end in torch.aminmax(query))
            _check_range("query", low, high, nodes, "nodes")
        return
    if isinstance(query, bool) or not isinstance(query, Integral):
        raise ValueError(f"query must be a node or a tensor of them, but is {query!r}")
    _check_range("query", int(query), int(query), nodes, "nodes")


def check_tokens(name: str, tokens: Any, num_tokens: int) -> None:
    """Raise a ValueError unless it holds (B, T) integers from 0 to `num_tokens` - 1."""
    if not isinstance(tokens, Tensor) or tokens.dim() != 2:
        shape = tuple(tokens.shape) if isinstance(tokens, Tensor) else type(tokens).__name__
        raise ValueError(f"{name} must have the shape (B, T), but has {shape}")
    if tokens.dtype not in (torch.long, torch.int):
        raise ValueError(f"{name} must hold torch.long, but holds {tokens.dtype}")
    # On a GPU reading the values would make the program wait.
    if tokens.device.type == "cpu" and tokens.numel() and has_values(tokens):
        low, high = (int(end) for end in torch.aminmax(tokens))
        if low < 0 or high >= num_tokens:
            raise ValueError(f"{name} must lie in 0..{num_tokens - 1}, but has {low} to {high}")


def check_lengths(lengths: Any, batch: int, steps: int) -> None:
    """Raise a ValueError unless it is None, or (B,) integers from 0 to T."""
    if lengths is None:
        return
    if not isinstance(lengths, Tensor) or lengths.shape != (batch,):
        shape = tuple(lengths.shape) if isinstance(lengths, Tensor) else type(lengths).__name__
        raise ValueError(f"lengths must have the shape ({batch},), but has {shape}")
    if lengths.dtype not in (torch.long, torch.int):
        raise ValueError(f"lengths must hold torch.long, but holds {lengths.dtype}")
    if lengths.device.type == "cpu" and batch and has_values(lengths):
        low, high = (int(end) for end in torch.aminmax(lengths))
        if low < 0 or high > steps:
            raise ValueError(f"lengths must lie in 0..{steps}, but has {low} to {high}")


def check_batch(x: Tensor, batch: Any, batch_size: int | None) -> None:
    """Raise a ValueError unless it is None, or (N,) the graph of each node of x (N, F), of `batch_size` if known."""
    if batch is None:
        return
    if not isinstance(batch, Tensor) or batch.shape != (x.size(-2),):
        shape = tuple(batch.shape) if isinstance(batch, Tensor) else type(batch).__name__
        raise ValueError(f"batch must have the shape ({x.size(-2)},), one graph per node, but has {shape}")
    if x.dim() != 2:
        raise ValueError("batch must be None for x (B, N, F), whose examples share one graph")
    if batch.dtype != torch.long:
        raise ValueError(f"batch must hold torch.long, but holds {batch.dtype}")
    # On a GPU reading the values would make the program wait.
    if batch.device.type == "cpu" and batch.numel() and has_values(batch):
        low, high = (int(end) for end in torch.aminmax(batch))
        _check_range("batch", low, high, high + 1 if batch_size is None else batch_size, "graphs")


def _check_range(name: str, low: int, high: int, count: int, what: str) -> None:
    if low < 0 or high >= count:
        raise ValueError(f"{name} must lie in 0..{count - 1} ({count} {what}), but has {low} to {high}")
