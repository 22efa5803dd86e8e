"""Associative recall with many queries: which value came with this key?"""

from __future__ import annotations

import torch
from torch import Tensor

from seq.checks import check_choice, check_size
from seq.tasks.draws import as_generator, check_count

FILLS = ("zero", "random")
IGNORED = -100  # a target that is nobody's answer, as torch's cross-entropy has it
EXPONENT = 0.01  # of the power law of places, as in the paper's program


def associative_recall(
    length: int,
    count: int,
    *,
    pairs: int = 4,
    vocabulary: int = 64,
    fill: str = "zero",
    generator: torch.Generator | int | None = None,
) -> tuple[Tensor, Tensor]:
    """Pairs of key and value, then every key once more, where its value is due (MQAR, Arora et al. 2023).

    The first 2n symbols are key, value, key, value and so on. Each key comes once more, at a place drawn from the rest
    without replacement: 2n + 2g with a probability proportional to (g + 1)^(0.01 - 1), so that most queries stand soon
    behind the pairs. The answer is due at the key's own step. Keys are different symbols of 1..V/2 - 1, values
    different symbols of V/2..V - 1. A guess among all values is right once in V/2; who knows which values there were,
    but not whose, is right once in n.

    Args:
        length: T, at least 4n.
        count: number of examples N.
        pairs: n.
        vocabulary: V, an even number of at least 2n + 2.
        fill: what stands at all other places of the rest: ``"zero"``, as in the figures of the paper, or ``"random"``
            symbols 0..V - 1, keys and values among them, to which no answer is due.
        generator: a generator, or an integer for a new one.

    Shapes:
        - **tokens**: (N, T) integers in 0..V - 1
        - **targets**: (N, T) the value at the steps of the n queries, -100 at all others

    Raises:
        ValueError: ``length`` or ``vocabulary`` too small for so many pairs, or an unknown ``fill``.

    Example:
        >>> from seq import associative_recall
        >>> tokens, targets = associative_recall(32, 5, pairs=4)
        >>> tokens.shape, (targets >= 0).sum(1).tolist()
        (torch.Size([5, 32]), [4, 4, 4, 4, 4])
    """
    check_size("pairs", pairs)
    check_size("length", length, least=4 * pairs)
    check_size("vocabulary", vocabulary, least=2 * pairs + 2)
    if vocabulary % 2:
        raise ValueError(f"vocabulary must be even, half keys and half values, got {vocabulary}")
    check_choice("fill", fill, FILLS)
    check_count(count, max(length, vocabulary))
    draws, half = as_generator(generator), vocabulary // 2
    # 1. pairs
    keys = _some(half - 1, pairs, count, draws) + 1  # (N, n)
    values = _some(half, pairs, count, draws) + half
    # 2. places of the queries
    gaps = torch.arange(1, (length - 2 * pairs) // 2 + 1, dtype=torch.double, device=draws.device)
    weights = gaps.pow(EXPONENT - 1).expand(count, -1)
    places = 2 * pairs + 2 * torch.multinomial(weights, pairs, generator=draws)  # (N, n)
    # 3. symbols and answers
    if fill == "random":
        tokens = torch.randint(vocabulary, (count, length), generator=draws, device=draws.device)
    else:
        tokens = keys.new_zeros(count, length)
    tokens[:, 0 : 2 * pairs : 2] = keys
    tokens[:, 1 : 2 * pairs : 2] = values
    tokens.scatter_(1, places, keys)
    targets = torch.full_like(tokens, IGNORED).scatter_(1, places, values)
    return tokens, targets


def _some(choices: int, wanted: int, count: int, draws: torch.Generator) -> Tensor:
    """(count, wanted) different numbers below ``choices`` in each row."""
    return torch.rand(count, choices, generator=draws, device=draws.device).argsort(1)[:, :wanted]
