"""Random draws of the tasks: their own generators, never torch's global one."""

from __future__ import annotations

import torch

from seq.checks import check_choice

SPLITS = ("train", "validation", "test")


def check_split(split: str) -> None:
    """Raise unless ``split`` names one of the three splits."""
    check_choice("split", split, SPLITS)


def as_generator(generator: torch.Generator | int | None, seed: int, split: str) -> torch.Generator:
    """The generator itself, or a new one from an integer; from ``seed`` when there is none.

    A new one depends on the split too: with the same numbers behind them, an example of one split would
    be the near twin of one of another.
    """
    check_split(split)
    if isinstance(generator, torch.Generator):
        return generator
    number = seed if generator is None else generator
    return torch.Generator().manual_seed(len(SPLITS) * number + SPLITS.index(split))


def pick(values: torch.Tensor, count: int, generator: torch.Generator) -> torch.Tensor:
    """``count`` independent uniform draws, with replacement, from the entries of ``values``."""
    index = torch.randint(len(values), (count,), generator=generator, device=generator.device)
    return values.to(generator.device)[index]
