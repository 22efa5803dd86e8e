"""Frozen dataclasses of settings: their checks, dictionary, hash and help all come from the fields.

A field says what it may be where it is declared::

    @dataclass(frozen=True, kw_only=True)
    class Training(Settings):
        '''How a model is trained.

        Args:
            steps: Most training steps.
        '''

        steps: int = whole(2000, least=1)

Imports no torch, so that a command line can check its arguments, and print its help, before anything slow is loaded.
"""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import json
import math
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, Field, field
from functools import cache
from typing import Any, ClassVar, Self, TypeVar, Union, get_args, get_origin, get_type_hints

from experiments.core.naming import nearest

#: Largest whole number of a field that names no bound of its own; a torch kernel refuses one beyond 64 bits.
MOST_WHOLE = 2**31 - 1
#: Settings by name, as a record has them.
Values = dict[str, Any]

_OfClass = TypeVar("_OfClass", bound=Callable[[Any], Any])


def whole(default: Any = MISSING, *, least: int = 0, most: int | None = None, **more: Any) -> Any:
    """A field for a whole number from ``least`` to ``most``."""
    return field(default=default, metadata={"least": least, "most": most, **more})


def number(
    default: Any = MISSING,
    *,
    least: float | None = None,
    above: float | None = None,
    below: float | None = None,
    most: float | None = None,
    **more: Any,
) -> Any:
    """A field for a finite number within bounds; ``above`` and ``below`` leave the bound itself out."""
    bounds = {"least": least, "above": above, "below": below, "most": most}
    return field(default=default, metadata={**bounds, **more})


def choice(default: Any = MISSING, known: Sequence[str] = (), **more: Any) -> Any:
    """A field for one of some words."""
    return field(default=default, metadata={"known": tuple(known), **more})


def plain(default: Any = MISSING, **more: Any) -> Any:
    """A field without bounds. ``more`` is what the other kinds of field take too.

    Args:
        default: Value where none is given.
        **more: ``added=True`` leaves the field out of a run's hash while it holds its default, so that runs recorded
            before there was such a field keep their names. ``hashed=False`` leaves it out always: it changes no
            result. ``option`` is the name of the command-line option, ``False`` for none. ``listed=False`` refuses
            lists and ranges there. ``treatment=True``: it says how a task is attempted, not what the task is.
    """
    return field(default=default, metadata=more)


class Settings:
    """Base of all settings. Subclasses are dataclasses, frozen, with the kinds of field above."""

    #: Keys that a recorded object has besides its fields: name of the key, and of the attribute it shows.
    shown: ClassVar[dict[str, str]] = {}
    #: Keys of older records that mean nothing any more.
    dropped: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for item in fields_of(type(self)):
            _check(self, item)
        self.check()

    def check(self) -> None:
        """Raise a ValueError where fields that are right by themselves do not fit together."""

    def to_dict(self) -> Values:
        """Plain values for ``config.json``; ``from_dict`` reads them back."""
        values = {key: getattr(self, name) for key, name in self.shown.items()}
        return values | {item.name: _plain(getattr(self, item.name)) for item in fields_of(type(self))}

    @classmethod
    def from_dict(cls, values: Values) -> Self:
        """The settings that a dictionary describes.

        Raises:
            ValueError: A key is missing or not known.
        """
        try:
            known = {**values}
            for name in (*cls.shown, *cls.dropped):
                if name not in names_of(cls):
                    known.pop(name, None)
            if more := known.keys() - names_of(cls):
                raise ValueError(f"config: unknown key {', '.join(sorted(map(repr, more)))}")
            for name, kind in hints_of(cls).items():
                if name in known:
                    known[name] = _build(kind, known[name])
            return cls(**known)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"config: not the settings of a run ({error})") from error

    def hashed(self) -> Values:
        """``to_dict`` without what changes no result, and without added fields that hold their default."""
        values = self.to_dict()
        for item in fields_of(type(self)):
            value = getattr(self, item.name)
            as_default = item.metadata.get("added") and value == item.default
            if as_default or not item.metadata.get("hashed", True):
                values.pop(item.name, None)
            elif isinstance(value, Settings):
                values[item.name] = value.hashed()
        return values

    @property
    def identity(self) -> str:
        """Eight hexadecimal digits that change whenever a setting that can change the result does."""
        return digest_of(self.hashed())


def digest_of(values: Values) -> str:
    """Eight hexadecimal digits that change whenever one of these plain values does.

    Example:
        >>> digest_of({"seed": 1, "steps": 2}) == digest_of({"steps": 2, "seed": 1})
        True
    """
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:8]


def _once(function: _OfClass) -> _OfClass:
    """``functools.cache`` for a function of a class; mypy takes a class whose instances hash for one that does not."""
    return cache(function)  # type: ignore[return-value]


@_once
def fields_of(cls: Any) -> tuple[Field[Any], ...]:
    """The fields of a class of settings."""
    return dataclasses.fields(cls)


@_once
def names_of(cls: Any) -> frozenset[str]:
    """Their names."""
    return frozenset(item.name for item in fields_of(cls))


@_once
def hints_of(cls: Any) -> dict[str, Any]:
    """Their types, resolved."""
    hints = get_type_hints(cls)
    return {item.name: hints[item.name] for item in fields_of(cls)}


def kind_of(cls: type, name: str) -> type:
    """What a field holds: ``int``, ``float``, ``str``, ``bool``, a class of settings; ``int`` for ``int | None``."""
    return _kinds_of(cls)[name]


@_once
def _kinds_of(cls: Any) -> dict[str, type]:
    return {name: _kind(hint) for name, hint in hints_of(cls).items()}


def _kind(hint: Any) -> type:
    options = [option for option in get_args(hint) if option is not type(None)]
    if isinstance(hint, types.UnionType) or get_origin(hint) is Union:
        return options[0]
    return get_origin(hint) or hint


@_once
def help_of(cls: Any) -> dict[str, str]:
    """What each field means, from the sections ``Args`` of the class and its bases."""
    import docstring_parser

    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        text = base.__dict__.get("__doc__") or ""
        for entry in docstring_parser.parse(inspect.cleandoc(text)).params:
            found[entry.arg_name] = " ".join((entry.description or "").split())
    return found


def nested(cls: type, prefix: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], type, Field[Any]]]:
    """Every field of a class and of the settings inside it: path, class that declares it, field."""
    for item in fields_of(cls):
        kind = kind_of(cls, item.name)
        if isinstance(kind, type) and issubclass(kind, Settings):
            yield from nested(kind, (*prefix, item.name))
        else:
            yield (*prefix, item.name), cls, item


def _plain(value: Any) -> Any:
    if isinstance(value, Settings):
        return value.to_dict()
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _build(kind: Any, value: Any) -> Any:
    """A value of a field from a plain one: settings from a dict, a tuple from a list."""
    options = [o for o in get_args(kind) if isinstance(o, type) and issubclass(o, Settings)]
    if isinstance(kind, type) and issubclass(kind, Settings):
        return kind.from_dict(dict(value))
    if get_origin(kind) is tuple and options:
        return tuple(options[0].from_dict(dict(one)) for one in value)
    if options:
        by_family = {getattr(option, "family", ""): option for option in options}
        return by_family[dict(value)["family"]].from_dict(dict(value))
    return tuple(value) if get_origin(kind) is tuple else value


def _check(settings: Settings, item: Field[Any]) -> None:
    """Check one field, and make whole numbers of a float field floats: 1 and 1.0 are one setting."""
    name, value, rule = item.name, getattr(settings, item.name), item.metadata
    kind = kind_of(type(settings), name)
    argument = rule.get("argument") or rule.get("prefix", "") + name
    if value is None and type(None) in get_args(hints_of(type(settings))[name]):
        return
    if kind is float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f"{argument}: {value!r} should be a number")
        value = float(value)
        object.__setattr__(settings, name, value)
        _check_bounds(argument, value, rule)
    elif kind is int:
        if type(value) is not int:
            raise ValueError(f"{argument}: {value!r} should be a whole number")
        if rule.get("most") is None and value > MOST_WHOLE:
            raise ValueError(f"{argument}: {value} should be at most {MOST_WHOLE:,}")
        _check_bounds(argument, value, rule)
    elif kind is bool:
        if not isinstance(value, bool):
            raise ValueError(f"{argument}: {value!r} should be true or false")
    elif "known" in rule and value not in rule["known"]:
        hint = nearest(str(value), rule["known"])
        raise ValueError(f"{argument}: unknown {value!r}{hint or '.'} Known: {', '.join(rule['known'])}")


def _check_bounds(name: str, value: float, rule: Any) -> None:
    least, most, above, below = (rule.get(key) for key in ("least", "most", "above", "below"))
    fits = (
        math.isfinite(value)
        and (least is None or value >= least)
        and (most is None or value <= most)
        and (above is None or value > above)
        and (below is None or value < below)
    )
    if not fits:
        raise ValueError(
            f"{name}: {value if isinstance(value, int) else f'{value:g}'} should be "
            f"{_bounds_in_words(least, most, above, below)}"
        )


def _bounds_in_words(least: Any, most: Any, above: Any, below: Any) -> str:
    """
    >>> _bounds_in_words(1, None, None, None), _bounds_in_words(None, None, 0, None), _bounds_in_words(1, 9, None, None)
    ('1 or more', 'a finite number above 0', '1 to 9')
    """
    if least is not None and most is not None:
        return f"{least:,} to {most:,}".replace(",", "") if most < 10_000 else f"{least} to {most:,}"
    if least is not None:
        return f"{least} or more" + (f" and below {below:g}" if below is not None else "")
    if above is not None:
        rest = (
            f" and at most {most:g}"
            if most is not None
            else f" and below {below:g}"
            if below is not None
            else ""
        )
        return f"above {above:g}{rest}" if rest else f"a finite number above {above:g}"
    return "a finite number"
