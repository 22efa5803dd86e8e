"""Convolutions from elsewhere, over batches that share an edge list; and PyG's by name."""

from __future__ import annotations

import difflib
import inspect
from typing import Any

import torch
from torch import Tensor, nn
from torch_geometric import nn as pyg
from torch_geometric.nn import MessagePassing

from gnnlab.layers.arguments import check_sizes
from gnnlab.layers.edge_list import check_edge_form, check_edge_values, check_features, is_sparse_matrix
from gnnlab.layers.places import check_batch


class StaticGraphConv(nn.Module):
    """Any convolution `conv(x, edge_index)`, over x (N, F), or (B, N, F) where B examples share the edge list.

    PyG calls the second a static graph, and few of its layers take one. Here the B graphs become one of B N nodes
    without edges between them, so that the convolution sees the (nodes, features) that it was written for.

    Args:
        conv: Called as `conv(x, edge_index)`, with `edge_weight=` where there are weights, and with `batch=`, the graph
            of each node, where it asks for that.

    Shapes:
        x (N, F) or (B, N, F), edge_index (2, E), edge_weight (E,) or None, batch (N,) or None; result (N, O) or
        (B, N, O).

    Raises:
        ValueError: It is no module, takes no weights where there are some, or does not answer a row per node.

    >>> import torch
    >>> from torch_geometric.nn import GATv2Conv
    >>> from gnnlab import StaticGraphConv
    >>> conv = StaticGraphConv(GATv2Conv(3, 4))
    >>> conv(torch.randn(7, 5, 3), torch.tensor([[0, 1, 2, 3], [1, 2, 3, 4]])).shape
    torch.Size([7, 5, 4])
    """

    def __init__(self, conv: nn.Module) -> None:
        super().__init__()
        if not isinstance(conv, nn.Module):
            raise ValueError(f"conv must be a torch module, but is a {type(conv).__name__}")
        self.conv = conv
        self.takes_weight = "edge_weight" in inspect.signature(conv.forward).parameters
        self._takes_batch = takes_batch(conv)

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        *,
        batch: Tensor | None = None,
    ) -> Tensor:
        """Return the convolution's answer."""
        check_features(x)
        check_batch(x, batch, None)
        if not is_sparse_matrix(edge_index):
            check_edge_form(edge_index)
        if edge_weight is not None and not self.takes_weight:
            raise ValueError(f"edge_weight must be None: {self.name} takes no weights of edges")
        if edge_weight is not None and not is_sparse_matrix(edge_index):
            check_edge_values(edge_weight, edge_index.size(1), name="edge_weight")
        if x.dim() == 2:
            return self._rows(x, edge_index, edge_weight, batch)
        B, N, _ = x.shape
        # 1. one graph of B N nodes
        start = N * torch.arange(B, device=x.device)
        edges = (edge_index.unsqueeze(1) + start.view(1, B, 1)).flatten(1)  # (2, B E)
        weight = None if edge_weight is None else edge_weight.repeat(B)
        if self._takes_batch:
            batch = torch.arange(B, device=x.device).repeat_interleave(N)
        # 2. back to the examples
        return self._rows(x.flatten(0, 1), edges, weight, batch).unflatten(0, (B, N))

    @property
    def name(self) -> str:
        """What the convolution is called."""
        return type(self.conv).__name__

    def _rows(
        self, x: Tensor, edge_index: Tensor, edge_weight: Tensor | None, batch: Tensor | None
    ) -> Tensor:
        given = {} if edge_weight is None else {"edge_weight": edge_weight}
        if batch is not None and self._takes_batch:
            given["batch"] = batch
        found = self.conv(x, edge_index, **given)
        if not isinstance(found, Tensor) or found.dim() != 2 or len(found) != len(x):
            shape = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
            raise ValueError(
                f"{self.name} must answer ({len(x)}, channels), a row per node, but answered {shape}"
            )
        return found

    def reset_parameters(self) -> None:
        """Draw all weights anew, where the convolution can."""
        if callable(reset := getattr(self.conv, "reset_parameters", None)):
            reset()


def takes_batch(conv: nn.Module) -> bool:
    """Whether a convolution asks for `batch`, the graph of each node, because it sees more than the edges."""
    return "batch" in inspect.signature(conv.forward).parameters


def static(conv: nn.Module) -> nn.Module:
    """The convolution itself where it takes (B, N, F), as those of this package do; otherwise one around it."""
    ours = any(cls.__module__.startswith("gnnlab.") for cls in type(conv).__mro__)
    return conv if ours or not isinstance(conv, MessagePassing) else StaticGraphConv(conv)


def pyg_convolution(name: str, in_channels: int, out_channels: int, **options: Any) -> StaticGraphConv:
    """One of PyG's convolutions by its name.

    Those that are made of a network get one of two dense layers, as their papers do: `GINConv` (Xu et al. 2019) and
    `EdgeConv` (Wang et al. 2019), which reads pairs of nodes.

    Args:
        name: A class of `torch_geometric.nn`, such as `SAGEConv`.
        in_channels: F.
        out_channels: O, of all heads together.
        **options: Of its constructor.

    Raises:
        ValueError: There is no such convolution, it takes no such option, or it needs more than its two sizes.

    >>> pyg_convolution("SAGEConv", 3, 4)
    StaticGraphConv(
      (conv): SAGEConv(3, 4, aggr=mean)
    )
    """
    if not isinstance(name, str):
        raise ValueError(f"name must be a class of torch_geometric.nn, but is {name!r}")
    known = {
        n: c for n in dir(pyg) if inspect.isclass(c := getattr(pyg, n)) and issubclass(c, MessagePassing)
    }
    if name not in known:
        by_small_letters = {one.lower(): one for one in known}
        close = difflib.get_close_matches(name.lower(), by_small_letters, n=1)
        hint = f", did you mean {by_small_letters[close[0]]}?" if close else ""
        raise ValueError(f"pyg: torch_geometric.nn has no convolution of the name {name!r}{hint}")
    check_sizes(in_channels=in_channels, out_channels=out_channels)
    make: Any = known[name]
    parameters = list(inspect.signature(make).parameters)
    try:
        if parameters[:1] == ["nn"]:
            inner = _network(in_channels * (2 if name == "EdgeConv" else 1), out_channels)
            return StaticGraphConv(make(inner, **options))
        return StaticGraphConv(make(in_channels, out_channels, **options))
    except (TypeError, ValueError, AssertionError) as error:
        raise ValueError(
            f"pyg: {name}(in, out{''.join(f', {k}={v}' for k, v in options.items())}) cannot be made ({error}); "
            "write a class of your own around it, with (in, out) as its arguments"
        ) from error


def _network(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(nn.Linear(inputs, outputs), nn.ReLU(), nn.Linear(outputs, outputs))
