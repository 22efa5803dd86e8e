"""The Baum-Sweet sequence: does a number in binary have a block of zeros of odd length?"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from seq.checks import check_size
from seq.tasks.draws import as_generator, check_count
from seq.tasks.hashed_split import draw_in_split

PADDING, ZERO, ONE = 0, 1, 2  # the three symbols
NUM_TOKENS = 3
CHANCE = 0.5
LEAST_DISJOINT_LENGTH = 3

_GOLDEN = (1 + math.sqrt(5)) / 2


def baum_sweet(
    length: int,
    count: int,
    *,
    split: str = "train",
    seed: int = 0,
    generator: torch.Generator | int | None = None,
) -> tuple[Tensor, Tensor]:
    """Integers in binary, and their term of the Baum-Sweet sequence (Baum & Sweet 1976).

    The target is 1 if no block of consecutive zeros has odd length. Such integers are rare (one in a
    thousand for n = 10), so the class is drawn first, by a fair coin, and then a uniform integer in
    [10, 10^n] of that class. Guessing is right with probability 0.5; the answer needs the whole sequence.

    The splits are disjoint from n = 3 on; see :func:`baum_sweet_is_disjoint`.

    Args:
        length: number of decimal digits n, at least 2.
        count: number of integers N.
        split: ``"train"``, ``"validation"`` or ``"test"``.
        seed: fixes which integer belongs to which split.
        generator: a generator, or an integer for a new one, fixes the draws; ``seed`` does when left out.

    Shapes:
        - **tokens**: (N, 4n), 0 for the padding in front, 1 for the bit 0, 2 for the bit 1
        - **targets**: (N,), 0 or 1

    Raises:
        ValueError: ``length`` under 2, ``count`` under 1, or an unknown ``split``.

    Example:
        >>> from seq import baum_sweet
        >>> tokens, targets = baum_sweet(5, 100)
        >>> tokens.shape, 0 < int(targets.sum()) < 100
        (torch.Size([100, 20]), True)
    """
    check_size("length", length, least=2)
    check_count(count, 4 * length)
    draws = as_generator(generator, seed, split)
    limit = 10**length

    def draw_even(n: int) -> tuple[Tensor, ...]:
        bits = _without_odd_blocks(n, limit.bit_length(), draws)
        return (bits[_within(bits, limit)],)

    def draw_odd(n: int) -> tuple[Tensor, ...]:
        # At least half of these lie in range, and nearly all have an odd block.
        bits = torch.randint(2, (2 * n, limit.bit_length()), generator=draws, device=draws.device)
        return (bits[_within(bits, limit) & has_odd_zero_block(bits)],)

    disjoint = baum_sweet_is_disjoint(length)
    (odd,) = draw_in_split(draw_odd, count, split, seed, disjoint=disjoint)
    (even,) = draw_in_split(draw_even, count, split, seed, disjoint=disjoint)
    targets = torch.randint(2, (count,), generator=draws, device=draws.device)
    bits = torch.where(targets.bool().unsqueeze(1), even, odd)  # (N, bit length of 10^n)
    begun = bits.cumsum(1) > 0
    symbols = torch.where(begun, bits + ZERO, PADDING)
    tokens = F.pad(symbols, (4 * length - symbols.shape[1], 0), value=PADDING)
    return tokens, targets


def has_odd_zero_block(bits: Tensor) -> Tensor:
    """Which rows of bits (N, L) have, after their first one, a block of zeros of odd length.

    Example:
        >>> import torch
        >>> has_odd_zero_block(torch.tensor([[0, 1, 0, 0], [1, 0, 1, 1], [1, 1, 1, 0]]))
        tensor([False,  True,  True])
    """
    N, L = bits.shape
    ended = torch.cat([bits, bits.new_ones(N, 1)], dim=1)  # a one ends the last block
    place = torch.arange(L + 1, device=bits.device).expand(N, -1)
    latest = torch.where(ended == 1, place, -1).cummax(1).values
    previous = torch.cat([latest.new_full((N, 1), -1), latest[:, :-1]], dim=1)
    odd = (ended == 1) & (previous >= 0) & ((place - previous - 1) % 2 == 1)
    return odd.any(1)


def _without_odd_blocks(count: int, width: int, draws: torch.Generator) -> Tensor:
    """Rows of bits (fewer than ``count``) without odd blocks, uniform among those of at most this width.

    Such a number is a one and then any row of the pieces "1" and "00". There are Fibonacci(L) of L bits,
    so L is drawn in that proportion. Pieces drawn with probabilities 1/ϕ and 1/ϕ² make each row of a
    given total length equally likely; rows that do not end at L bits exactly are dropped.
    """
    device = draws.device
    fibonacci = [1.0, 1.0]
    while len(fibonacci) < width:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    weights = torch.tensor(fibonacci[:width], dtype=torch.double, device=device)
    L = torch.multinomial(weights, count, replacement=True, generator=draws) + 1  # (N,)
    double = torch.rand(count, width, generator=draws, device=device, dtype=torch.double) < _GOLDEN**-2
    end = 1 + (1 + double.long()).cumsum(1)  # bits written after each piece, with the leading one
    exact = (end == L.unsqueeze(1)).any(1)
    start = (width - L).unsqueeze(1)  # the number stands at the right
    place = torch.where(~double & (end <= L.unsqueeze(1)), start + end - 1, width)
    bits = torch.zeros(count, width + 1, dtype=torch.long, device=device)
    bits.scatter_(1, place, 1).scatter_(1, start, 1)
    return bits[exact, :width]


def _within(bits: Tensor, limit: int) -> Tensor:
    """Which rows of bits are numbers in [10, limit], compared from the highest bit down."""
    return (_order(bits, 10) >= 0) & (_order(bits, limit) <= 0)


def _order(bits: Tensor, number: int) -> Tensor:
    """The sign of each row of bits as a number minus ``number``."""
    width = bits.shape[1]
    other = torch.tensor([number >> place & 1 for place in reversed(range(width))], device=bits.device)
    difference = bits - other
    first = (difference != 0).long().argmax(1, keepdim=True)
    return difference.gather(1, first).squeeze(1)


def baum_sweet_is_disjoint(length: int) -> bool:
    """Whether the splits of :func:`baum_sweet` share no integer at this length.

    Args:
        length: T, at least 2.

    Raises:
        ValueError: ``length`` under 2, or no whole number.
    """
    check_size("length", length, least=2)
    return length >= LEAST_DISJOINT_LENGTH
