"""The graph attention layer of Veličković et al., with the scoring of Brody et al. as an option."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor
from torch_geometric.nn import MessagePassing
from torch_geometric.nn.dense.linear import Linear
from torch_geometric.nn.inits import glorot
from torch_geometric.utils import scatter, softmax

from gnnlab.layers.aggregation import check_fill, check_kernel, check_number, check_sizes, choose_kernel
from gnnlab.layers.attention import dense_scores, edge_scores, masked_softmax, segment_softmax
from gnnlab.layers.edge_list import check_features, edges_of_matrix, is_sparse_matrix
from gnnlab.layers.pair_scores import pair_scores
from gnnlab.layers.sorted_edges import SortedEdges, sorted_edges
from gnnlab.layers.sparse_product import SparseHeads, sparse_product


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

    Scores live at the sorted edges, so memory grows with E K and not with E K O: the softmax runs over
    segments, (4) and its gradients are sparse products a head. Small or dense graphs are computed as N x N
    attention. With `kernel="message"`, or where the layer is explained or hooked, messages are made.

    Args:
        in_channels: F.
        out_channels: O, of one head.
        heads: K.
        concat: Concatenate heads to K O channels, or average them to O.
        negative_slope: Of leaky_relu.
        dropout: Probability of dropping an α in training.
        add_self_loops: Replace the graph's self-loops by one for each node.
        edge_dim: D, the size of edge features; None: there are none.
        fill_value: Edge features of self-loops: a number, a tensor, or how to reduce the features of the
            edges that arrive at the node (`"mean"`, `"add"`, `"min"`, `"max"`, `"mul"`).
        bias: Learn b.
        residual: Learn W_res.
        v2: Score as Brody et al.
        share_weights: W_l = W_r where `v2`.
        kernel: `"auto"`, or one of `"dense"`, `"sparse"`, `"message"`.
        **kwargs: Of `torch_geometric.nn.MessagePassing` (`flow`, ...).

    Shapes:
        x (N, F) or (B, N, F), a batch over one edge list; edge_index (2, E), or an N x N matrix of
        torch.sparse with what node i receives in row i; edge features (E, D), or (E,) where D = 1; result (N,
        K O) or (N, O), with the batch in front; attention (E', K), with the batch in front.

    Variables:
        lin.weight (K O, F), att_src, att_dst (1, K, O); with `v2` lin_l, lin_r (weight and bias) and att.
        lin_edge.weight (K O, D), att_edge (1, K, O) where `edge_dim` is set (`v2` has no att_edge).
        res.weight and bias where asked for. All Glorot uniform, biases zero. Names and shapes are those of
        PyG's GATConv and GATv2Conv: `load_state_dict` takes their weights.

    Raises:
        ValueError: Edges out of range or no integers; `x` of the wrong height or width; edge features without
            `edge_dim`, or of the wrong shape.

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
        in_channels: int,
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
        **kwargs: object,
    ) -> None:
        kwargs.setdefault("aggr", "add")
        super().__init__(node_dim=-3, **kwargs)
        if share_weights and not v2:
            raise ValueError("share_weights needs v2=True: the first scoring has one matrix only")
        check_sizes(in_channels=in_channels, out_channels=out_channels, heads=heads)
        check_sizes(**{} if edge_dim is None else {"edge_dim": edge_dim})
        check_number("negative_slope", negative_slope)
        check_number("dropout", dropout, least=0, most=1)
        check_fill(fill_value)
        check_kernel(kernel)
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
        if v2:
            self.lin_l = Linear(in_channels, wide, bias=bias, weight_initializer="glorot")
            self.lin_r = self.lin_l
            if not share_weights:
                self.lin_r = Linear(in_channels, wide, bias=bias, weight_initializer="glorot")
            self.att = torch.nn.Parameter(torch.empty(1, heads, out_channels))
        else:
            self.lin = Linear(in_channels, wide, bias=False, weight_initializer="glorot")
            self.att_src = torch.nn.Parameter(torch.empty(1, heads, out_channels))
            self.att_dst = torch.nn.Parameter(torch.empty(1, heads, out_channels))
        self.lin_edge, self.att_edge = None, None
        if edge_dim is not None:
            self.lin_edge = Linear(edge_dim, wide, bias=False, weight_initializer="glorot")
            if not v2:
                self.att_edge = torch.nn.Parameter(torch.empty(1, heads, out_channels))
        self.res = Linear(in_channels, total, bias=False, weight_initializer="glorot") if residual else None
        self.bias = torch.nn.Parameter(torch.empty(total)) if bias else None
        self.reset_parameters()

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        *,
        edge_attr: Tensor | None = None,
        return_attention_weights: bool | None = None,
    ) -> Tensor | tuple[Tensor, tuple[Tensor, Tensor]]:
        """Return Y, or (Y, (edges, α)) where the attention is asked for.

        Args:
            x: Node features.
            edge_index: The graph.
            edge_weight: (E,) or (E, D) edge features, in the place where PyG's layer has `edge_attr`. As
                there, (E,) weights have no effect unless `edge_dim` is set: attention learns its own weights.
            edge_attr: The same, by PyG's name.
            return_attention_weights: Return α (after dropout) with the edges it belongs to: those given
                without their self-loops, in their order, then the self-loops that were added.
        """
        check_features(x, self.in_channels, next(self.parameters()))
        edges, attr = self._graph(x, edge_index, edge_weight if edge_attr is None else edge_attr)
        # 1. H = X W (v2: L for the sources, R for the targets)
        h_src, h_dst = self._project(x)  # (..., N, K, O)
        # 2. to 4. scores, attention, sum
        matrices = h_src.shape[:-3].numel() * self.heads
        kernel = choose_kernel(self, edges, h_src, matrices=matrices, share=3)
        if kernel == "dense" and (self.v2 or edges.has_duplicates):
            kernel = "sparse"  # a matrix has one place for parallel edges, and v2 would need N x N x K x O
        attend = {
            "dense": self._attend_dense,
            "sparse": self._attend_sparse,
            "message": self._attend_messages,
        }
        out, alpha = attend[kernel](h_src, h_dst, edges, attr)  # (..., N, K, O)
        # 5. heads, residual, bias
        out = out.flatten(-2) if self.concat else out.mean(-2)
        out = out if self.res is None else out + self.res(x)
        out = out if self.bias is None else out + self.bias
        if return_attention_weights:
            return out, (edges.listed.clone(), self._listed_attention(alpha, edges, kernel))
        return out

    def _graph(self, x: Tensor, edge_index: Tensor, attr: Tensor | None) -> tuple[SortedEdges, Tensor | None]:
        """Sort the edges, and bring their features (E', D), self-loops' included, into the same order."""
        nodes = x.size(-2)
        if is_sparse_matrix(edge_index):
            edge_index, values = edges_of_matrix(edge_index, nodes)
            attr = values if attr is None else attr
        edges = sorted_edges(edge_index, nodes, self_loops=self.add_self_loops, flow=self.flow)
        if attr is not None and (attr.dim() not in (1, 2) or attr.size(0) != edges.num_given):
            raise ValueError(
                f"edge_attr must have the shape ({edges.num_given}, D), but has {tuple(attr.shape)}"
            )
        if self.edge_dim is None or attr is None:
            if attr is not None and attr.dim() == 2:
                raise ValueError("edge_attr needs edge_dim, the number of its columns, to be set")
            return edges, None
        attr = attr.view(-1, 1) if attr.dim() == 1 else attr
        if attr.size(1) != self.edge_dim:
            raise ValueError(
                f"edge_attr must have edge_dim = {self.edge_dim} columns, but has {attr.size(1)}"
            )
        return edges, edges.rows_of(attr, self._loop_features(edge_index, attr, nodes))

    def _loop_features(self, edge_index: Tensor, attr: Tensor, nodes: int) -> Tensor | None:
        if not self.add_self_loops:
            return None
        if isinstance(self.fill_value, str):
            stays = edge_index[0] != edge_index[1]
            return scatter(attr[stays], edge_index[1][stays], 0, dim_size=nodes, reduce=self.fill_value)
        fill = torch.as_tensor(self.fill_value, dtype=attr.dtype, device=attr.device)
        return fill.expand(nodes, attr.size(1))

    def _project(self, x: Tensor) -> tuple[Tensor, Tensor]:
        shape = (*x.shape[:-1], self.heads, self.out_channels)
        if not self.v2:
            h = self.lin(x).view(shape)
            return h, h
        left = self.lin_l(x).view(shape)
        return left, left if self.lin_r is self.lin_l else self.lin_r(x).view(shape)

    def _edge_term(self, attr: Tensor | None) -> Tensor | None:
        """a_edge · W_e d for each edge (K, E'), by way of the (K, D) product a_edge W_e."""
        if attr is None or self.lin_edge is None or self.att_edge is None:
            return None
        weight = self.lin_edge.weight.view(self.heads, self.out_channels, -1)
        return torch.einsum("ko,kod->kd", self.att_edge[0], weight) @ attr.t()

    def _node_scores(self, h: Tensor) -> tuple[Tensor, Tensor]:
        """Return a_src · H and a_dst · H, both (K, ..., N), of h (K, ..., N, O)."""
        flat = h.view(self.heads, -1, self.out_channels)
        source = torch.bmm(flat, self.att_src.view(self.heads, -1, 1))
        target = torch.bmm(flat, self.att_dst.view(self.heads, -1, 1))
        return source.view(h.shape[:-1]), target.view(h.shape[:-1])

    def _attend_dense(
        self, h_src: Tensor, h_dst: Tensor, edges: SortedEdges, attr: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Attention as matrices: α (K, ..., N, N)."""
        h = h_src.movedim(-2, 0).contiguous()  # (K, ..., N, O)
        source, target = self._node_scores(h)
        extra = self._edge_term(attr)
        scores = dense_scores(target, source, edges, self.negative_slope, extra)
        alpha = F.dropout(masked_softmax(scores, edges), self.dropout, self.training)
        return (alpha @ h).movedim(0, -2), alpha

    def _attend_sparse(
        self, h_src: Tensor, h_dst: Tensor, edges: SortedEdges, attr: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Attention at the sorted edges: α (K, ..., E'), and Z = K x batch matrices."""
        *lead, nodes, heads, channels = h_src.shape
        batch = h_src.shape[:-3].numel()
        h = h_src.movedim(-2, 0).contiguous()  # (K, ..., N, O)
        if self.v2:
            weight = None if attr is None or self.lin_edge is None else self.lin_edge.weight
            left, right = (part.reshape(batch, nodes, heads, channels) for part in (h_src, h_dst))
            scores = pair_scores(left, right, self.att[0], edges, self.negative_slope, attr, weight)
            scores = scores.permute(2, 0, 1).flatten(0, 1)
        else:
            source, target = (part.reshape(heads * batch, nodes) for part in self._node_scores(h))
            extra = self._edge_term(attr)
            if extra is not None:
                extra = extra.repeat_interleave(batch, dim=0)
            scores = edge_scores(target, source, edges, self.negative_slope, extra)
        alpha = F.dropout(segment_softmax(scores, edges), self.dropout, self.training)  # (Z, E')
        out = sparse_product(alpha, h.view(heads * batch, nodes, channels), SparseHeads(edges, alpha))
        return out.view(h.shape).movedim(0, -2), alpha.view(heads, *lead, edges.num_edges)

    def _attend_messages(
        self, h_src: Tensor, h_dst: Tensor, edges: SortedEdges, attr: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Attention edge by edge, through PyG's hooks: α (..., E', K, 1)."""
        size = (edges.num_nodes, edges.num_nodes)
        alpha = self.edge_updater(edges.pairs, h=(h_src, h_dst), edge_attr=attr, size=size)
        return self.propagate(edges.pairs, h=(h_src, h_dst), alpha=alpha, size=size), alpha

    def edge_update(
        self,
        h_j: Tensor,
        h_i: Tensor,
        edge_attr: Tensor | None,
        index: Tensor,
        dim_size: int | None,
    ) -> Tensor:
        """Return αᵢⱼ for each edge: equations (2) and (3) as they are written."""
        edge = 0.0
        if edge_attr is not None and self.lin_edge is not None:
            edge = self.lin_edge(edge_attr).view(-1, self.heads, self.out_channels)
        if self.v2:
            scores = (F.leaky_relu(h_i + h_j + edge, self.negative_slope) * self.att).sum(-1, keepdim=True)
        else:
            scores = (h_i * self.att_dst + h_j * self.att_src).sum(-1, keepdim=True)
            if edge_attr is not None and self.att_edge is not None:
                scores = scores + (edge * self.att_edge).sum(-1, keepdim=True)
            scores = F.leaky_relu(scores, self.negative_slope)
        alpha = softmax(scores, index, num_nodes=dim_size, dim=self.node_dim)
        return F.dropout(alpha, self.dropout, self.training)

    def message(self, h_j: Tensor, alpha: Tensor) -> Tensor:
        """Return αᵢⱼ Hⱼ for each edge j → i."""
        return alpha * h_j

    def _listed_attention(self, alpha: Tensor, edges: SortedEdges, kernel: str) -> Tensor:
        """Bring α as one of the kernels made it to (..., E', K), in the order of the list."""
        if kernel == "message":
            rows = alpha.squeeze(-1)
        elif kernel == "dense":
            rows = alpha[..., edges.target, edges.source].movedim(0, -1)
        else:
            rows = alpha.movedim(0, -1)
        return rows.index_select(-2, edges.back)

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
        return f"{type(self).__name__}({self.in_channels}, {self.out_channels}, heads={self.heads})"
