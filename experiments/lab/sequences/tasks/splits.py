"""Which split an example is in, by a hash of its input."""

from __future__ import annotations

import torch
from torch import Tensor

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


def belongs(inputs: Tensor, split: str, seed: int) -> Tensor:
    """(N,) which inputs are in a split: a hash that has nothing to do with what is asked of them.

    A sum over the places with random weights of 64 bits, mixed as in SplitMix64 (Steele et al. 2014), so that no
    sum, parity or single symbol can be told from it. (The hash of ``seq.tasks`` is linear, which tasks of the lab can
    afford whose answer it does not see; recorded runs hold it as it is.)

    Args:
        inputs: (N, ...) symbols or numbers; equal ones are in the same split.
        split: ``train`` has eight tenths, ``validation`` and ``test`` one tenth each.
        seed: Fixes the hash.
    """
    bits = inputs.flatten(1)
    bits = bits.view(torch.int32).long() if bits.is_floating_point() else bits
    draws = torch.Generator().manual_seed(seed)
    weights = torch.randint(-(2**63), 2**63 - 1, (bits.shape[1],), generator=draws)
    found = ((bits + 1) * weights).sum(1)
    for shift, factor in ((30, -0x40A7B892E31B1A47), (27, -0x6B2FB644ECCEEE15)):
        found = (found ^ (found >> shift)) * factor
    tenth = (found ^ (found >> 31)).remainder(10)
    return tenth < 8 if split == "train" else tenth == (8 if split == "validation" else 9)
