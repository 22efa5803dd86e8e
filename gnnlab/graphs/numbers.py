"""Whole numbers as arguments."""

from __future__ import annotations

import operator
from typing import Any


def whole_number(name: str, value: Any, *, least: int, most: int | None = None) -> int:
    """Return an argument that must be a whole number of Python, NumPy or torch.

    Args:
        name: Of the argument.
        value: What was given.
        least, most: The range; None: without end.

    Raises:
        ValueError: It is no whole number, such as True, 1.5 or "3", or out of the range.

    >>> whole_number("steps", 3, least=0)
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
    if isinstance(value, bool) or str(getattr(value, "dtype", "")).endswith("bool"):
        return None
    try:
        return operator.index(value)
    except (TypeError, ValueError, RuntimeError):
        return None
