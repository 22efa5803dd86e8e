"""Numbers as arguments, and the type in which numbers are added up."""

from __future__ import annotations

import operator
from typing import Any

import torch


def whole_number(name: str, value: Any, *, least: int, most: int | None = None) -> int:
    """Return an argument that must be a whole number of Python, NumPy or torch.

    Args:
        name: Of the argument.
        value: What was given.
        least, most: The range; None: without end.

    Raises:
        ValueError: It is no whole number, such as True, 1.5 or "3", or out of the range.

    >>> whole_number("steps", torch.tensor(3), least=0)
    3
    >>> whole_number("steps", 1.5, least=0)
    Traceback (most recent call last):
        ...
    ValueError: steps must be a whole number of 0 or more, but is 1.5
    """
    number = as_whole(value)
    if number is None or number < least or (most is not None and number > most):
        limits = f"of {least} or more" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} must be a whole number {limits}, but is {value!r}")
    return number


def as_whole(value: Any) -> int | None:
    """Return a whole number of Python, NumPy or torch as one of Python; None: it is none, and True is none."""
    if isinstance(value, bool) or getattr(value, "dtype", None) in (torch.bool, "bool"):
        return None
    try:
        return operator.index(value)
    except (TypeError, ValueError, RuntimeError):
        return None


def at_least_float32(dtype: torch.dtype) -> torch.dtype:
    """Return the type in which values of a type are added up: types of 16 bits lose small terms beside large sums.

    >>> at_least_float32(torch.bfloat16), at_least_float32(torch.float64)
    (torch.float32, torch.float64)
    """
    return torch.promote_types(dtype, torch.float32)
