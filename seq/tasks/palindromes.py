"""Digit palindromes: guess the last digit, which is the first one, from all the others."""

from __future__ import annotations

import torch
from torch import Tensor

from seq.checks import check_size
from seq.tasks.draws import as_generator, check_count
from seq.tasks.residues import digits_of_split

CHANCE = 0.1  # ten digits, equally likely in every split


def digit_palindromes(
    length: int,
    count: int,
    *,
    split: str = "train",
    seed: int = 0,
    generator: torch.Generator | int | None = None,
) -> tuple[Tensor, Tensor]:
    """Palindromes of ten digits without their last digit, which is the target.

    The first half d_0..d_{k-1}, k = ceil(T/2), holds independent uniform digits; the rest mirrors it. The
    answer d_0 lies T - 1 steps before the end, and guessing is right with probability 0.1.

    The splits are disjoint in the *context* d_1..d_{k-1}, by its checksum modulo 10. The answer d_0 takes no
    part in that: within each split it is exactly independent of all that separates it from the end, so a
    network that cannot see d_0 stays at chance in every split. Eight tenths of the contexts belong to train,
    one tenth each to validation and test. At T = 2 there is no context, and all splits are the same; see
    :func:`palindromes_are_disjoint`.

    Args:
        length: length of the whole palindrome T, at least 2.
        count: number of palindromes N.
        split: ``"train"``, ``"validation"`` or ``"test"``.
        seed: fixes which palindrome belongs to which split.
        generator: a generator, or an integer for a new one, fixes the draws; ``seed`` does when left out.
            Tensors are made on the generator's device. torch's global generator is never used.

    Shapes:
        - **tokens**: (N, T - 1) integers in 0..9
        - **targets**: (N,)

    Raises:
        ValueError: ``length`` under 2, ``count`` under 1, or an unknown ``split``.

    Example:
        >>> from seq import digit_palindromes
        >>> tokens, targets = digit_palindromes(5, 100, split="test", generator=1)
        >>> tokens.shape, bool((tokens[:, 0] == targets).all()), bool((tokens[:, 1] == tokens[:, 3]).all())
        (torch.Size([100, 4]), True, True)
    """
    check_size("length", length, least=2)
    check_count(count, length)
    draws = as_generator(generator, seed, split)
    answer = torch.randint(10, (count, 1), generator=draws, device=draws.device)
    half = answer
    if length > 2:
        context = digits_of_split(count, (length + 1) // 2 - 1, split, seed, draws)
        half = torch.cat([answer, context], dim=1)  # (N, k)
    whole = torch.cat([half, half[:, : length // 2].flip(1)], dim=1)  # (N, T)
    return whole[:, :-1].contiguous(), whole[:, -1].contiguous()


def palindromes_are_disjoint(length: int) -> bool:
    """Whether the splits of :func:`digit_palindromes` share no palindrome at this length.

    Args:
        length: length of the whole palindrome T, at least 2.

    Raises:
        ValueError: ``length`` under 2, or no whole number.

    Example:
        >>> from seq import palindromes_are_disjoint
        >>> palindromes_are_disjoint(2), palindromes_are_disjoint(3)
        (False, True)
    """
    check_size("length", length, least=2)
    return length > 2
