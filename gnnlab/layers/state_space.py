"""A state space over the layers of a graph network: each node remembers, and layers are its time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from gnnlab.layers.arguments import check_choice, check_number, check_sizes
from gnnlab.layers.edge_list import check_features
from gnnlab.layers.gcn import GCNConv
from gnnlab.layers.places import check_batch
from gnnlab.layers.static_graph import static, takes_batch

NONLINEARITIES = {"tanh": torch.tanh, "relu": torch.relu}


class StateSpaceConv(nn.Module):
    """One step of a linear memory in each node, driven by a convolution (after Arroyo et al. 2025).

    Equation::

        λ  = exp(-exp ν)                 (one real number in (0, 1) a channel)
        H' = λ ⊙ H + B φ(conv(H))

    "On vanishing gradients, over-smoothing, and over-squashing in GNNs: bridging recurrent and graph learning",
    https://arxiv.org/abs/2502.10818, reads layers as the time of a recurrent network, whose layer shrinks what it
    passes on; a state with λ near 1 does not. All layers of the network are this one:
    `GraphNet(H, H, C, L, conv=StateSpaceConv, shared=True, activation=torch.nn.Identity())`. The network's own
    activation has to be the identity there, or the state would pass through it at every layer.

    What a node has heard stays; a message still goes through B φ(conv) once for every hop. Where there are as many
    layers as hops it never waits, and λ cannot help it: give the network more layers than hops.

    Choices of this layer, which are not the paper's word: λ is real, in the form of the linear recurrent unit (Orvieto
    et al. 2023, https://arxiv.org/abs/2303.06349). φ is tanh by default: with λ near 1 the state sums up what L layers
    say, and each adds a bounded vector then; after ReLU it can grow by a factor a layer. B is drawn orthogonal, so that
    it shortens no message.

    Args:
        in_channels: H.
        out_channels: H again: a state keeps its size.
        inner: Makes the convolution, a function `(in_channels, out_channels) -> layer`. Default: `GCNConv`.
        nonlinearity: φ, `"tanh"` or `"relu"`.
        decay: Between which numbers in (0, 1) each λ is drawn, uniformly.
        **options: Passed to `inner`.

    Shapes:
        x (N, H) or (B, N, H), a batch over one edge list; edge_index (2, E); edge_weight (E,), where `inner` takes it;
        result as x.

    Variables:
        nu (H,): ν.
        B.weight (H, H).
        conv: The convolution.

    Raises:
        ValueError: `out_channels` is not `in_channels`, an option of the wrong kind, or a convolution that answers
            another shape than that of x.

    >>> import torch
    >>> from gnnlab import GraphNet, StateSpaceConv, path_graph
    >>> net = GraphNet(8, 8, 3, 20, conv=StateSpaceConv, shared=True, activation=torch.nn.Identity())
    >>> net(torch.randn(7, 5, 8), path_graph(5).edge_index, query=4).shape
    torch.Size([7, 3])
    >>> sum(p.numel() for p in net.shared.parameters())  # ν, B, and W and b of the convolution; not one of each a layer
    144
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        *,
        inner: Callable[[int, int], nn.Module] | None = None,
        nonlinearity: str = "tanh",
        decay: tuple[float, float] = (0.9, 0.999),
        **options: Any,
    ) -> None:
        super().__init__()
        check_sizes(in_channels=in_channels, out_channels=out_channels)
        if in_channels != out_channels:
            raise ValueError(
                f"out_channels must be in_channels = {in_channels}, as a state keeps its size, but is {out_channels}"
            )
        if inner is not None and not callable(inner):
            raise ValueError(f"inner must be a function that makes a convolution, but is {inner!r}")
        check_choice("nonlinearity", nonlinearity, tuple(NONLINEARITIES))
        self.decay = _interval(decay)
        self.in_channels, self.out_channels, self.nonlinearity = in_channels, out_channels, nonlinearity
        self.nu = nn.Parameter(torch.empty(in_channels))
        self.B = nn.Linear(in_channels, in_channels, bias=False)
        self.conv = static((inner or GCNConv)(in_channels, in_channels, **options))
        self._takes_batch = takes_batch(self.conv)
        self._draw()

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        *,
        batch: Tensor | None = None,
    ) -> Tensor:
        """Return H'.

        Args:
            x, edge_index, edge_weight: As for the convolution.
            batch: (N,) the graph of each node, for a convolution that asks for it.
        """
        check_features(x, self.in_channels, self.nu)
        check_batch(x, batch, None)
        # 1. what the neighbours say
        given = () if edge_weight is None else (edge_weight,)
        graphs = {"batch": batch} if batch is not None and self._takes_batch else {}
        heard = self.conv(x, edge_index, *given, **graphs)
        if heard.shape != x.shape:
            raise ValueError(
                f"inner must make a convolution that answers {tuple(x.shape)}, but its answer has {tuple(heard.shape)}"
            )
        # 2. what the node remembers, and what it adds
        return self.eigenvalues() * x + self.B(NONLINEARITIES[self.nonlinearity](heard))

    def eigenvalues(self) -> Tensor:
        """Return λ (H,), the share of each channel that a layer keeps."""
        return torch.exp(-torch.exp(self.nu))

    def _draw(self) -> None:
        least, most = self.decay
        with torch.no_grad():
            self.nu.uniform_(least, most).log_().neg_().log_()
        nn.init.orthogonal_(self.B.weight)

    def reset_parameters(self) -> None:
        """Draw all weights anew from torch's generator."""
        self.conv.reset_parameters()  # type: ignore[operator]
        self._draw()


def _interval(decay: Any) -> tuple[float, float]:
    if not isinstance(decay, tuple | list) or len(decay) != 2:
        raise ValueError(f"decay must be two numbers, the least and the largest λ, but is {decay!r}")
    for end in decay:
        check_number("decay", end, least=0, most=1)
    least, most = (float(end) for end in decay)
    if not 0 < least <= most < 1:
        raise ValueError(f"decay must be two numbers between 0 and 1, the smaller first, but is {decay!r}")
    return least, most
