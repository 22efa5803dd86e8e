"""Random draws of the tasks: their own generators, never torch's global one."""

from __future__ import annotations

import torch

from seq.checks import check_choice

SPLITS = ("train", "validation", "test")


def as_generator(generator: torch.Generator | int | None, seed: int) -> torch.Generator:
    """The generator itself, or a new one from an integer; from ``seed`` when there is none."""
    if isinstance(generator, torch.Generator):
        return generator
    return torch.Generator().manual_seed(seed if generator is None else generator)


def check_split(split: str) -> None:
    """Raise unless ``split`` names one of the three splits."""
    check_choice("split", split, SPLITS)


def pick(values: torch.Tensor, count: int, generator: torch.Generator) -> torch.Tensor:
    """``count`` independent uniform draws, with replacement, from the entries of ``values``."""
    index = torch.randint(len(values), (count,), generator=generator, device=generator.device)
    return values.to(generator.device)[index]
