"""Whole numbers on the command line: a value with a fraction is refused, where cyclopts would round it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from cyclopts import Parameter, Token, convert


def _convert(kind: Any, tokens: Sequence[Token]) -> Any:
    """The value of an option, as cyclopts reads it, except for whole numbers that are none."""
    if int in (kind, *get_args(kind)):  # int, or int | None
        for token in tokens:
            if "." in token.value:
                raise ValueError(f"{token.value!r} should be a whole number")
    return convert(kind, tokens)


#: For ``App(default_parameter=...)``; the apps below inherit it.
WHOLE_NUMBERS = Parameter(converter=_convert)
