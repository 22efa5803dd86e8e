"""Checks of what layers are made with: each error names the argument and says what it should be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real

from torch import Tensor

#: How the features of a node's self-loop follow from those of the edges that arrive there.
REDUCTIONS = ("mean", "add", "min", "max", "mul")

#: The largest size; torch refuses one beyond 64 bits in words of its own, and no memory holds one this large.
MOST = 2**31 - 1

FLOWS = ("source_to_target", "target_to_source")


def check_sizes(**sizes: int) -> None:
    """Raise a ValueError unless each size is a whole number of one or more."""
    for name, size in sizes.items():
        _check_size(name, size)


def check_lazy_sizes(**sizes: int) -> None:
    """Raise a ValueError unless each size is a whole number of one or more, or -1: to be seen at the first call."""
    for name, size in sizes.items():
        if not (isinstance(size, Integral) and size == -1):
            _check_size(name, size, ", or -1")


def _check_size(name: str, size: object, more: str = "") -> None:
    if isinstance(size, bool) or not isinstance(size, Integral) or not 1 <= int(size) <= MOST:
        raise ValueError(f"{name} must be a whole number from 1 to {MOST}{more}, but is {size!r}")


def sizes_of_both(in_channels: int | Sequence[int]) -> tuple[int, int]:
    """Return the sizes (F_s, F_t) of sources and targets, or raise a ValueError."""
    if not isinstance(in_channels, tuple | list):
        check_lazy_sizes(in_channels=in_channels)  # type: ignore[arg-type]
        return in_channels, in_channels  # type: ignore[return-value]
    if len(in_channels) != 2:
        raise ValueError(f"in_channels must be F or (F_s, F_t), but is {in_channels!r}")
    for size in in_channels:
        check_lazy_sizes(in_channels=size)
    return in_channels[0], in_channels[1]


def check_number(name: str, value: float, *, least: float = -math.inf, most: float = math.inf) -> None:
    """Raise a ValueError unless it is a finite number within the bounds."""
    known = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    if not known or not least <= value <= most:
        bounds = "" if least == -math.inf else f" from {least:g} to {most:g}"
        raise ValueError(f"{name} must be a finite number{bounds}, but is {value!r}")


def check_flags(**flags: bool) -> None:
    """Raise a ValueError unless each is True or False."""
    for name, flag in flags.items():
        if not isinstance(flag, bool):
            raise ValueError(f"{name} must be True or False, but is {flag!r}")


def check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    """Raise a ValueError unless it is one of a few words."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, but is {value!r}")


def check_fill(value: object) -> None:
    """Raise a ValueError unless it says what the features of self-loops are."""
    if (isinstance(value, Tensor) and not value.is_complex()) or (
        isinstance(value, str) and value in REDUCTIONS
    ):
        return
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(
            f"fill_value must be a number, a tensor of numbers or one of {', '.join(REDUCTIONS)}, but is {value!r}"
        )
    check_number("fill_value", float(value))
