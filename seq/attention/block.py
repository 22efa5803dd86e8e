"""One block of a Transformer: attention and a feed-forward network, each added to what it reads."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seq.attention.rotary import rotate
from seq.tracing import needs_plain_steps

Past = tuple[Tensor, Tensor]


class TransformerBlock(nn.Module):
    """Attention with several heads, then a feed-forward network, both behind a norm (Xiong et al. 2020).

    .. code-block:: text

        1. q, k, v = W_q n + b_q, ...   with n = norm(x), cut into heads of D = H / heads features
        2. a       = softmax(q kᵀ / sqrt(D)) v
        3. x       = x + W_o a + b_o
        4. x       = x + W_2 GELU(W_1 norm(x) + b_1) + b_2

    Args:
        hidden_size: number of features H, a multiple of ``num_heads``.
        num_heads: number of heads.
        feedforward: units of the feed-forward network.
        causal: each step sees itself and earlier ones only.
        rotary: turn queries and keys by their positions.
        window: how many steps before its own a step sees, of a causal block; None for all.
        dropout: of the attention's weights, of the feed-forward network's units and of what each part adds.

    Shapes:
        - **x**: (B, T, H); **valid**: (B, T) booleans or None; returns (B, T, H)
    """

    def __init__(
        self,
        hidden_size: int,
        *,
        num_heads: int,
        feedforward: int,
        causal: bool,
        rotary: bool,
        window: int | None = None,
        dropout: float,
    ) -> None:
        super().__init__()
        self.num_heads, self.causal, self.rotary = num_heads, causal, rotary
        self.window, self.dropout = window, dropout
        self.norm_attention = nn.LayerNorm(hidden_size)
        self.qkv = nn.Linear(hidden_size, 3 * hidden_size)
        self.out = nn.Linear(hidden_size, hidden_size)
        self.norm_feedforward = nn.LayerNorm(hidden_size)
        self.up = nn.Linear(hidden_size, feedforward)
        self.down = nn.Linear(feedforward, hidden_size)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        return self._read(x, valid, None)[0]

    def resume(self, x: Tensor, past: Past | None = None) -> tuple[Tensor, Past]:
        """The outputs of steps that follow others, and what the steps after them need; for causal blocks.

        Args:
            x: the new steps.
            past: keys and values of the steps before them that can still be seen, as this returned them; None at the
                start.

        Shapes:
            - **x**: (B, T, H); each of **past**: (B, heads, S, D), S at most ``window``
            - returns outputs (B, T, H), and the next ``past``
        """
        return self._read(x, None, past)

    def _read(self, x: Tensor, valid: Tensor | None, past: Past | None) -> tuple[Tensor, Past]:
        # 1. queries, keys and values of each head
        q, k, v = (self._heads(part) for part in self.qkv(self.norm_attention(x)).chunk(3, dim=-1))
        if past is not None:
            k, v = (torch.cat(pair, dim=2) for pair in zip(past, (k, v)))
        S = 0 if self.window is None else -self.window
        seen = (k[:, :, S:], v[:, :, S:])  # keys that are not turned yet: only distances will count
        if self.rotary:
            q, k = rotate(q, first=k.shape[2] - q.shape[2]), rotate(k)
        # 2. what each step takes from the others
        a = self._attend(q, k, v, valid).transpose(1, 2).flatten(2)  # (B, T, H)
        # 3.
        x = x + self._drop(self.out(a))
        # 4.
        units = self._drop(F.gelu(self.up(self.norm_feedforward(x))))
        return x + self._drop(self.down(units)), seen

    def _heads(self, x: Tensor) -> Tensor:
        """(B, heads, T, D) from (B, T, H)."""
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

    def _attend(self, q: Tensor, k: Tensor, v: Tensor, valid: Tensor | None) -> Tensor:
        T, S = q.shape[-2], k.shape[-2]
        # A step sees nothing after itself, so padding, which comes last, is out of sight of every valid step.
        mask = None if valid is None or self.causal else valid[:, None, None, :]
        if needs_plain_steps(q) and not torch.compiler.is_compiling():
            return self._plain_attention(q, k, v, mask)
        all_before = self.causal and T == S and (self.window is None or self.window >= T - 1)
        if self.causal and not all_before and T > 1:  # one step after others sees all that was kept
            mask = self._in_sight(T, S, q.device)
        dropout = self.dropout if self.training else 0.0
        return F.scaled_dot_product_attention(q, k, v, mask, dropout, all_before)

    def _in_sight(self, T: int, S: int, device: torch.device) -> Tensor:
        """Which of S steps the last T of them see, (T, S) booleans."""
        mask = torch.ones(T, S, dtype=torch.bool, device=device).tril(S - T)
        return mask if self.window is None else mask.triu(S - T - self.window)

    def _plain_attention(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
        """The same in steps that torch.func can follow to any order."""
        scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5  # (B, heads, T, S)
        if self.causal:
            mask = self._in_sight(q.shape[-2], k.shape[-2], q.device)
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        return self._drop(scores.softmax(-1)) @ v

    def _drop(self, x: Tensor) -> Tensor:
        return F.dropout(x, self.dropout, self.training)

    def reset_parameters(self) -> None:
        """Draw all parameters anew from torch's global generator."""
        for layer in self.children():
            cast(nn.Linear, layer).reset_parameters()
