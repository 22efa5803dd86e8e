"""The graph convolution of Kipf and Welling."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch_geometric.nn import MessagePassing
from torch_geometric.nn.dense.linear import Linear

from gnnlab.layers.aggregation import KERNELS, choose_kernel, keep_explainable
from gnnlab.layers.arguments import FLOWS, check_choice, check_flags, check_lazy_sizes, check_sizes
from gnnlab.layers.edge_list import check_features
from gnnlab.layers.normalization import EdgeMatrix, edge_matrix, traced_matrix
from gnnlab.layers.precision import wide_type
from gnnlab.layers.sorted_edges import SortedEdges
from gnnlab.layers.traced_edges import TracedEdges
from gnnlab.layers.tracing import has_values, seen_through


class GCNConv(MessagePassing):
    """Mean over the neighbourhood, weighted by degree (Kipf & Welling, https://arxiv.org/abs/1609.02907).

    Equation::

        Ã = A + I,  D̃ᵢᵢ = Σⱼ Ãᵢⱼ                  (self-loops; degrees count what a node receives)
        Â = D̃^-1/2 Ã D̃^-1/2                       (normalise)
        Y = Â X W + b

    A[i, j] is the weight of the edge j → i. A self-loop that the graph already has keeps its weight. The
    message j → i is `Âᵢⱼ (X W)ⱼ`; summing messages is a product with Â, and that is how it is computed: dense
    for small graphs, as sparse products in both directions otherwise. With `kernel="message"`, and where the
    layer is explained, hooked, traced, or a subclass has steps of its own (`message`, `aggregate`, `update`), the
    messages themselves are made, as PyG makes them: edges in the order given, then self-loops. Degrees and sums are
    float32 at least, whatever type x has. A dense product multiplies a NaN in one node with the zeros of all
    others, so there it spreads over the whole graph.

    What is made from an edge list is remembered while that tensor lives, so a fixed graph is normalised once, with
    or without `cached`. A change in place is noticed, but not one through `.data` or NumPy memory that the tensor
    shares: `gnnlab.graph_memory(False)` is for graphs that change in this way.

    Args:
        in_channels: F, or -1: as many as x has at the first call.
        out_channels: O.
        improved: Self-loops of weight 2: Ã = A + 2 I (with or without edge weights; PyG's layer leaves
            the 2 out where no weights are given).
        cached: Keep Â of the first call and use it in all later ones. For one fixed graph only: a call with
            another number of nodes, another edge list or weights, or with a batch, is refused.
        add_self_loops: A + I or A. Default: as `normalize`.
        normalize: Â, or A itself when False.
        bias: Learn b.
        kernel: `"auto"`, or one of `"dense"`, `"sparse"`, `"message"`.
        **kwargs: Of `torch_geometric.nn.MessagePassing` (`flow`, `aggr`, ...).

    Shapes:
        x (N, F) or (B, N, F), a batch over one edge list; edge_index (2, E), or an N x N matrix of
        torch.sparse with what node i receives in row i; edge_weight (E,) or (E, 1); result (N, O) or (B, N, O).

    Variables:
        lin.weight (O, F): Wᵀ, Glorot uniform.
        bias (O,): b, zeros.
        The names and shapes are those of PyG's layer: `load_state_dict` takes its weights.

    Raises:
        ValueError: Edges out of range or no integers; `x` of the wrong height, width or type, or two kinds of
            nodes; weights that are negative, infinite or NaN under normalisation; self-loops asked for without
            normalisation; an option of the wrong kind.

    >>> import torch
    >>> from gnnlab import GCNConv, path_graph
    >>> graph = path_graph(4)
    >>> conv = GCNConv(3, 2)
    >>> conv(torch.ones(4, 3), graph.edge_index).shape
    torch.Size([4, 2])
    >>> conv(torch.ones(7, 4, 3), graph.edge_index).shape  # seven signals on one graph
    torch.Size([7, 4, 2])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        improved: bool = False,
        cached: bool = False,
        add_self_loops: bool | None = None,
        normalize: bool = True,
        bias: bool = True,
        *,
        kernel: str = "auto",
        **kwargs: Any,
    ) -> None:
        check_lazy_sizes(in_channels=in_channels)
        check_sizes(out_channels=out_channels)
        if add_self_loops is None:
            add_self_loops = normalize
        check_flags(improved=improved, cached=cached, normalize=normalize, bias=bias)
        check_flags(add_self_loops=add_self_loops)
        check_choice("kernel", kernel, KERNELS)
        check_choice("flow", kwargs.setdefault("flow", FLOWS[0]), FLOWS)
        kwargs.setdefault("aggr", "add")
        kwargs.setdefault("node_dim", -2)
        super().__init__(**kwargs)
        if add_self_loops and not normalize:
            raise ValueError("add_self_loops needs normalize=True: self-loops are added where Â is computed")
        keep_explainable(self)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.improved = improved
        self.cached = cached
        self.add_self_loops = add_self_loops
        self.normalize = normalize
        self.kernel = kernel
        self._cache: tuple[Tensor, Tensor | None, EdgeMatrix] | None = None
        self.lin = Linear(in_channels, out_channels, bias=False, weight_initializer="glorot")
        self.bias = torch.nn.Parameter(torch.empty(out_channels)) if bias else None
        self.reset_parameters()

    def forward(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor | None = None) -> Tensor:
        """Return Â X W + b."""
        if isinstance(x, tuple | list):
            raise ValueError(
                "x must be one tensor: a GCN has one kind of nodes; for two kinds take GATConv, or SAGEConv of PyG"
            )
        check_features(x, self.lin.in_channels, self.lin.weight)
        edge_index = seen_through(edge_index)
        if not has_values(edge_index, edge_weight):
            return self._traced(x, edge_index, edge_weight)
        # 1. Â, remembered from the last call on this edge list
        matrix = self._matrix(x, edge_index, edge_weight)
        # 2. X W
        x = self.lin(x)  # (..., N, O)
        # 3. Â (X W)
        kernel = choose_kernel(self, matrix.edges)
        if kernel == "message":
            out = self._send(matrix.edges, x, matrix.values[matrix.edges.back])
        else:
            out = matrix.times(x, dense=kernel == "dense")
        # 4. + b
        return out if self.bias is None else out + self.bias

    def message(self, x_j: Tensor, edge_weight: Tensor) -> Tensor:
        """Return Âᵢⱼ (X W)ⱼ for each edge j → i."""
        return edge_weight.view(-1, 1) * x_j

    def _send(self, edges: SortedEdges | TracedEdges, x: Tensor, values: Tensor) -> Tensor:
        """Sum the messages over a list of edges, in float32 at least."""
        # propagate_type: (x: Tensor, edge_weight: Tensor)
        wide = x.to(wide_type(x.dtype))
        if edges.num_extra:  # what self-loops that are turned away arrive at
            wide = F.pad(wide, (0, 0, 0, edges.num_extra))
        size = (wide.size(-2), wide.size(-2))
        out = self.propagate(edges.sent, x=wide, edge_weight=values, size=size)
        return out.narrow(self.node_dim, 0, edges.num_nodes).to(x.dtype)

    def _traced(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor | None) -> Tensor:
        """The same in steps that can be traced, whose sizes do not depend on values."""
        edges, values = traced_matrix(edge_index, edge_weight, x.size(-2), **self._form(x))
        out = self._send(edges, self.lin(x), values)
        return out if self.bias is None else out + self.bias

    def _form(self, x: Tensor) -> dict[str, Any]:
        return {
            "self_loops": self.add_self_loops,
            "normalize": self.normalize,
            "fill": 2.0 if self.improved else 1.0,
            "flow": self.flow,
            "dtype": wide_type(x.dtype),
        }

    def _matrix(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor | None) -> EdgeMatrix:
        if self.cached and x.dim() == 3:
            raise ValueError(
                "x must be (N, F) where cached=True, which is for one fixed graph, but is a batch"
            )
        if self.cached and self._cache is not None:
            return self._cached_matrix(x, edge_index, edge_weight)
        matrix = edge_matrix(edge_index, edge_weight, x.size(-2), **self._form(x))
        if self.cached:
            self._cache = (edge_index, edge_weight, matrix)
        return matrix

    def _cached_matrix(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor | None) -> EdgeMatrix:
        assert self._cache is not None
        known_index, known_weight, matrix = self._cache
        same_index = known_index is edge_index or (
            known_index.layout == edge_index.layout == torch.strided and torch.equal(known_index, edge_index)
        )
        same_weight = known_weight is edge_weight or (
            known_weight is not None and edge_weight is not None and torch.equal(known_weight, edge_weight)
        )
        if not (same_index and same_weight and x.size(-2) == matrix.edges.num_nodes):
            raise ValueError(
                "edge_index must be the graph of the first call where cached=True, but differs from it; "
                "use cached=False, which remembers every fixed edge list by itself"
            )
        return matrix

    def reset_parameters(self) -> None:
        """Draw W anew from torch's generator, set b to zero, forget the cached Â."""
        super().reset_parameters()
        self.lin.reset_parameters()
        self._cache = None
        if self.bias is not None:
            torch.nn.init.zeros_(self.bias)
