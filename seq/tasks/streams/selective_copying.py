"""Selective copying: say the symbols again that stood among noise."""

from __future__ import annotations

import torch
from torch import Tensor

from seq.checks import check_size
from seq.tasks.draws import as_generator, check_count
from seq.tasks.streams.recall import IGNORED

CHOICES = 8  # the symbols 1..8; 0 is noise, 9 asks
NUM_TOKENS = CHOICES + 2


def selective_copying(
    length: int, count: int, *, symbols: int = 4, generator: torch.Generator | int | None = None
) -> tuple[Tensor, Tensor]:
    """Symbols at random places among noise, then marks at which they are due in their order (Gu & Dao 2023).

    Among T steps k hold a symbol of 1..8 and all others a zero. Then come k nines: at the first of them the first
    symbol is due, and so on. As the places differ from example to example, no fixed delay finds an answer: what to keep
    depends on what is read. A guess is right once in eight.

    Args:
        length: T, at least k.
        count: number of examples N.
        symbols: k.
        generator: a generator, or an integer for a new one.

    Shapes:
        - **tokens**: (N, T + k) integers in 0..9
        - **targets**: (N, T + k) integers in 1..8 at the last k steps, -100 at all others

    Raises:
        ValueError: ``symbols`` under 1 or above ``length``.

    Example:
        >>> from seq import selective_copying
        >>> tokens, targets = selective_copying(20, 3, symbols=4)
        >>> kept = tokens[:, :20]
        >>> bool((kept[kept > 0].view(3, 4) == targets[:, -4:]).all())
        True
    """
    check_size("symbols", symbols)
    check_size("length", length, least=symbols)
    check_count(count, length + symbols)
    draws = as_generator(generator)
    order = torch.rand(count, length, generator=draws, device=draws.device).argsort(1)
    places = order[:, :symbols].sort(1).values  # (N, k)
    kept = torch.randint(1, CHOICES + 1, (count, symbols), generator=draws, device=draws.device)
    tokens = kept.new_zeros(count, length + symbols).scatter_(1, places, kept)
    tokens[:, length:] = CHOICES + 1
    targets = torch.full_like(tokens, IGNORED)
    targets[:, length:] = kept
    return tokens, targets
