"""Disjoint splits of sequences that cannot be solved for a checksum: draw, hash, keep what belongs."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from seq.tasks.draws import check_split
from seq.tasks.residues import residues_of_split

_PRIME = 2**31 - 1
_ROUNDS = 200  # a split that got nothing in so many rounds is empty


def belongs(context: Tensor, split: str, seed: int) -> Tensor:
    """Which contexts belong to a split, by a random linear hash modulo a prime, then modulo 10.

    Args:
        context: what decides, (N, L) integers of at most three digits.
        split: ``"train"`` owns about eight tenths of all contexts, the other two one tenth each.
        seed: fixes the hash.

    Shapes:
        - returns (N,) booleans
    """
    weights = torch.randint(
        1, _PRIME, (context.shape[1],), generator=torch.Generator().manual_seed(int(seed))
    )
    residue = (context * weights.to(context.device)).sum(1) % _PRIME % 10
    return torch.isin(residue, residues_of_split(split, seed).to(context.device))


def draw_in_split(
    draw: Callable[[int], tuple[Tensor, ...]], count: int, split: str, seed: int, *, disjoint: bool = True
) -> tuple[Tensor, ...]:
    """``count`` rows of ``draw``, given that their context belongs to a split.

    Args:
        draw: makes that many independent rows of some tensors; the first is the context.
        count: number of rows N.
        split, seed: as in :func:`belongs`.
        disjoint: False keeps every row, for tasks with too few contexts to divide.

    Raises:
        ValueError: the split holds nothing, because there are too few different contexts.
    """
    check_split(split)
    share = 1.0 if not disjoint else 0.8 if split == "train" else 0.1
    block = int(1.1 * count / share) + 64
    found: list[tuple[Tensor, ...]] = []
    rows = 0
    for _ in range(_ROUNDS):
        drawn = draw(block)
        if disjoint:
            keep = belongs(drawn[0], split, seed)
            drawn = tuple(part[keep] for part in drawn)
        found.append(drawn)
        rows += len(drawn[0])
        if rows >= count:
            return tuple(torch.cat(parts)[:count] for parts in zip(*found))
    raise ValueError(f"split {split!r} holds too few sequences of this length")
