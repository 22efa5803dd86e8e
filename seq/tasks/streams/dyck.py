"""Dyck languages: is every bracket closed by one of its kind, the last opened first?"""

from __future__ import annotations

import torch
from torch import Tensor

from seq.checks import check_size, check_tokens
from seq.tasks.draws import as_generator, check_count

MOST_KINDS = 1000
MOST_TRIES = 64  # exchanges at once that are to hide before one that shows is taken


def dyck(
    length: int, count: int, *, kinds: int = 2, generator: torch.Generator | int | None = None
) -> tuple[Tensor, Tensor]:
    """Strings of brackets, half of them well formed, the others with two symbols exchanged.

    A well-formed string is drawn uniformly from all of its length. With probability 1/2 two of its symbols, at places
    drawn at random, change places, so that it is ill formed. So both classes have the same numbers of each symbol: who
    counts them without their order is right in half of all cases.

    Two more cues are kept rare. A string that begins with a closing bracket or ends with an opening one is ill formed,
    and so is one with an opening bracket beside a closing one of another kind. An exchange that shows so is taken only
    where none of 126 others hides. At T = 16 who looks at these cues alone is right in 0.55 of all cases with one
    kind, 0.51 with two. Who takes two kinds for one, and so sees how deep brackets stand and no more, is right in 0.71.

    Args:
        length: T, even, at least 2.
        count: number of examples N.
        kinds: different brackets; kind k, from 0 on, opens with the symbol 2k and closes with 2k + 1.
        generator: a generator, or an integer for a new one.

    Shapes:
        - **tokens**: (N, T) integers in 0..2 kinds - 1
        - **targets**: (N,) 1 where the string is well formed

    Raises:
        ValueError: ``length`` odd or under 2, or ``kinds`` under 1.

    Example:
        >>> from seq import dyck
        >>> tokens, targets = dyck(8, 1, kinds=1, generator=2)
        >>> "".join("()"[symbol] for symbol in tokens[0].tolist()), targets.item()
        ('()(())()', 1)
    """
    check_size("length", length, least=2)
    if length % 2:
        raise ValueError(f"length must be even, got {length}")
    check_size("kinds", kinds)
    if kinds > MOST_KINDS:
        raise ValueError(f"kinds must be at most {MOST_KINDS}, got {kinds}")
    check_count(count, length)
    draws = as_generator(generator)
    tokens = _well_formed(length, count, kinds, draws)
    targets = torch.randint(2, (count,), generator=draws, device=draws.device)
    # Exchange two places drawn at random: one exchange a row, then two for the rows that are left, then four and so on.
    rows, tries = (targets == 0).nonzero().view(-1), 1
    while len(rows):
        ends = torch.randint(length, (len(rows) * tries, 2), generator=draws, device=draws.device)
        old = tokens[rows].repeat_interleave(tries, 0)
        new = old.scatter(1, ends, old.gather(1, ends.flip(1)))
        broken = ~is_well_formed(new).view(-1, tries)
        hides = broken & ~shows(new).view(-1, tries)
        if tries == MOST_TRIES:
            hides = torch.where(hides.any(1, keepdim=True), hides, broken)
        found, first = hides.any(1), hides.long().argmax(1)
        tokens[rows[found]] = new.view(-1, tries, length)[found, first[found]]
        rows, tries = rows[~found], min(2 * tries, MOST_TRIES)
    return tokens, targets


def is_well_formed(tokens: Tensor) -> Tensor:
    """(N,) whether each string of brackets is well formed.

    Args:
        tokens: (N, T) symbols, T even; kind k opens with 2k and closes with 2k + 1.

    Raises:
        ValueError: No integers of two dimensions, an odd number of symbols, or symbols of no bracket.

    Example:
        >>> import torch
        >>> from seq import is_well_formed
        >>> is_well_formed(torch.tensor([[0, 2, 3, 1], [0, 2, 1, 3]]))  # ([]) and ([)]
        tensor([ True, False])
    """
    check_tokens(tokens, 2 * MOST_KINDS)
    if tokens.size(1) % 2:
        raise ValueError(f"tokens must have the shape (N, T) with an even T, got {tuple(tokens.shape)}")
    opens, kind = tokens % 2 == 0, tokens // 2
    height = _heights(opens)
    right = (height >= 0).all(1) & (height[:, -1] == 0)
    first, second = kind.gather(1, _pairs(opens)).unflatten(1, (-1, 2)).unbind(2)
    return right & (first == second).all(1)


def shows(tokens: Tensor) -> Tensor:
    """(N,) whether its ends, or two neighbours, tell that a string is ill formed.

    Args:
        tokens: (N, T) symbols, as of ``is_well_formed``.
    """
    opens, kind = tokens % 2 == 0, tokens // 2
    beside = opens[:, :-1] & ~opens[:, 1:] & (kind[:, :-1] != kind[:, 1:])
    return ~opens[:, 0] | opens[:, -1] | beside.any(1)


def _well_formed(length: int, count: int, kinds: int, draws: torch.Generator) -> Tensor:
    """(N, T) strings, each drawn uniformly from all that are well formed."""
    # 1. Of n steps up and n + 1 down in random order exactly one rotation goes below its start with its last step only:
    #    the one that begins behind the first lowest point (the cycle lemma). Without that step it is a string.
    steps = length + 1
    up = torch.rand(count, steps, generator=draws, device=draws.device).argsort(1) < length // 2
    places = torch.arange(steps, device=draws.device)
    lowest = (_heights(up) * steps + places).argmin(1, keepdim=True)
    up = up.gather(1, (lowest + 1 + places) % steps)[:, :length]
    # 2. A kind for each pair.
    kind = torch.randint(kinds, (count, length // 2), generator=draws, device=draws.device)
    kind = torch.empty_like(up, dtype=torch.long).scatter_(1, _pairs(up), kind.repeat_interleave(2, 1))
    return 2 * kind + ~up


def _heights(opens: Tensor) -> Tensor:
    """(N, T) brackets that are open behind each step."""
    return (2 * opens.long() - 1).cumsum(1)


def _pairs(opens: Tensor) -> Tensor:
    """(N, T) places such that each two in a row, the first and second and so on, are a bracket and what closes it.

    Brackets at one depth open and close in turns; so they are pairs once the places are sorted by depth. This holds
    where nothing closes that was not open, and all is closed at the end.
    """
    return (_heights(opens) + ~opens).argsort(dim=1, stable=True)
