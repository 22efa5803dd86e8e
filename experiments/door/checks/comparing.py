"""Whether tensors are the same, and names in words."""

from __future__ import annotations

from torch import Tensor


def same_bits(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors are the same, NaN included."""
    same = one.shape == other.shape and one.dtype == other.dtype
    return same and bool(((one == other) | (one != one) & (other != other)).all())


def named_few(names: list[str], most: int = 4) -> str:
    """Names with commas between, and how many more there are.

    Example:
        >>> named_few(list("abcdef"))
        'a, b, c, d and 2 more'
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
