"""One of many symbols, asked for at the end."""

from __future__ import annotations

import torch
from torch import Tensor

from seq.checks import check_size
from seq.tasks.draws import as_generator, check_count

DIGITS = 10


def nth_symbol(
    length: int, count: int, *, place: int = 1, generator: torch.Generator | int | None = None
) -> tuple[Tensor, Tensor]:
    """Random digits, and the one at a fixed place.

    The k-th of T digits lies T - k + 1 steps behind the answer, its own step included. A guess is right once in ten.

    Args:
        length: T, at least 1.
        count: number of examples N.
        place: k, from 1 to T.
        generator: a generator, or an integer for a new one.

    Shapes:
        - **tokens**: (N, T) integers in 0..9
        - **targets**: (N,) integers in 0..9

    Raises:
        ValueError: ``length`` or ``count`` under 1, or a ``place`` that is not there.

    Example:
        >>> from seq import nth_symbol
        >>> tokens, targets = nth_symbol(6, 5, place=2)
        >>> bool((tokens[:, 1] == targets).all())
        True
    """
    check_size("length", length)
    check_size("place", place)
    if place > length:
        raise ValueError(f"place must be at most {length}, the length, got {place}")
    check_count(count, length)
    draws = as_generator(generator)
    tokens = torch.randint(DIGITS, (count, length), generator=draws, device=draws.device)
    return tokens, tokens[:, place - 1]
