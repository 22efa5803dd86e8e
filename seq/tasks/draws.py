"""Random draws of the tasks: their own generators, never torch's global one."""

from __future__ import annotations

from numbers import Integral

import torch

from seq.checks import check_choice, check_size

LARGEST_SEED = 2**60
MOST_NUMBERS = 2**34  # 128 GB of integers
SPLITS = ("train", "validation", "test")


def check_split(split: str) -> None:
    """Raise unless ``split`` names one of the three splits."""
    check_choice("split", split, SPLITS)


def check_seed(name: str, value: object) -> None:
    """Raise unless ``value`` is a whole number that a generator can begin with."""
    if isinstance(value, bool) or not isinstance(value, Integral) or abs(int(value)) >= LARGEST_SEED:
        raise ValueError(f"{name} must be an integer between -2^60 and 2^60, got {value!r}")


def check_count(count: int, length: int) -> None:
    """Raise unless ``count`` examples of ``length`` numbers can be made and fit into a machine."""
    check_size("count", count)
    if int(count) * int(length) > MOST_NUMBERS:
        raise ValueError(
            f"count must be at most {MOST_NUMBERS // length} for examples of {length} numbers, got {count}"
        )


def as_generator(
    generator: torch.Generator | int | None, seed: int = 0, split: str = "train"
) -> torch.Generator:
    """The generator itself, or a new one from an integer; from ``seed`` when there is none.

    A new one depends on the split too: with the same numbers behind them, an example of one split would
    be the near twin of one of another.
    """
    check_split(split)
    check_seed("seed", seed)
    if isinstance(generator, torch.Generator):
        return generator
    if generator is not None:
        check_seed("generator", generator)
    number = int(seed if generator is None else generator)
    return torch.Generator().manual_seed(len(SPLITS) * number + SPLITS.index(split))


def pick(values: torch.Tensor, count: int, generator: torch.Generator) -> torch.Tensor:
    """``count`` independent uniform draws, with replacement, from the entries of ``values``."""
    index = torch.randint(len(values), (count,), generator=generator, device=generator.device)
    return values.to(generator.device)[index]
