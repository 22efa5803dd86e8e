"""Graph networks that predict the next character: each character is a node with edges from those before it."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.core.registry import CONVOLUTIONS, Part

State = tuple[Tensor, ...]
REMEMBERED = 64  # edge lists of so many lengths are kept


class CausalEdges:
    """Edges j → i for i - w ≤ j ≤ i over N characters, by offset i - j. A character sees none after it.

    Args:
        nodes: N.
        window: w.
        device: Where the edges are wanted.

    Attributes:
        relations: Edges of each offset 0..w, (2, N - offset) each; no edge where N is smaller.
        edge_index: All of them, (2, E).
        offsets: The offset of each edge as one-hot features, (E, w + 1).

    Example:
        >>> CausalEdges(3, 1, torch.device("cpu")).edge_index
        tensor([[0, 1, 2, 0, 1],
                [0, 1, 2, 1, 2]])
    """

    def __init__(self, nodes: int, window: int, device: torch.device) -> None:
        places = torch.arange(nodes, device=device)
        self.relations = [
            torch.stack([places[: nodes - offset], places[offset:]])
            for offset in range(min(window + 1, nodes))
        ]
        self.edge_index = torch.cat(self.relations, dim=1)
        offsets = torch.cat(
            [torch.full_like(edges[0], offset) for offset, edges in enumerate(self.relations)]
        )
        self.offsets = F.one_hot(offsets, window + 1).to(torch.get_default_dtype())


@lru_cache(REMEMBERED)
def causal_edges(nodes: int, window: int, device: torch.device) -> CausalEdges:
    """``CausalEdges``, made once for all sequences of a length."""
    return CausalEdges(nodes, window, device)


class RelationalConv(nn.Module):
    """A graph convolution with weights for each offset (relations, Schlichtkrull et al. 2018).

    Equation, for GCN::

        Yᵢ = (w + 1)^-1/2 Σᵣ Xᵢ₋ᵣ Wᵣ + b      over the offsets r = 0..w for which there is a character

    One convolution without normalisation a relation: each node has at most one edge of each offset, so there is nothing
    to average. With a single W for all offsets a layer could not tell the order of the characters before it.

    Args:
        part: A convolution with the feature ``relations``.
        in_channels: F.
        out_channels: O.
        window: w.

    Shapes:
        x (B, N, F); result (B, N, O).
    """

    def __init__(self, part: Part, in_channels: int, out_channels: int, window: int) -> None:
        super().__init__()
        self.relations = nn.ModuleList(
            part.layer(in_channels, out_channels, normalize=False, bias=offset == 0, kernel="dense")
            for offset in range(window + 1)
        )
        self.scale = 1 / math.sqrt(window + 1)

    def forward(self, x: Tensor, edges: CausalEdges) -> Tensor:
        """Return Y."""
        x = x * self.scale
        total: Tensor | None = None
        for conv, edge_index in zip(self.relations, edges.relations):
            message = conv(x, edge_index)
            total = message if total is None else total + message
        assert total is not None
        return total


class OffsetConv(nn.Module):
    """A graph convolution that sees how far away a character is: the offset is the edge's feature, one-hot.

    Equation, for each head of attention: see ``gnnlab.GATConv``; its term a_edge · W_e d is a learned number for each
    offset.

    Args:
        part: A convolution with the feature ``edge_features``.
        in_channels: F.
        out_channels: O, of all heads together.
        window: w.
        heads: K, a divisor of O.

    Shapes:
        x (B, N, F); result (B, N, O).
    """

    def __init__(self, part: Part, in_channels: int, out_channels: int, window: int, heads: int) -> None:
        super().__init__()
        self.conv = part.conv(
            in_channels, out_channels, heads=heads, add_self_loops=False, edge_dim=window + 1
        )

    def forward(self, x: Tensor, edges: CausalEdges) -> Tensor:
        """Return Y."""
        return self.conv(x, edges.edge_index, edge_attr=edges.offsets.to(x.dtype))


class CharacterGraphModel(nn.Module):
    """Predict each next character from the graph of the characters before it.

    ``model(tokens, state=None) -> (logits, state)``, as ``seq.NextCharacterModel`` has it.

    Equation::

        X⁰ = E[token] W + b                     a node a character
        Xˡ = Xˡ⁻¹ + relu(convˡ(Xˡ⁻¹, edges))    l = 1..L
        p  = X^L W_p + b_p

    Nodes do not know their place in the text, only how far away others are, so a text read in pieces gives the logits
    of the text read at once: the state is the last L w characters, which is all that L layers can reach.

    Args:
        num_tokens: V.
        hidden_channels: H.
        num_layers: L.
        window: w.
        conv: An entry of ``CONVOLUTIONS`` that can have weights for each offset, or the offset as feature of an edge.
        heads: Attention heads, a divisor of H, where it has any.
        encoding: ``embedding`` or ``onehot``.
        embedding_channels: Size of the embedding.
        dropout: After each convolution, in training.

    Shapes:
        tokens (B, T) long; logits (B, T, V); state ((B, at most L w),) long.

    Raises:
        ValueError: An unknown name, heads that do not divide H, or tokens of a wrong shape.

    Example:
        >>> model = CharacterGraphModel(11, hidden_channels=8, num_layers=2, window=3)
        >>> logits, state = model(torch.tensor([[1, 2, 3], [10, 0, 7]]))
        >>> logits.shape, state[0].shape
        (torch.Size([2, 3, 11]), torch.Size([2, 3]))
    """

    def __init__(
        self,
        num_tokens: int,
        *,
        hidden_channels: int,
        num_layers: int,
        window: int,
        conv: str = "gcn",
        heads: int = 1,
        encoding: str = "embedding",
        embedding_channels: int = 64,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        part = CONVOLUTIONS.get(conv)
        if part is None or not part.features & {"relations", "edge_features"}:
            raise ValueError(f"conv: {conv!r} is no convolution that can tell how far away a character is")
        if encoding not in ("embedding", "onehot"):
            raise ValueError(f"encoding: unknown {encoding!r}; it should be embedding or onehot")
        if hidden_channels % part.step(heads):
            raise ValueError(f"heads: {heads} should divide the {hidden_channels} hidden channels")
        self.num_tokens, self.window, self.dropout = num_tokens, window, dropout
        self.reach = num_layers * window
        # A one-hot vector times a matrix is a row of it: the same numbers without the product.
        size = embedding_channels if encoding == "embedding" else hidden_channels
        self.embedding = nn.Embedding(num_tokens, size)
        self.dense = nn.Linear(size, hidden_channels) if encoding == "embedding" else nn.Identity()
        H = hidden_channels
        self.convs = nn.ModuleList(
            RelationalConv(part, H, H, window)
            if "relations" in part.features
            else OffsetConv(part, H, H, window, heads)
            for _ in range(num_layers)
        )
        self.head = nn.Linear(H, num_tokens)

    def forward(self, tokens: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Return logits (B, T, V), and the characters that the next call needs."""
        if tokens.dim() != 2 or tokens.size(1) == 0:
            raise ValueError(f"tokens: their shape {tuple(tokens.shape)} should be (B, T) with T >= 1")
        # 1. the characters before them are nodes too
        nodes = tokens if state is None else torch.cat([state[0], tokens], dim=1)  # (B, N)
        x = self.dense(self.embedding(nodes))  # (B, N, H)
        # 2. graph layers over one edge list for all sequences
        edges = causal_edges(nodes.size(1), self.window, nodes.device)
        for conv in self.convs:
            x = x + F.dropout(torch.relu(conv(x, edges)), self.dropout, self.training)
        # 3. logits of the new ones
        logits = self.head(x[:, -tokens.size(1) :])
        return logits, (nodes[:, max(0, nodes.size(1) - self.reach) :],)
