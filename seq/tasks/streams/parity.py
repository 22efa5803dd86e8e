"""Parity: is the number of ones odd?"""

from __future__ import annotations

import torch
from torch import Tensor

from seq.checks import check_size
from seq.tasks.draws import as_generator, check_count


def parity(
    length: int, count: int, *, generator: torch.Generator | int | None = None
) -> tuple[Tensor, Tensor]:
    """Random bits, and whether the number of ones is odd.

    Every bit decides: who does not know one of them is right in half of all cases. One bit of memory is enough for who
    reads them in order.

    Args:
        length: T, at least 1.
        count: number of examples N.
        generator: a generator, or an integer for a new one.

    Shapes:
        - **tokens**: (N, T) integers in 0..1
        - **targets**: (N,) 1 where the number of ones is odd

    Raises:
        ValueError: ``length`` or ``count`` under 1.

    Example:
        >>> from seq import parity
        >>> tokens, targets = parity(8, 5)
        >>> bool((tokens.sum(1) % 2 == targets).all())
        True
    """
    check_size("length", length)
    check_count(count, length)
    draws = as_generator(generator)
    tokens = torch.randint(2, (count, length), generator=draws, device=draws.device)
    return tokens, tokens.sum(1) % 2
