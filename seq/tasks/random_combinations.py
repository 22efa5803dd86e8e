"""Random combinations: which of the numbers 0..T-1 is missing."""

from __future__ import annotations

import torch
from torch import Tensor

from seq.checks import check_size
from seq.tasks.draws import as_generator, check_count
from seq.tasks.hashed_split import draw_in_split

LEAST_DISJOINT_LENGTH = 5


def random_combinations(
    length: int,
    count: int,
    *,
    split: str = "train",
    seed: int = 0,
    generator: torch.Generator | int | None = None,
) -> tuple[Tensor, Tensor]:
    """Permutations of 0..T-1 without their last entry, which is the target.

    The order says nothing: it is a problem of sets, with no distance between question and answer. Guessing
    is right with probability 1/T.

    The splits are disjoint from T = 5 on. Under it the T! sequences are too few to divide, and all splits
    draw from all of them; see :func:`random_combinations_are_disjoint`.

    Args:
        length: T, at least 2.
        count: number of examples N.
        split: ``"train"``, ``"validation"`` or ``"test"``.
        seed: fixes which sequence belongs to which split.
        generator: a generator, or an integer for a new one, fixes the draws; ``seed`` does when left out.

    Shapes:
        - **tokens**: (N, T - 1) integers in 0..T-1
        - **targets**: (N,)

    Raises:
        ValueError: ``length`` under 2, ``count`` under 1, or an unknown ``split``.

    Example:
        >>> from seq import random_combinations
        >>> tokens, targets = random_combinations(7, 100)
        >>> set((tokens.sum(1) + targets).tolist())
        {21}
    """
    check_size("length", length, least=2)
    check_count(count, length)
    draws = as_generator(generator, seed, split)

    def draw(n: int) -> tuple[Tensor]:
        keys = torch.rand(n, length, generator=draws, device=draws.device)
        return (keys.argsort(dim=1),)

    disjoint = random_combinations_are_disjoint(length)
    (whole,) = draw_in_split(draw, count, split, seed, disjoint=disjoint)
    return whole[:, :-1].contiguous(), whole[:, -1].contiguous()


def random_combinations_are_disjoint(length: int) -> bool:
    """Whether the splits of :func:`random_combinations` share no sequence at this length.

    Args:
        length: T, at least 2.

    Raises:
        ValueError: ``length`` under 2, or no whole number.
    """
    check_size("length", length, least=2)
    return length >= LEAST_DISJOINT_LENGTH
