"""The adding problem: the sum of two marked numbers in a long row."""

from __future__ import annotations

import torch
from torch import Tensor

from seq.checks import check_size
from seq.tasks.draws import as_generator, check_count
from seq.tasks.residues import fractions_of_split

CHANCE = 1 / 6  # mean squared error of always answering 1, the variance of a sum of two uniform numbers


def adding_problem(
    length: int,
    count: int,
    *,
    split: str = "train",
    seed: int = 0,
    generator: torch.Generator | int | None = None,
) -> tuple[Tensor, Tensor]:
    """Numbers of U(0, 1), two of them marked, and the sum of these two (Hochreiter & Schmidhuber 1997).

    The two marked places are a uniform choice of two out of T, as in Bai et al. 2018, so the first lies up to
    T - 1 steps before the end. Always answering 1 has the mean squared error 1/6.

    The splits are disjoint in the first number of the row.

    Args:
        length: T, at least 2.
        count: number of examples N.
        split: ``"train"``, ``"validation"`` or ``"test"``.
        seed: fixes which numbers belong to which split.
        generator: a generator, or an integer for a new one, fixes the draws; ``seed`` does when left out.

    Shapes:
        - **x**: (N, T, 2): number, and 1 where it is marked, else 0
        - **targets**: (N,) floats

    Raises:
        ValueError: ``length`` under 2, ``count`` under 1, or an unknown ``split``.

    Example:
        >>> from seq import adding_problem
        >>> x, targets = adding_problem(50, 32)
        >>> x.shape, bool(((x[..., 0] * x[..., 1]).sum(1) - targets).abs().max() < 1e-6)
        (torch.Size([32, 50, 2]), True)
    """
    check_size("length", length, least=2)
    check_count(count, length)
    draws = as_generator(generator, seed, split)
    numbers = torch.rand(count, length, generator=draws, device=draws.device)
    numbers[:, 0] = fractions_of_split(count, 2**24, split, seed, draws)
    first = torch.randint(length, (count, 1), generator=draws, device=draws.device)
    # A second place among the other T - 1, counted on from the first.
    step = torch.randint(1, length, (count, 1), generator=draws, device=draws.device)
    places = torch.cat([first, (first + step) % length], dim=1)  # (N, 2)
    marks = torch.zeros_like(numbers).scatter_(1, places, 1.0)
    return torch.stack([numbers, marks], dim=2), numbers.gather(1, places).sum(1)
