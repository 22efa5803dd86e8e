"""The graph convolution of Kipf and Welling."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.nn import MessagePassing
from torch_geometric.nn.dense.linear import Linear

from gnnlab.layers.aggregation import check_kernel, check_sizes, choose_kernel
from gnnlab.layers.edge_list import check_features
from gnnlab.layers.normalization import EdgeMatrix, edge_matrix


class GCNConv(MessagePassing):
    """Mean over the neighbourhood, weighted by degree (Kipf & Welling, https://arxiv.org/abs/1609.02907).

    Equation::

        Ã = A + I,  D̃ᵢᵢ = Σⱼ Ãᵢⱼ                  (self-loops; degrees count what a node receives)
        Â = D̃^-1/2 Ã D̃^-1/2                       (normalise)
        Y = Â X W + b

    A[i, j] is the weight of the edge j → i. A self-loop that the graph already has keeps its weight. The
    message j → i is `Âᵢⱼ (X W)ⱼ`; summing messages is a product with Â, and that is how it is computed: dense
    for small graphs, as sparse products in both directions otherwise. With `kernel="message"`, or where the
    layer is explained or hooked, the messages themselves are made. What is made from an edge list is
    remembered while that tensor lives, so a fixed graph is normalised once, with or without `cached`. A dense
    product multiplies a NaN in one node with the zeros of all others, so there it spreads over the whole graph.

    Args:
        in_channels: F.
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
        torch.sparse with what node i receives in row i; edge_weight (E,); result (N, O) or (B, N, O).

    Variables:
        lin.weight (O, F): Wᵀ, Glorot uniform.
        bias (O,): b, zeros.
        The names and shapes are those of PyG's layer: `load_state_dict` takes its weights.

    Raises:
        ValueError: Edges out of range or no integers; `x` of the wrong height or width; weights that are
            negative, infinite or NaN under normalisation; self-loops asked for without normalisation.

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
        **kwargs: object,
    ) -> None:
        kwargs.setdefault("aggr", "add")
        kwargs.setdefault("node_dim", -2)
        super().__init__(**kwargs)
        if add_self_loops is None:
            add_self_loops = normalize
        if add_self_loops and not normalize:
            raise ValueError("add_self_loops needs normalize=True: self-loops are added where Â is computed")
        check_sizes(in_channels=in_channels, out_channels=out_channels)
        check_kernel(kernel)
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
        check_features(x, self.in_channels, next(self.parameters()))
        # 1. Â, remembered from the last call on this edge list
        matrix = self._matrix(x, edge_index, edge_weight)
        # 2. X W
        x = self.lin(x)  # (..., N, O)
        # 3. Â (X W)
        kernel = choose_kernel(self, matrix.edges, x)
        if kernel == "message":
            out = self.propagate(matrix.edges.pairs, x=x, edge_weight=matrix.values)
        else:
            out = matrix.times(x, dense=kernel == "dense")
        # 4. + b
        return out if self.bias is None else out + self.bias

    def message(self, x_j: Tensor, edge_weight: Tensor) -> Tensor:
        """Return Âᵢⱼ (X W)ⱼ for each edge j → i."""
        return edge_weight.view(-1, 1) * x_j

    def _matrix(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor | None) -> EdgeMatrix:
        if self.cached and x.dim() == 3:
            raise ValueError(
                "x must be (N, F) where cached=True, which is for one fixed graph, but is a batch"
            )
        if self.cached and self._cache is not None:
            return self._cached_matrix(x, edge_index, edge_weight)
        matrix = edge_matrix(
            edge_index,
            edge_weight,
            x.size(-2),
            self_loops=self.add_self_loops,
            normalize=self.normalize,
            fill=2.0 if self.improved else 1.0,
            flow=self.flow,
            dtype=x.dtype if x.is_floating_point() else torch.get_default_dtype(),
        )
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
