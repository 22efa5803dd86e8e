"""Binary palindromes: integers written as bits, mirrored, and the last bit to be guessed."""

from __future__ import annotations

import torch
from torch import Tensor

from seq.checks import check_flag, check_size
from seq.tasks.draws import as_generator, check_count
from seq.tasks.hashed_split import draw_in_split

PADDING, ZERO, ONE = 0, 1, 2  # the three symbols
NUM_TOKENS = 3
LEAST_DISJOINT_LENGTH = 5

# The digits 0..9 as four bits, and which of these are written: no leading zeros, one 0 for zero.
_BITS = torch.tensor([[digit >> place & 1 for place in (3, 2, 1, 0)] for digit in range(10)])
_LENGTHS = [max(digit.bit_length(), 1) for digit in range(10)]
_WRITTEN = torch.tensor([[length > place for place in (3, 2, 1, 0)] for length in _LENGTHS])


def binary_palindromes(
    length: int,
    count: int,
    *,
    full_range: bool = False,
    split: str = "train",
    seed: int = 0,
    generator: torch.Generator | int | None = None,
) -> tuple[Tensor, Tensor]:
    """Palindromes of bits without their last bit, which is the target.

    ceil(n/2) integers are written in binary without leading zeros and joined; the string is reversed with
    probability 1/2, so that it does not nearly always begin with a one, then mirrored, and padded in front.
    How far the answer lies from the end depends on the padding: it is the first symbol that is not padding.

    The classes are unbalanced. Always answering 1 is right with probability 2/3, and 0.7 over the full
    range; see :func:`binary_palindrome_chance`.

    The splits are disjoint from n = 5 on, by the bits between the first and the middle: the answer takes no
    part. Shorter strings are too few to divide; see :func:`binary_palindromes_are_disjoint`.

    Args:
        length: number of integers in the palindrome n, at least 2.
        count: number of palindromes N.
        full_range: draw integers from 0..9; from 0..8 when False, as the assignment's generator did, whose
            upper bound was exclusive.
        split: ``"train"``, ``"validation"`` or ``"test"``.
        seed: fixes which palindrome belongs to which split.
        generator: a generator, or an integer for a new one, fixes the draws; ``seed`` does when left out.

    Shapes:
        - **tokens**: (N, W - 1), 0 for padding, 1 for the bit 0, 2 for the bit 1. W = 4n + 2, and 4n + 4
          for odd n, whose longest palindromes need as much.
        - **targets**: (N,), the bit

    Raises:
        ValueError: ``length`` under 2, ``count`` under 1, or an unknown ``split``.

    Example:
        >>> from seq import binary_palindromes
        >>> tokens, targets = binary_palindromes(10, 100, generator=1)
        >>> tokens.shape, sorted(set(tokens.flatten().tolist())), sorted(set(targets.tolist()))
        (torch.Size([100, 41]), [0, 1, 2], [0, 1])
    """
    check_size("length", length, least=2)
    check_flag("full_range", full_range)
    check_count(count, 4 * length)
    draws = as_generator(generator, seed, split)
    digits, k = 10 if full_range else 9, (length + 1) // 2

    def draw(n: int) -> tuple[Tensor, Tensor]:
        integers = torch.randint(digits, (n, k), generator=draws, device=draws.device)
        flipped = torch.rand(n, 1, generator=draws, device=draws.device) < 0.5
        first_half, second_half = _halves(integers, flipped, max(4 * length + 2, 8 * k))
        return second_half[:, -4 * k : -1], first_half + second_half

    disjoint = binary_palindromes_are_disjoint(length)
    _, whole = draw_in_split(draw, count, split, seed, disjoint=disjoint)
    return whole[:, :-1].contiguous(), whole[:, -1] - ZERO


def _halves(integers: Tensor, flipped: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """The halves of the palindromes of these integers (N, k), each (N, width) with 0 where it is not."""
    bits = _BITS.to(integers.device)[integers].flatten(1)  # (N, 4k)
    written = _WRITTEN.to(integers.device)[integers].flatten(1)
    total = written.sum(1, keepdim=True)
    # 1. place of each written bit in the half, counted from 0
    place = written.cumsum(1) - 1
    place = torch.where(flipped, total - 1 - place, place)
    # 2. its two places in the palindrome, which ends at width; bits that are not written go to a spare column
    last = torch.where(written, width - 1 - place, width)
    first = torch.where(written, width - 2 * total + place, width)
    empty = bits.new_full((len(bits), width + 1), PADDING)
    return empty.scatter(1, first, bits + ZERO)[:, :width], empty.scatter(1, last, bits + ZERO)[:, :width]


def binary_palindrome_chance(full_range: bool = False) -> float:
    """How often the answer is 1, the more frequent class.

    Half of the strings begin with the leading bit of an integer, which is 0 for zero only; the other half
    with a last bit.

    Args:
        full_range: as for :func:`binary_palindromes`.

    Returns:
        A share in (0, 1).

    Raises:
        ValueError: ``full_range`` that is neither True nor False.

    Example:
        >>> from seq import binary_palindrome_chance
        >>> round(binary_palindrome_chance(), 3), round(binary_palindrome_chance(full_range=True), 3)
        (0.667, 0.7)
    """
    check_flag("full_range", full_range)
    digits = 10 if full_range else 9
    zeros = (1 / digits + ((digits + 1) // 2) / digits) / 2
    return 1 - zeros


def binary_palindromes_are_disjoint(length: int) -> bool:
    """Whether the splits of :func:`binary_palindromes` share no palindrome at this length.

    Args:
        length: T, at least 2.

    Raises:
        ValueError: ``length`` under 2, or no whole number.
    """
    check_size("length", length, least=2)
    return length >= LEAST_DISJOINT_LENGTH
