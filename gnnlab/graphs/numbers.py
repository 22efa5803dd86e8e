"""Numbers and flags as arguments: one form of error for each. Imports no torch."""

from __future__ import annotations

import math
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


def real_number(name: str, value: Any, *, least: float | None = None, above: float | None = None) -> float:
    """Return an argument that must be a finite number.

    Args:
        name: Of the argument.
        value: What was given.
        least, above: It must be this or more, or more than this.

    Raises:
        ValueError: It is no number, not finite, or out of the range.

    >>> real_number("min_pmi", "low", least=0)
    Traceback (most recent call last):
        ...
    ValueError: min_pmi must be a number of 0 or more, but is 'low'
    """
    try:
        number = math.nan if isinstance(value, (str, bytes, bool)) else float(value)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        number = math.nan
    fine = math.isfinite(number) and (least is None or number >= least) and (above is None or number > above)
    if not fine:
        limits = "" if above is None else f" above {above:g}"
        limits += "" if least is None else f" of {least:g} or more"
        raise ValueError(f"{name} must be a number{limits}, but is {value!r}")
    return number


def flag(name: str, value: Any) -> bool:
    """Return an argument that must be True or False; 1 and 0 are taken for them.

    Raises:
        ValueError: It is neither.

    >>> flag("directed", "no")
    Traceback (most recent call last):
        ...
    ValueError: directed must be True or False, but is 'no'
    """
    if str(getattr(value, "dtype", "")).endswith("bool") and getattr(value, "ndim", 1) == 0:
        value = value.item()  # of NumPy or torch
    number = value if isinstance(value, bool) else as_whole(value)
    if number in (0, 1):
        return bool(number)
    raise ValueError(f"{name} must be True or False, but is {value!r}")


def as_whole(value: Any) -> int | None:
    """Return a whole number of Python, NumPy or torch as one of Python; None: it is none, and True is none."""
    if isinstance(value, bool) or str(getattr(value, "dtype", "")).endswith("bool"):
        return None
    try:
        return operator.index(value)
    except (TypeError, ValueError, RuntimeError):
        return None
