"""Which models there are: their specifications, and the labels that stand for them. Imports no torch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from experiments.core.naming import nearest

CELLS = ("rnn", "lstm", "gru", "gru1", "cellgated", "peephole", "phased")
WITH_FORGET_GATE = ("lstm", "cellgated", "peephole", "phased")
CONVOLUTIONS = ("gcn", "gat")
ENCODINGS = ("embedding", "onehot", "scalar")
INITIALISATIONS = ("torch", "xavier", "kaiming", "orthogonal")
READOUTS = ("query", "mean", "max", "sum")
GRAPH_FLAGS = ("directed", "mirrored", "residual", "virtual", "full_last", "norm")

MOST_LAYERS, MOST_HEADS, MOST_SKIP = 1000, 64, 10_000


def _check_choice(name: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"models: {name} {value!r} should be one of {', '.join(known)}")


def _check_whole(name: str, value: Any, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"models: {name} {value!r} should be a whole number from {low} to {high}")


def _check_flags(spec: Any, *names: str) -> None:
    for name in names:
        if not isinstance(getattr(spec, name), bool):
            raise ValueError(f"models: {name} {getattr(spec, name)!r} should be true or false")


@dataclass(frozen=True)
class RecurrentSpec:
    """A recurrent model: which cell, how many layers, how symbols enter it.

    Args:
        cell: One of ``CELLS``.
        layers: Stacked layers, 1 or more.
        bidirectional: Each layer reads the sequence from both ends.
        encoding: One of ``ENCODINGS``.
        init: One of ``INITIALISATIONS``, for the weights of the layers.
        forget_bias: Initial bias of the forget gate, where there is one (Jozefowicz et al. 2015 advise 1).
    """

    cell: str
    layers: int = 1
    bidirectional: bool = False
    encoding: str = "embedding"
    init: str = "torch"
    forget_bias: float = 1.0

    family = "recurrent"

    def __post_init__(self) -> None:
        _check_choice("cell", self.cell, CELLS)
        _check_choice("encoding", self.encoding, ENCODINGS)
        _check_choice("init", self.init, INITIALISATIONS)
        _check_whole("layers", self.layers, 1, MOST_LAYERS)
        _check_flags(self, "bidirectional")
        if not isinstance(self.forget_bias, (int, float)) or not math.isfinite(self.forget_bias):
            raise ValueError(f"models: forget_bias {self.forget_bias!r} should be a finite number")

    @property
    def label(self) -> str:
        """Name in tables and figures, and what ``parse_model`` reads back."""
        words = [self.cell]
        if self.layers != 1:
            words.append(str(self.layers))
        if self.bidirectional:
            words.append("bidirectional")
        if self.encoding != "embedding":
            words.append(self.encoding)
        if self.init != "torch":
            words.append(self.init)
        if self.forget_bias != 1.0:
            words.append(f"bias{self.forget_bias:g}")
        return "-".join(words)


@dataclass(frozen=True)
class GraphSpec:
    """A graph model: which convolution, and the graph it works on.

    Args:
        conv: One of ``CONVOLUTIONS``.
        layers: Convolutions in a row; ``k`` layers carry a message ``k`` hops.
        edges: Whether there are edges at all; without, nodes meet in the read-out alone.
        directed: Edges run forward in time only.
        mirrored: Extra edges between positions i and T - 1 - i.
        skip: Extra edges from i to i + skip; 0 for none.
        position: Nodes know where in the sequence they stand.
        residual: Each convolution adds its input to its output.
        readout: One of ``READOUTS``.
        heads: Attention heads (GAT only).
        virtual: One more node, joined to all others (Gilmer et al. 2017).
        full_last: The last layer has edges between all nodes (Alon & Yahav 2021).
        norm: Layer normalisation after each convolution.
    """

    conv: str
    layers: int = 4
    edges: bool = True
    directed: bool = False
    mirrored: bool = False
    skip: int = 0
    position: bool = True
    residual: bool = False
    readout: str = "query"
    heads: int = 2
    virtual: bool = False
    full_last: bool = False
    norm: bool = False

    family = "graph"

    def __post_init__(self) -> None:
        _check_choice("conv", self.conv, CONVOLUTIONS)
        _check_choice("readout", self.readout, READOUTS)
        _check_whole("layers", self.layers, 1, MOST_LAYERS)
        _check_whole("skip", self.skip, 0, MOST_SKIP)
        _check_whole("heads", self.heads, 1, MOST_HEADS)
        _check_flags(self, "edges", "directed", "mirrored", "position", "residual")
        _check_flags(self, "virtual", "full_last", "norm")
        if self.virtual and self.readout != "query":
            raise ValueError(
                f"models: virtual needs the read-out query, not {self.readout}, which hears all nodes anyway"
            )

    @property
    def label(self) -> str:
        """Name in tables and figures, and what ``parse_model`` reads back."""
        words = [self.conv, str(self.layers)]
        words += [name for name in GRAPH_FLAGS[:3] if getattr(self, name)]
        if self.skip:
            words.append(f"skip{self.skip}")
        words += [f"no{name}" for name in ("edges", "position") if not getattr(self, name)]
        if self.readout != "query":
            words.append(self.readout)
        if self.conv == "gat" and self.heads != 2:
            words.append(f"heads{self.heads}")
        words += [_word(name) for name in GRAPH_FLAGS[3:] if getattr(self, name)]
        return "-".join(words)


def _word(flag: str) -> str:
    """A flag as it is written in a label."""
    return flag.replace("_", "")


ModelSpec = RecurrentSpec | GraphSpec

MODEL_GRAMMAR = (
    "a cell or convolution, then options joined by dashes. Cells (rnn, lstm, gru, gru1, cellgated, peephole, phased): "
    "layers as a number, bidirectional, onehot, scalar, xavier, kaiming, orthogonal, biasN (forget gate). "
    "Convolutions (gcn, gat): layers as a number, directed, mirrored, skipN, residual, noedges, noposition, mean, max, "
    "sum, headsN (gat), virtual (one node joined to all), fulllast (last layer between all nodes), norm (layer "
    "normalisation)"
)


def _number(word: str, prefix: str, kind: type) -> Any:
    """The number behind a prefix (``bias3`` gives 3), or None where the word is another one."""
    if not word.startswith(prefix) or word == prefix or not word.isascii():
        return None
    try:
        return kind(word[len(prefix) :])
    except ValueError:
        return None


def parse_model(text: str) -> ModelSpec:
    """Read a model's label.

    Args:
        text: A cell or convolution with options joined by dashes.

    Raises:
        ValueError: The name or an option is not known; the message says what is.

    Example:
        >>> parse_model("gcn-2-mirrored").mirrored
        True
        >>> parse_model("lstm-bias3").label
        'lstm-bias3'
        >>> parse_model("gnc")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        ValueError: models: unknown model 'gnc', did you mean gcn? Known: rnn, lstm, gru, gru1, ...
    """
    name, *words = text.strip().split("-")
    if name in CELLS:
        options, choices = _recurrent_options(text, name, words), RecurrentSpec
        spec: ModelSpec = choices(cell=name, **options)
    elif name in CONVOLUTIONS:
        spec = GraphSpec(conv=name, **_graph_options(text, name, words))
    else:
        known = CELLS + CONVOLUTIONS
        hint = nearest(name, known)
        raise ValueError(f"models: unknown model {text!r}{hint or '.'} Known: {', '.join(known)}")
    return spec


def _recurrent_options(text: str, cell: str, words: list[str]) -> dict[str, Any]:
    known = ["N", "bidirectional", *ENCODINGS, *INITIALISATIONS, *(["biasN"] * (cell in WITH_FORGET_GATE))]
    options: dict[str, Any] = {}
    for word in words:
        bias = _number(word, "bias", float)
        if _is_whole(word):
            _take(options, "layers", int(word), text)
        elif word in ENCODINGS:
            _take(options, "encoding", word, text)
        elif word in INITIALISATIONS:
            _take(options, "init", word, text)
        elif word == "bidirectional":
            _take(options, word, True, text)
        elif bias is not None and cell in WITH_FORGET_GATE:
            _take(options, "forget_bias", bias, text)
        else:
            raise _unknown_option(text, word, known)
    return options


def _graph_options(text: str, conv: str, words: list[str]) -> dict[str, Any]:
    flags = {_word(flag): flag for flag in GRAPH_FLAGS}
    known = ["N", *flags, "skipN", "noedges", "noposition", *READOUTS, *(["headsN"] * (conv == "gat"))]
    options: dict[str, Any] = {}
    for word in words:
        skip, heads = _number(word, "skip", int), _number(word, "heads", int)
        if _is_whole(word):
            _take(options, "layers", int(word), text)
        elif word in flags:
            _take(options, flags[word], True, text)
        elif word in ("noedges", "noposition"):
            _take(options, word.removeprefix("no"), False, text)
        elif word in READOUTS:
            _take(options, "readout", word, text)
        elif skip is not None and skip >= 2:
            _take(options, "skip", skip, text)
        elif heads is not None and conv == "gat":
            _take(options, "heads", heads, text)
        else:
            raise _unknown_option(text, word, known)
    return options


def _is_whole(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 10


def _take(options: dict[str, Any], name: str, value: Any, text: str) -> None:
    if name in options:
        raise ValueError(f"models: {text!r} says {name} twice: {options[name]} and {value}")
    options[name] = value


def _unknown_option(text: str, word: str, known: list[str]) -> ValueError:
    hint = nearest(word, known)
    return ValueError(
        f"models: unknown option {word!r} in {text!r}{hint or '.'} Known there: {', '.join(known)}"
    )
