"""Arguments in Python: what is of another kind than the annotation says is named before anything begins."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from numbers import Integral, Real
from typing import Any, ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

#: What each word of an annotation lets through.
_KINDS: dict[str, Callable[[Any], bool]] = {
    "None": lambda value: value is None,
    "bool": lambda value: isinstance(value, bool),
    "int": lambda value: isinstance(value, Integral) and not isinstance(value, bool),
    "float": lambda value: isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value),
    "str": lambda value: isinstance(value, str),
    "Path": lambda value: isinstance(value, os.PathLike),
    "Mapping": lambda value: isinstance(value, Mapping),
    "Sequence[int]": lambda value: isinstance(value, Iterable) and all(map(_KINDS["int"], value)),
    "tuple[str, ...]": lambda value: isinstance(value, tuple) and all(isinstance(one, str) for one in value),
    "tuple": lambda value: isinstance(value, tuple),
    "Callable": callable,
    "Figure": lambda value: hasattr(value, "savefig") and hasattr(value, "axes"),
    "Axes": lambda value: hasattr(value, "plot") and hasattr(value, "figure"),
}
_WORDS = {
    "None": "None",
    "bool": "True or False",
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "Path": "a path",
    "Mapping": "a mapping",
    "Sequence[int]": "whole numbers",
    "tuple[str, ...]": "a tuple of texts",
    "tuple": "a tuple",
    "Callable": "a class or function",
    "Figure": "a figure of matplotlib",
    "Axes": "axes of one",
}


def kinds_checked(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """A function whose arguments have to be of the kinds that its annotations say; ``Any`` is every kind.

    Raises:
        ValueError: One is not; it is named, with what it should be.
    """
    signature = inspect.signature(function)
    kinds = {
        name: _kinds_of(str(parameter.annotation))
        for name, parameter in signature.parameters.items()
        if parameter.kind is not parameter.VAR_KEYWORD and parameter.kind is not parameter.VAR_POSITIONAL
    }

    @functools.wraps(function)
    def checked(*arguments: Given.args, **options: Given.kwargs) -> Answer:
        for name, value in signature.bind(*arguments, **options).arguments.items():
            _check(name, value, kinds.get(name, []))
        return function(*arguments, **options)

    return checked


def check_fields(thing: Any) -> None:
    """Raise a ValueError unless the fields of a dataclass are of the kinds that their annotations say."""
    for item in dataclasses.fields(thing):
        _check(item.name, getattr(thing, item.name), _kinds_of(str(item.type)))


def check_facts(facts: Mapping[str, Any], kind: type) -> None:
    """Raise a ValueError unless values by name are of the kinds that the annotations of a class say."""
    for name, value in facts.items():
        annotations = (vars(base).get("__annotations__", {}) for base in kind.__mro__)
        _check(name, value, _kinds_of(str(next((a[name] for a in annotations if name in a), "Any"))))


def _check(name: str, value: Any, allowed: list[str]) -> None:
    if allowed and not any(_KINDS[kind](value) for kind in allowed):
        shown = " ".join(f"{value!r:.60}".split())
        raise ValueError(f"{name}: {shown} should be {', or '.join(_WORDS[kind] for kind in allowed)}")


def _kinds_of(annotation: str) -> list[str]:
    """The kinds of an annotation; none where it lets everything through.

    Example:
        >>> _kinds_of("int | Sequence[int] | None"), _kinds_of("Any")
        (['int', 'Sequence[int]', 'None'], [])
    """
    found = [re.sub(r"^(Mapping|Callable)\[.*", r"\1", word.strip()) for word in annotation.split(" | ")]
    found = [re.sub(r"^dict\[.*", "Mapping", word) for word in found]
    found = [word if word in _KINDS else re.sub(r"^tuple\[.*", "tuple", word) for word in found]
    return found if all(word in _KINDS for word in found) else []
