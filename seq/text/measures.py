"""Measures of generated text: how varied it is, and whether it has run into a loop."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

from torch import Tensor

from seq.checks import check_size


def distinct_ngrams(text: str | Sequence[int] | Tensor, n: int) -> float:
    """The share of distinct ones among all n-grams of a text (after Li et al. 2016, "distinct-n").

    1 is a text without any repetition of n symbols. Longer texts have lower shares, so compare texts of one
    length only.

    Args:
        text: characters, or tokens (T,).
        n: symbols in an n-gram, 1 or more.

    Returns:
        A share in (0, 1].

    Raises:
        ValueError: ``n`` below 1, or a text shorter than n.

    Example:
        >>> from seq import distinct_ngrams
        >>> distinct_ngrams("abcabc", 3)  # abc, bca, cab, abc
        0.75
    """
    check_size("n", n)
    symbols = _symbols(text)
    if len(symbols) < n:
        raise ValueError(f"text must have at least n = {n} symbols, has {len(symbols)}")
    number = len(symbols) - n + 1
    return len({symbols[i : i + n] for i in range(number)}) / number


def tail_period(text: str | Sequence[int] | Tensor, *, times: int = 3) -> int | None:
    """The period of the loop that a text ends in, or None.

    A text ends in a loop of period p when its last p symbols stand there ``times`` times in a row. Greedy
    generation ends so, because a state that comes back brings back all that followed it.

    Args:
        text: characters, or tokens (T,).
        times: how often the loop has to be seen, 2 or more.

    Returns:
        The shortest period, in symbols.

    Raises:
        ValueError: ``times`` below 2.

    Example:
        >>> from seq import tail_period
        >>> tail_period("once upon the king and the king and the king and")
        13
        >>> tail_period("once upon a time") is None
        True
    """
    check_size("times", times, least=2)
    symbols = _symbols(text)
    for period in range(1, len(symbols) // times + 1):
        tail = symbols[-times * period :]
        if tail[period:] == tail[:-period]:
            return period
    return None


def _symbols(text: str | Sequence[int] | Tensor) -> Any:
    """A text as a str or a tuple, whose slices can be hashed."""
    if isinstance(text, str):
        return text
    if isinstance(text, Tensor):
        if text.dim() != 1:
            raise ValueError(f"text must be one text, tokens of shape (T,), got {tuple(text.shape)}")
        if text.is_floating_point() or text.is_complex():
            raise ValueError(f"text must hold integers, got {text.dtype}")
        return tuple(text.tolist())
    if not isinstance(text, Sequence) or not all(isinstance(symbol, Integral | str) for symbol in text):
        raise ValueError(f"text must be characters or integers, got {text!r}")
    return tuple(text)
