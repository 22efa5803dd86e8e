"""Copy memory: say ten symbols again after a long silence."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from seq.checks import check_size
from seq.tasks.draws import as_generator, check_count
from seq.tasks.hashed_split import draw_in_split

SYMBOLS = 8  # the symbols 1..8; 0 is silence, 9 the signal to recall
RECALLED = 10
NUM_TOKENS = 10
CHANCE = 1 / SYMBOLS  # at each of the ten steps of recall


def copy_memory(
    length: int,
    count: int,
    *,
    split: str = "train",
    seed: int = 0,
    generator: torch.Generator | int | None = None,
) -> tuple[Tensor, Tensor]:
    """Ten symbols, silence, and a signal after which they are to be recalled (Hochreiter & Schmidhuber 1997).

    As in Arjovsky et al. 2016 and Bai et al. 2018: ten symbols of 1..8, then T - 1 zeros, then eleven nines.
    The targets are zero except in the last ten steps, which repeat the symbols: each answer lies T + 10 steps
    behind. A network that knows when but not what has the loss 10 ln 8 / (T + 20) a step, see
    :func:`copy_memory_baseline`. The splits are disjoint in the ten symbols.

    Args:
        length: T, at least 1.
        count: number of examples N.
        split: ``"train"``, ``"validation"`` or ``"test"``.
        seed: fixes which symbols belong to which split.
        generator: a generator, or an integer for a new one, fixes the draws; ``seed`` does when left out.

    Shapes:
        - **tokens**: (N, T + 20) integers in 0..9
        - **targets**: (N, T + 20) integers in 0..8, one per step

    Raises:
        ValueError: ``length`` or ``count`` under 1, or an unknown ``split``.

    Example:
        >>> from seq import copy_memory
        >>> tokens, targets = copy_memory(100, 32)
        >>> tokens.shape, bool((tokens[:, :10] == targets[:, -10:]).all())
        (torch.Size([32, 120]), True)
    """
    check_size("length", length)
    check_count(count, length)
    draws = as_generator(generator, seed, split)

    def draw(n: int) -> tuple[Tensor]:
        return (torch.randint(1, SYMBOLS + 1, (n, RECALLED), generator=draws, device=draws.device),)

    (symbols,) = draw_in_split(draw, count, split, seed)
    tokens = symbols.new_zeros(count, length + 2 * RECALLED)
    targets = torch.zeros_like(tokens)
    tokens[:, :RECALLED] = symbols
    tokens[:, -RECALLED - 1 :] = SYMBOLS + 1
    targets[:, -RECALLED:] = symbols
    return tokens, targets


def copy_memory_baseline(length: int) -> float:
    """Mean cross-entropy a step, in nats, of a network that recalls with a uniform guess.

    Args:
        length: as for :func:`copy_memory`, at least 1.

    Raises:
        ValueError: ``length`` under 1, or no whole number.

    Example:
        >>> from seq import copy_memory_baseline
        >>> round(copy_memory_baseline(1000), 4)
        0.0204
    """
    check_size("length", length)
    return RECALLED * math.log(SYMBOLS) / (length + 2 * RECALLED)
