"""One character drawn from a model's prediction."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from seq.text.temperature import softmax_with_temperature


class Draw:
    """One character from each row of logits, by inversion: the first whose summed probability reaches 1 - u.

    Args:
        temperature: 0 or more.
        top_k: None for all characters.
        generator: None for torch's global one.
        never: Tokens that are not drawn.
    """

    def __init__(
        self,
        temperature: float,
        top_k: int | None,
        generator: torch.Generator | None,
        never: Sequence[int] = (),
    ) -> None:
        self.temperature, self.top_k, self.generator = temperature, top_k, generator
        self.never = list(never)
        self._barred: Tensor | None = None

    def __call__(self, logits: Tensor) -> Tensor:
        """Tokens (B,) from logits (B, V)."""
        return self.choose(logits, None if self.temperature == 0 else self.numbers(logits))

    def numbers(self, logits: Tensor, steps: int | None = None) -> Tensor:
        """What chance decides by: (B, 1) in 0..1 for one character, or (steps, B, 1) for so many, on their device."""
        # One number a text is drawn, not one per character of the vocabulary as torch.multinomial does, and it is
        # drawn where the generator is, so that a CPU's generator serves a model on a GPU.
        device = logits.device if self.generator is None else self.generator.device
        shape = (len(logits), 1) if steps is None else (steps, len(logits), 1)
        drawn = torch.rand(shape, dtype=torch.float64, device=device, generator=self.generator)
        return drawn.to(logits.device)

    def choose(self, logits: Tensor, numbers: Tensor | None) -> Tensor:
        """Tokens (B,) from logits (B, V) and ``numbers``; reads no value back."""
        if self.never:
            if max(self.never) >= logits.shape[-1]:
                raise ValueError(f"never must hold tokens under {logits.shape[-1]}, got {max(self.never)}")
            logits = logits.index_fill(1, self._never_on(logits.device), -math.inf)
        if numbers is None:
            return logits.argmax(-1)
        if self.top_k is not None and self.top_k < logits.shape[-1]:
            values, places = logits.topk(self.top_k, dim=-1)
            logits = torch.full_like(logits, -math.inf).scatter_(-1, places, values)
        shares = softmax_with_temperature(logits, self.temperature)
        sums = shares.cumsum(-1, dtype=torch.float64)
        # 1 - a number is never 0, so that no character of probability 0 can be the first to reach it.
        level = (1 - numbers) * sums[:, -1:]
        return torch.searchsorted(sums, level).squeeze(-1)

    def _never_on(self, device: torch.device) -> Tensor:
        if self._barred is None or self._barred.device != device:
            self._barred = torch.tensor(self.never, device=device)
        return self._barred


def refuse(character: int) -> None:
    """Raise a ValueError for a model whose prediction of a character, counted from 1, says nothing."""
    raise ValueError(
        f"model must predict numbers, its logits of character {character} hold NaN or infinity, or only minus infinity"
    )
