"""Which character models there are, and the labels that stand for them. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from experiments.core.naming import nearest

CELLS = ("rnn", "lstm", "gru", "gru1", "cellgated", "peephole")
CONVOLUTIONS = ("gcn", "gat")
ENCODINGS = ("embedding", "onehot")
MOST_LAYERS, MOST_WINDOW, MOST_HEADS = 100, 1000, 64

CHARACTER_GRAMMAR = (
    "a cell or convolution, then options joined by dashes. Cells (rnn, lstm, gru, gru1, cellgated, peephole): layers "
    "as a number, onehot, tied (the head shares the embedding's weights). Convolutions (gcn, gat): layers as a number, "
    "wN (edges from the N characters before), onehot, headsN (gat)"
)


@dataclass(frozen=True)
class CharacterCell:
    """A recurrent character model.

    Args:
        cell: One of ``CELLS``.
        layers: Stacked layers.
        encoding: How characters enter: a learned vector, or one-hot.
        tied: The head's weights are those of the embedding.
    """

    cell: str
    layers: int = 2
    encoding: str = "embedding"
    tied: bool = False

    family = "recurrent"

    def __post_init__(self) -> None:
        _check_choice("cell", self.cell, CELLS)
        _check_choice("encoding", self.encoding, ENCODINGS)
        _check_whole("layers", self.layers, 1, MOST_LAYERS)
        if self.tied is not True and self.tied is not False:
            raise ValueError(f"models: tied {self.tied!r} should be true or false")
        if self.tied and self.encoding != "embedding":
            raise ValueError("models: tied needs an embedding, not onehot: there are no weights to share")

    @property
    def label(self) -> str:
        """Name in tables and figures, and what ``parse_character_model`` reads back."""
        words = [self.cell, str(self.layers), *(["onehot"] * (self.encoding == "onehot"))]
        return "-".join([*words, *(["tied"] * self.tied)])

    @property
    def reach(self) -> int | None:
        """Characters that an answer can depend on; None: there is no limit but the window."""
        return None


@dataclass(frozen=True)
class CharacterGraph:
    """A graph character model: each character has edges from the ``window`` characters before it.

    Args:
        conv: One of ``CONVOLUTIONS``.
        layers: Convolutions in a row.
        window: How far back an edge comes from, in characters.
        encoding: How characters enter: a learned vector, or one-hot.
        heads: Attention heads (GAT only).
    """

    conv: str
    layers: int = 2
    window: int = 8
    encoding: str = "embedding"
    heads: int = 4

    family = "graph"

    def __post_init__(self) -> None:
        _check_choice("conv", self.conv, CONVOLUTIONS)
        _check_choice("encoding", self.encoding, ENCODINGS)
        _check_whole("layers", self.layers, 1, MOST_LAYERS)
        _check_whole("window", self.window, 1, MOST_WINDOW)
        _check_whole("heads", self.heads, 1, MOST_HEADS)

    @property
    def label(self) -> str:
        """Name in tables and figures, and what ``parse_character_model`` reads back."""
        words = [self.conv, str(self.layers), f"w{self.window}", *(["onehot"] * (self.encoding == "onehot"))]
        if self.conv == "gat" and self.heads != 4:
            words.append(f"heads{self.heads}")
        return "-".join(words)

    @property
    def reach(self) -> int:
        """Characters that an answer can depend on: its own, and ``window`` more a layer."""
        return 1 + self.layers * self.window


CharacterSpec = CharacterCell | CharacterGraph


def _check_choice(name: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"models: {name} {value!r} should be one of {', '.join(known)}")


def _check_whole(name: str, value: Any, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"models: {name} {value!r} should be a whole number from {low} to {high}")


def parse_character_models(text: str) -> list[CharacterSpec]:
    """Character models with commas between.

    Raises:
        ValueError: There are none, or one is not known.

    Example:
        >>> [spec.label for spec in parse_character_models("lstm, gcn-3-w4")]
        ['lstm-2', 'gcn-3-w4']
    """
    names = [name for name in text.split(",") if name.strip()]
    if not names:
        raise ValueError("models: there should be at least one, such as lstm-2,gcn-2-w8")
    return list(dict.fromkeys(parse_character_model(name) for name in names))


def parse_character_model(text: str) -> CharacterSpec:
    """Read a character model's label.

    Args:
        text: A cell or convolution with options joined by dashes.

    Raises:
        ValueError: The name or an option is not known; the message says what is.

    Example:
        >>> parse_character_model("gat-3-w4").reach
        13
        >>> parse_character_model("lstm-2-onehot").label
        'lstm-2-onehot'
        >>> parse_character_model("gcn-2-m8")
        Traceback (most recent call last):
            ...
        ValueError: models: unknown option 'm8' in 'gcn-2-m8'. Known there: N, wN, onehot
    """
    name, *words = text.strip().split("-")
    if name not in CELLS + CONVOLUTIONS:
        hint = nearest(name, CELLS + CONVOLUTIONS)
        raise ValueError(
            f"models: unknown character model {text!r}{hint or '.'} Known: {', '.join(CELLS + CONVOLUTIONS)}"
        )
    known = {"onehot": "onehot", "tied": "tied"} if name in CELLS else {"onehot": "onehot", "w": "wN"}
    if name == "gat":
        known["heads"] = "headsN"
    options: dict[str, Any] = {}
    for word in words:
        key, value = _option(text, word, known)
        if key in options:
            raise ValueError(f"models: {text!r} says {key} twice: {options[key]} and {value}")
        options[key] = value
    return CharacterCell(name, **options) if name in CELLS else CharacterGraph(name, **options)


def _option(text: str, word: str, known: dict[str, str]) -> tuple[str, Any]:
    """The field that an option sets, and its value."""
    stem = word.rstrip("0123456789")
    number = word[len(stem) :]
    if word.isascii() and len(number) < 10:
        if not stem and number:
            return "layers", int(number)
        if stem in known and stem in ("w", "heads") and number:
            return {"w": "window", "heads": "heads"}[stem], int(number)
        if word in known and word == "onehot":
            return "encoding", word
        if word in known and word == "tied":
            return "tied", True
    choices = ["N", *(known[name] for name in ("w", "heads", "onehot", "tied") if name in known)]
    raise ValueError(
        f"models: unknown option {word!r} in {text!r}{nearest(word, choices) or '.'} Known there: {', '.join(choices)}"
    )
