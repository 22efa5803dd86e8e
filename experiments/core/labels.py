"""Labels of models: words joined by dashes, read and written by one grammar. Imports no torch.

What words there are is said where a model's fields are declared::

    directed: bool = word("directed", False)      # gcn-4-directed
    edges: bool = word("noedges", True)           # gcn-4-noedges: the word takes it away
    skip: int = word("skipN", 0, least=2)         # gcn-4-skip3
    encoding: str = word(("embedding", "onehot"), "embedding")   # lstm-onehot
    layers: int = word("N", 4, always=True)       # gcn-4
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from experiments.core import own
from experiments.core.naming import nearest
from experiments.core.own import Code
from experiments.core.registry import Part, check_own_name
from experiments.core.settings import Settings, fields_of, kind_of

MOST_LAYERS = 1000


def word(
    spelling: str | Sequence[str],
    default: Any,
    *,
    always: bool = False,
    needs: str = "",
    least: int | None = None,
    most: int | None = None,
    zero: bool | str = False,
    **more: Any,
) -> Any:
    """A field of a model that a word of its label sets.

    Args:
        spelling: The word; with N at its end a number stands there; several words are the values of a choice.
        default: Value without the word.
        always: The word stands in the label even for the default.
        needs: Feature of the cell or convolution without which there is no such word.
        least, most: Bounds of the number.
        zero: A number of 0 is what the field may hold too: no such word, or the word that is given here.
        **more: Of ``settings.plain``.
    """
    rule: dict[str, Any] = {"word": spelling, "always": always, "needs": needs, "prefix": "models: ", **more}
    if isinstance(spelling, str) and spelling.endswith("N"):
        rule |= {"least": 0 if zero else least, "most": most, "word_least": least}
        rule |= {"word_zero": zero} if isinstance(zero, str) else {}
    elif not isinstance(spelling, str):
        rule["known"] = tuple(spelling)
    return field(default=default, metadata=rule)


@dataclass(frozen=True)
class Spec(Settings):
    """A model as its label says it. The first field is the name of a cell or convolution, or of the whole model."""

    family: ClassVar[str] = ""
    #: What of a user's own code can be such a model, or a part of it.
    own: ClassVar[str] = own.CONVOLUTION
    #: Entries that the first field may name.
    parts: ClassVar[Mapping[str, Part]] = {}

    def __post_init__(self) -> None:
        name = getattr(self, fields_of(type(self))[0].name)
        if self.parts and name not in self.parts:
            raise ValueError(
                f"models: {fields_of(type(self))[0].name} {name!r} should be one of {', '.join(self.parts)}"
            )
        super().__post_init__()

    @property
    def part(self) -> Part:
        """The entry of its cell or convolution."""
        return self.parts[getattr(self, fields_of(type(self))[0].name)]

    @property
    def codes(self) -> tuple[Code, ...]:
        """The user's own code that it is made of."""
        code = own.known(self.own, getattr(self, fields_of(type(self))[0].name))
        return () if code is None else (code,)

    @property
    def label(self) -> str:
        """Name in tables and figures, and what ``parse_label`` reads back."""
        first, *rest = fields_of(type(self))
        words = [getattr(self, first.name)]
        for item in rest:
            if "word" in item.metadata and has_word(item, self.part):
                words += _written(item, getattr(self, item.name))
        return "-".join(words)


def has_word(item: Field[Any], part: Part) -> bool:
    """Whether a field can be set in the labels of a cell or convolution."""
    return not item.metadata["needs"] or item.metadata["needs"] in part.features


def _written(item: Field[Any], value: Any) -> list[str]:
    spelling, always = item.metadata["word"], item.metadata["always"]
    if value == item.default and not always:
        return []
    if not isinstance(spelling, str):
        return [value]
    if value == 0 and "word_zero" in item.metadata:
        return [item.metadata["word_zero"]]
    if spelling.endswith("N"):
        number = f"{Decimal(repr(value)):f}".removesuffix(".0") if isinstance(value, float) else str(value)
        return [spelling[:-1] + number]  # all digits, and no exponent: the label is read back
    return [spelling]


def parse_label(text: str, kinds: Sequence[type[Spec]], what: str = "model") -> Spec:
    """Read a model's label.

    Args:
        text: The name of a cell or convolution, with options joined by dashes.
        kinds: Classes of models; the one whose entries have that name is made.
        what: What such a model is called, for the message.

    Raises:
        ValueError: The name or an option is not known, or stands twice; the message says what is known.
    """
    text = _named(text.strip(), kinds)
    name, *words = text.split("-")
    known = [part for kind in kinds for part in kind.parts]
    kind = next((kind for kind in kinds if name in kind.parts), None)
    if kind is None:
        hint = nearest(name, known)
        raise ValueError(f"models: unknown {what} {text!r}{hint or '.'} Known: {', '.join(known)}")
    first, *rest = fields_of(kind)
    fields = [item for item in rest if "word" in item.metadata and has_word(item, kind.parts[name])]
    options: dict[str, Any] = {}
    for piece in words:
        found = next(
            ((item, value) for item in fields if (value := _read(kind, item, piece)) is not None), None
        )
        if found is None:
            choices = [s for item in fields for s in _spellings(item)]
            hint = nearest(piece, choices)
            there = f"Known there: {', '.join(choices)}" if choices else f"{name} takes no options"
            raise ValueError(f"models: unknown option {piece!r} in {text!r}{hint or '.'} {there}")
        item, value = found
        if item.name in options:
            raise ValueError(f"models: {text!r} says {item.name} twice: {options[item.name]} and {value}")
        options[item.name] = value
    return kind(**{first.name: name}, **options)


def _named(text: str, kinds: Sequence[type[Spec]]) -> str:
    """The label with the name of a user's class in place of where it stands; it is known from then on.

    FILE.py:NAME is a model where there are models of one's own, and FILE.py:NAME-3 a network of three layers of a
    convolution.
    """
    if not own.is_reference(text):
        return text
    place, _, name = text.rpartition(":")
    name, dash, words = name.partition("-")
    whole = not dash and any(kind.own == own.MODEL for kind in kinds)
    check_own_name(name)
    code = own.find(f"{place}:{name}", own.MODEL if whole else own.CONVOLUTION, "models")
    return f"{code.name}{dash}{words}"


def _spellings(item: Field[Any]) -> list[str]:
    spelling = item.metadata["word"]
    if not isinstance(spelling, str):
        return [s for s in spelling if s != item.default]
    return [spelling, *([item.metadata["word_zero"]] if "word_zero" in item.metadata else [])]


def _read(kind: type[Spec], item: Field[Any], piece: str) -> Any:
    """The value that a word gives a field; None where it is another field's word."""
    spelling = item.metadata["word"]
    if not isinstance(spelling, str):
        return piece if piece in spelling else None
    if not spelling.endswith("N"):
        return (not item.default) if piece == spelling else None
    if piece == item.metadata.get("word_zero"):
        return 0
    decimal = r"-?\d+(\.\d+)?" if kind_of(kind, item.name) is float else r"\d{1,9}"
    number = re.fullmatch(re.escape(spelling[:-1]) + f"({decimal})", piece, re.ASCII)
    if number is None:
        return None
    value = kind_of(kind, item.name)(number[1])
    least = item.metadata.get("word_least")
    if "word_zero" in item.metadata and not least <= value <= item.metadata["most"]:
        raise ValueError(f"models: {item.name}: {value} should be {least} to {item.metadata['most']}")
    return None if spelling != "N" and least is not None and value < least else value


def parse_labels(text: str, parse: Callable[[str], Any], example: str = "lstm,gcn-4") -> list[Any]:
    """Models with commas between, each once.

    Args:
        text: What the user wrote.
        parse: From one label to its model.
        example: What it could be, for the message.

    Raises:
        ValueError: There are none, or one is not known.
    """
    names = [name for name in text.split(",") if name.strip()]
    if not names:
        raise ValueError(f"models: there should be at least one, such as {example}")
    return list(dict.fromkeys(parse(name) for name in names))


def grammar(kind: type[Spec]) -> str:
    """What labels of a class there are, in words for help."""
    words: list[str] = []
    for item in fields_of(kind)[1:]:
        if "word" not in item.metadata:
            continue
        owners = [name for name, part in kind.parts.items() if has_word(item, part)]
        only = f" ({', '.join(owners)})" if len(owners) < len(kind.parts) else ""
        shown = (
            ["layers as a number", *_spellings(item)[1:]]
            if item.metadata["word"] == "N"
            else _spellings(item)
        )
        words += [f"{word}{only}" for word in shown]
    return f"{', '.join(kind.parts)}: {', '.join(words)}"
