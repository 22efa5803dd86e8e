"""The graph attention layer of Veličković et al., with the scoring of Brody et al. as an option."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch_geometric.nn import MessagePassing
from torch_geometric.nn.dense.linear import Linear
from torch_geometric.nn.inits import glorot
from torch_geometric.typing import OptPairTensor, OptTensor  # noqa: F401 (the first one in what PyG compiles)
from torch_geometric.utils import softmax

from gnnlab.layers.aggregation import KERNELS, keep_explainable
from gnnlab.layers.arguments import (
    FLOWS,
    check_choice,
    check_fill,
    check_flags,
    check_lazy_sizes,
    check_number,
    check_sizes,
    sizes_of_both,
)
from gnnlab.layers.attend import attend, beside
from gnnlab.layers.attention import attention_matrix
from gnnlab.layers.attention_graph import attention_graph, check_nodes, edge_features
from gnnlab.layers.edge_list import is_sparse_matrix
from gnnlab.layers.sorted_edges import SortedEdges


class GATConv(MessagePassing):
    """Learned mean over the neighbourhood (Veličković et al. 2018, https://arxiv.org/abs/1710.10903).

    Equation, for each of K heads::

        H = X W                                                   (1)
        sᵢⱼ = leaky_relu(a_dst · Hᵢ + a_src · Hⱼ + a_edge · W_e dᵢⱼ)  (2) for each edge j → i
        αᵢⱼ = exp(sᵢⱼ) / Σₖ exp(sᵢₖ), then dropout                 (3) over the edges k → i
        Yᵢ = Σⱼ αᵢⱼ Hⱼ                                              (4)
        Y = concat or mean over heads, + X W_res, + b              (5)

    With `v2` (Brody et al. 2022, https://arxiv.org/abs/2105.14491), (2) is
    `sᵢⱼ = a · leaky_relu(Rᵢ + Lⱼ + W_e dᵢⱼ)`, L = X W_l + b_l, R = X W_r + b_r, and L is summed in (4).
    `GATv2Conv` is this layer by PyG's name.

    Scores live at the sorted edges, so memory grows with E K and not with E K O: the softmax runs over segments, (4)
    and its gradients are sparse products a head. Small or dense graphs are computed as N x N attention. On a GPU with
    Triton one kernel does (2) to (4) in float32. With `kernel="message"`, and where the layer is explained, hooked,
    traced, or a subclass has steps of its own (`message`, `edge_update`, `aggregate`, `update`), messages are made, as
    PyG makes them: edges in the order given, then self-loops. Scores and sums are float32 at least, whatever x is.

    A NaN in the features of one node makes every node NaN that hears it; dense attention multiplies it with the
    zeros of all others, so there it spreads over the whole graph. What is made from an edge list is remembered as
    `GCNConv` says: a change through `.data` or shared NumPy memory is not noticed, see `gnnlab.graph_memory`.

    Args:
        in_channels: F, or (F_s, F_t) for sources and targets that are nodes of two kinds; -1: as many as at the
            first call.
        out_channels: O, of one head.
        heads: K.
        concat: Concatenate heads to K O channels, or average them to O.
        negative_slope: Of leaky_relu.
        dropout: Probability of dropping an α in training.
        add_self_loops: Replace the graph's self-loops by one for each node; between two kinds of nodes, join
            source i to target i.
        edge_dim: D, the size of edge features, or -1; None: there are none.
        fill_value: Edge features of self-loops: a number, a tensor (D,), or how to reduce the features of the
            edges that arrive at the node (`"mean"`, `"add"`, `"min"`, `"max"`, `"mul"`).
        bias: Learn b.
        residual: Learn W_res.
        v2: Score as Brody et al.
        share_weights: W_l = W_r where `v2`.
        kernel: `"auto"`, or one of `"dense"`, `"sparse"`, `"message"`.
        **kwargs: Of `torch_geometric.nn.MessagePassing` (`flow`, ...).

    Shapes:
        x (N, F) or (B, N, F), a batch over one edge list, or a pair of such, (x_s, x_t) or (x_s, None);
        edge_index (2, E), or an N x N (targets x sources) matrix of torch.sparse with what node i receives in row i;
        edge features (E, D), or (E,) where D = 1; result (N, K O) or (N, O), with the batch in front; attention
        (E', K), with the batch in front.

    Variables:
        lin.weight (K O, F), or lin_src.weight (K O, F_s) and lin_dst.weight (K O, F_t); att_src, att_dst (1, K, O);
        with `v2` lin_l, lin_r (weight and bias) and att.
        lin_edge.weight (K O, D), att_edge (1, K, O) where `edge_dim` is set (`v2` has no att_edge).
        res.weight and bias where asked for. All Glorot uniform, biases zero. Names and shapes are those of
        PyG's GATConv and GATv2Conv: `load_state_dict` takes their weights.

    Raises:
        ValueError: Edges out of range or no integers; `x` of the wrong height, width or type; edge features without
            `edge_dim`, or of the wrong shape or type; an option of the wrong kind.

    >>> import torch
    >>> from gnnlab import GATConv, path_graph
    >>> graph = path_graph(3)
    >>> conv = GATConv(5, 2, heads=4)
    >>> y, (edges, alpha) = conv(torch.ones(3, 5), graph.edge_index, return_attention_weights=True)
    >>> y.shape, edges.shape, alpha.shape  # four edges and three self-loops
    (torch.Size([3, 8]), torch.Size([2, 7]), torch.Size([7, 4]))
    """

    def __init__(
        self,
        in_channels: int | tuple[int, int],
        out_channels: int,
        heads: int = 1,
        concat: bool = True,
        negative_slope: float = 0.2,
        dropout: float = 0.0,
        add_self_loops: bool = True,
        edge_dim: int | None = None,
        fill_value: float | Tensor | str = "mean",
        bias: bool = True,
        residual: bool = False,
        *,
        v2: bool = False,
        share_weights: bool = False,
        kernel: str = "auto",
        **kwargs: Any,
    ) -> None:
        sizes = sizes_of_both(in_channels)
        check_sizes(out_channels=out_channels, heads=heads)
        check_lazy_sizes(**{} if edge_dim is None else {"edge_dim": edge_dim})
        check_number("negative_slope", negative_slope)
        check_number("dropout", dropout, least=0, most=1)
        check_flags(concat=concat, add_self_loops=add_self_loops, bias=bias, residual=residual)
        check_flags(v2=v2, share_weights=share_weights)
        check_fill(fill_value)
        check_choice("kernel", kernel, KERNELS)
        check_choice("flow", kwargs.setdefault("flow", FLOWS[0]), FLOWS)
        if share_weights and not v2:
            raise ValueError("share_weights needs v2=True: the first scoring has one matrix only")
        kwargs.setdefault("aggr", "add")
        super().__init__(node_dim=0, **kwargs)
        keep_explainable(self)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.heads = heads
        self.concat = concat
        self.negative_slope = negative_slope
        self.dropout = dropout
        self.add_self_loops = add_self_loops
        self.edge_dim = edge_dim
        self.fill_value = fill_value
        self.residual = residual
        self.v2 = v2
        self.kernel = kernel
        wide, total = heads * out_channels, out_channels * (heads if concat else 1)

        def linear(size: int, channels: int = wide, bias: bool = False) -> Linear:
            return Linear(size, channels, bias=bias, weight_initializer="glorot")

        if v2:
            self.lin_l = linear(sizes[0], bias=bias)
            self.lin_r = self.lin_l if share_weights else linear(sizes[1], bias=bias)
            self.att = torch.nn.Parameter(torch.empty(1, heads, out_channels))
        else:
            self.lin = self.lin_src = self.lin_dst = None
            if isinstance(in_channels, tuple | list):
                self.lin_src, self.lin_dst = linear(sizes[0]), linear(sizes[1])
            else:
                self.lin = linear(sizes[0])
            self.att_src = torch.nn.Parameter(torch.empty(1, heads, out_channels))
            self.att_dst = torch.nn.Parameter(torch.empty(1, heads, out_channels))
        self.lin_edge, self.att_edge = None, None
        if edge_dim is not None:
            self.lin_edge = linear(edge_dim)
            if not v2:
                self.att_edge = torch.nn.Parameter(torch.empty(1, heads, out_channels))
        self.res = linear(sizes[1], total) if residual else None
        self.bias = torch.nn.Parameter(torch.empty(total)) if bias else None
        self.reset_parameters()

    def forward(
        self,
        x: Tensor | tuple[Tensor, Tensor | None],
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        size: tuple[int, int] | None = None,
        return_attention_weights: bool | None = None,
        *,
        edge_attr: Tensor | None = None,
    ) -> Any:
        """Return Y, or (Y, (edges, α)) where the attention is asked for.

        Args:
            x: Node features, or those of sources and of targets.
            edge_index: The graph.
            edge_weight: (E,) or (E, D) edge features, in the place where PyG's layer has `edge_attr`. As
                there, (E,) weights have no effect unless `edge_dim` is set: attention learns its own weights.
            size: How many sources and targets there are, for targets without features: (x, None).
            return_attention_weights: Return α (after dropout) with the edges it belongs to: those given
                without their self-loops, in their order, then the self-loops that were added. Of a sparse matrix:
                a sparse matrix of α with its entries. While steps are traced, the graph's own self-loops stay in
                the list, with α = 0.
            edge_attr: (E,) or (E, D) the edge features by PyG's name.
        """
        if edge_attr is not None and edge_weight is not None:
            raise ValueError("edge_weight must be None where edge_attr is given: both are the edge features")
        if return_attention_weights is not None:
            check_flags(return_attention_weights=return_attention_weights)
        linears = self._linears()
        nodes = check_nodes(x, linears, size, edge_index, self.flow)
        if self.v2 and nodes.target is None:
            raise ValueError(
                "x must have features of the targets too for the second scoring, but x[1] is None"
            )
        given = edge_weight if edge_attr is None else edge_attr
        edges, plain, given = attention_graph(
            nodes, edge_index, given, self_loops=self.add_self_loops, flow=self.flow
        )
        name = "edge_attr" if edge_weight is None else "edge_attr (given as edge_weight)"
        attr = edge_features(edges, plain, given, self.lin_edge, self.fill_value, name)
        # 1. H = X W (v2: L for the sources, R for the targets)
        h_src, h_dst = self._project(nodes.source, nodes.target)  # (..., N, K, O)
        # 2. to 4. scores, attention, sum
        wants_alpha = bool(return_attention_weights)
        out, attention = attend(self, h_src, h_dst, edges, attr, wants_alpha)  # (..., N, K, O)
        # 5. heads, residual, bias
        out = out.flatten(-2) if self.concat else out.mean(-2)
        if self.res is not None and nodes.target is not None:
            out = out + self.res(nodes.target)
        out = out if self.bias is None else out + self.bias
        if not wants_alpha or attention is None:
            return out
        alpha = attention()  # (..., E', K)
        if is_sparse_matrix(edge_index) and isinstance(edges, SortedEdges):
            return out, attention_matrix(alpha, edges, edge_index)
        return out, (edges.listed.clone(), alpha)

    def _linears(self) -> tuple[Linear, Linear]:
        """What makes H of the sources and of the targets."""
        if self.v2:
            return self.lin_l, self.lin_r
        return (self.lin, self.lin) if self.lin is not None else (self.lin_src, self.lin_dst)

    def _project(self, source: Tensor, target: Tensor | None) -> tuple[Tensor, Tensor | None]:
        first, second = self._linears()
        h_src = first(source).unflatten(-1, (self.heads, self.out_channels))
        if target is None:
            return h_src, None
        if target is source and second is first:
            return h_src, h_src
        return h_src, second(target).unflatten(-1, (self.heads, self.out_channels))

    # What PyG compiles these steps for:
    # edge_updater_type: (alpha: OptPairTensor, x: OptPairTensor, edge_attr: OptTensor)
    # propagate_type: (x: OptPairTensor, alpha: Tensor)

    def edge_update(
        self,
        alpha_j: OptTensor,
        alpha_i: OptTensor,
        x_j: OptTensor,
        x_i: OptTensor,
        edge_attr: OptTensor,
        index: Tensor,
        ptr: OptTensor,
        dim_size: int | None,
    ) -> Tensor:
        """Return αᵢⱼ (E', ..., K) for each edge: equations (2) and (3) as they are written.

        The first scoring has a · H of both ends, alpha_j and alpha_i; the second L and R, x_j and x_i.
        """
        edge = None
        if edge_attr is not None and self.lin_edge is not None:
            edge = self.lin_edge(edge_attr).unflatten(-1, (self.heads, self.out_channels))  # (E', K, O)
        if x_j is not None and x_i is not None:
            edge = 0.0 if edge is None else beside(edge, x_j)
            scores = (F.leaky_relu(x_i + x_j + edge, self.negative_slope) * self.att).sum(-1)
        else:
            scores = alpha_j if alpha_i is None else alpha_j + alpha_i
            if edge is not None:
                scores = scores + beside((edge * self.att_edge).sum(-1), scores)
            scores = F.leaky_relu(scores, self.negative_slope)
        alpha = softmax(scores, index, ptr, dim_size)
        return F.dropout(alpha, self.dropout, self.training)

    def message(self, x_j: Tensor, alpha: Tensor) -> Tensor:
        """Return αᵢⱼ Hⱼ for each edge j → i, (E', ..., K, O) from x_j of that shape and alpha (E', ..., K)."""
        return alpha.unsqueeze(-1) * x_j

    def reset_parameters(self) -> None:
        """Draw all weights anew from torch's generator and set the biases to zero."""
        super().reset_parameters()
        for linear in self.children():
            if isinstance(linear, Linear):
                linear.reset_parameters()
        for name in ("att", "att_src", "att_dst", "att_edge"):
            glorot(getattr(self, name, None))
        if self.bias is not None:
            torch.nn.init.zeros_(self.bias)

    def __repr__(self) -> str:
        second = ", v2=True" if self.v2 and type(self) is GATConv else ""
        return f"{type(self).__name__}({self.in_channels}, {self.out_channels}, heads={self.heads}{second})"
