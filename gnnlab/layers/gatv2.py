"""Graph attention with the scoring of Brody et al., by the name that PyG has for it."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from gnnlab.layers.gat import GATConv


class GATv2Conv(GATConv):
    """`GATConv` with the scoring of Brody et al. 2022 (https://arxiv.org/abs/2105.14491), and PyG's order of options.

    Equation, the others as in `GATConv`::

        sᵢⱼ = a · leaky_relu(Rᵢ + Lⱼ + W_e dᵢⱼ),  L = X W_l + b_l,  R = X W_r + b_r      (2)

    Args:
        share_weights: W_l = W_r.
        fill_value: Edge features of self-loops, such as a tensor (D,); see `GATConv`.
        **kwargs: All other options are those of `GATConv`.

    Shapes:
        x (N, F) or (B, N, F), or a pair (x_s, x_t) of such; edge_index (2, E); edge features (E, D); result (N, K O),
        or (N, O) without `concat`; attention (E', K).

    Variables:
        lin_l, lin_r (weight and bias), att (1, K, O); the others as in `GATConv`.

    Raises:
        ValueError: As for `GATConv`; and a pair `(x_s, None)`, because the score needs both ends.

    >>> import torch
    >>> from gnnlab import GATv2Conv, path_graph
    >>> GATv2Conv(5, 2, heads=4)(torch.ones(3, 5), path_graph(3).edge_index).shape
    torch.Size([3, 8])
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
        share_weights: bool = False,
        residual: bool = False,
        *,
        kernel: str = "auto",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            heads,
            concat,
            negative_slope,
            dropout,
            add_self_loops,
            edge_dim,
            fill_value,
            bias,
            residual,
            v2=True,
            share_weights=share_weights,
            kernel=kernel,
            **kwargs,
        )

    def forward(  # type: ignore[override]
        self,
        x: Tensor | tuple[Tensor, Tensor | None],
        edge_index: Tensor,
        edge_attr: Tensor | None = None,
        return_attention_weights: bool | None = None,
        *,
        edge_weight: Tensor | None = None,
    ) -> Any:
        """Return Y, or (Y, (edges, α)), with PyG's order of arguments: there is no `size`, as both ends have features.

        Args:
            x, edge_index, return_attention_weights: As for `GATConv`.
            edge_attr, edge_weight: (E,) or (E, D) edge features, by either name.

        Raises:
            ValueError: As for `GATConv`.
        """
        return super().forward(
            x, edge_index, edge_weight, None, return_attention_weights, edge_attr=edge_attr
        )
