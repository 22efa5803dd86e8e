"""Disjoint splits of digit strings of any length, by a checksum, without ever rejecting a draw."""

from __future__ import annotations

import torch
from torch import Tensor

from seq.tasks.draws import check_split, pick

_WEIGHTS = torch.tensor([1, 3, 7, 9])  # the units modulo 10
_INVERSES = {1: 1, 3: 7, 7: 3, 9: 9}  # w times its inverse is 1 modulo 10


def residues_of_split(split: str, seed: int) -> Tensor:
    """Which checksums belong to a split: one to validation, one to test, the other eight to train."""
    check_split(split)
    order = torch.randperm(10, generator=torch.Generator().manual_seed(int(seed)))
    return {"validation": order[:1], "test": order[1:2], "train": order[2:]}[split]


def checksum_weights(length: int, seed: int) -> Tensor:
    """Weights of the digits in the checksum: units modulo 10, so that any one digit can be solved for."""
    generator = torch.Generator().manual_seed(int(seed))
    return _WEIGHTS[torch.randint(4, (length,), generator=generator)]


def digits_of_split(count: int, length: int, split: str, seed: int, generator: torch.Generator) -> Tensor:
    """Uniform draws among the digit strings of a split.

    A string d belongs to the split that owns its checksum s = Σ_i w_i d_i mod 10. All digits but the last
    are drawn freely, s is drawn from the split's, and the last digit solved for; each string of the
    split is equally likely.

    Args:
        count: number of strings N.
        length: digits in a string L, at least 1.
        split: ``"train"``, ``"validation"`` or ``"test"``.
        seed: fixes which string belongs to which split.
        generator: fixes the draws.

    Shapes:
        - returns (N, L) integers in 0..9
    """
    allowed = residues_of_split(split, seed)
    weights = checksum_weights(length, seed).to(generator.device)
    free = torch.randint(10, (count, length - 1), generator=generator, device=generator.device)
    s = pick(allowed, count, generator)
    last = (s - (free * weights[:-1]).sum(1)) * _INVERSES[int(weights[-1])] % 10
    return torch.cat([free, last.unsqueeze(1)], dim=1)


def fractions_of_split(count: int, levels: int, split: str, seed: int, generator: torch.Generator) -> Tensor:
    """Uniform draws among the fractions j / levels in [0, 1) of a split, which owns j by its last digit.

    Args:
        count: number of fractions N.
        levels: how many there are in all splits; 2^24 and less are exact in float32.
        split, seed, generator: as in :func:`digits_of_split`.

    Shapes:
        - returns (N,) floats
    """
    residue = pick(residues_of_split(split, seed), count, generator)
    tens = torch.randint(levels // 10, (count,), generator=generator, device=generator.device)
    return (10 * tens + residue).float() / levels
