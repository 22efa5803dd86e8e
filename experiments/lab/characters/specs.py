"""Which character models there are, and the labels that stand for them. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.core.labels import Spec, grammar, parse_label, word
from experiments.core.registry import ATTENTION, CELLS, CONVOLUTIONS, Part
from experiments.core.specs import block_channels

ENCODINGS = ("embedding", "onehot")
POSITIONS = ("rotary", "noposition")
MOST_LAYERS, MOST_WINDOW, MOST_HEADS = 100, 1000, 64
#: Cells that need no time stamps: characters have none.
SEQUENTIAL = {name: part for name, part in CELLS.items() if "times" not in part.features}
#: Convolutions that can be told how far away a character is: by a layer for each distance, or a feature of each edge.
CAUSAL = {name: part for name, part in CONVOLUTIONS.items() if part.features & {"relations", "edge_features"}}


@dataclass(frozen=True)
class CharacterCell(Spec):
    """A recurrent character model.

    Args:
        cell: An entry of ``SEQUENTIAL``.
        layers: Stacked layers.
        encoding: How characters enter: a learned vector, or one-hot.
        tied: The head's weights are those of the embedding.
        residual: Each layer after the first adds its input to its output.
        norm: Layers after the first read their input normalised.
    """

    family: ClassVar[str] = "recurrent"
    parts: ClassVar[dict[str, Part]] = SEQUENTIAL
    shown: ClassVar[dict[str, str]] = {"name": "label", "family": "family"}
    cell: str
    layers: int = word("N", 2, always=True, least=1, most=MOST_LAYERS)
    encoding: str = word(ENCODINGS, "embedding")
    tied: bool = word("tied", False)
    residual: bool = word("residual", False, added=True)
    norm: bool = word("norm", False, added=True)

    def reach(self, trained: int) -> int | None:
        """Characters that an answer can depend on: there is no limit but the window."""
        return None

    def check(self) -> None:
        if self.tied and self.encoding != "embedding":
            raise ValueError("models: tied needs an embedding, not onehot: there are no weights to share")


@dataclass(frozen=True)
class CharacterGraph(Spec):
    """A graph character model: each character has edges from the ``window`` characters before it.

    Args:
        conv: An entry of ``CAUSAL``.
        layers: Convolutions in a row.
        window: How far back an edge comes from, in characters.
        encoding: How characters enter: a learned vector, or one-hot.
        heads: Attention heads, where a convolution has them.
    """

    family: ClassVar[str] = "graph"
    parts: ClassVar[dict[str, Part]] = CAUSAL
    shown: ClassVar[dict[str, str]] = {"name": "label", "family": "family"}

    conv: str
    layers: int = word("N", 2, always=True, least=1, most=MOST_LAYERS)
    window: int = word("wN", 8, always=True, least=1, most=MOST_WINDOW)
    encoding: str = word(ENCODINGS, "embedding")
    heads: int = word("headsN", 4, needs="heads", least=1, most=MOST_HEADS)

    def reach(self, trained: int) -> int:
        """Characters that an answer can depend on: its own, and ``window`` more a layer."""
        return 1 + self.layers * self.window


@dataclass(frozen=True)
class CharacterAttention(Spec):
    """A Transformer on characters: in each layer a character sees some of those before it, and none after it.

    Args:
        model: An entry of ``ATTENTION``.
        layers: Blocks of attention and two dense layers.
        window: How many characters before its own each sees in a layer; 0 for as many as a trained window holds.
        encoding: How characters enter: a learned vector, or one-hot.
        heads: Attention heads.
        position: How a character knows how far away another is: a rotation of queries and keys, or not at all.
    """

    family: ClassVar[str] = "attention"
    parts: ClassVar[dict[str, Part]] = ATTENTION
    shown: ClassVar[dict[str, str]] = {"name": "label", "family": "family"}

    model: str
    layers: int = word("N", 2, always=True, least=1, most=MOST_LAYERS)
    window: int = word("wN", 0, least=1, most=MOST_WINDOW, zero=True)
    encoding: str = word(ENCODINGS, "embedding")
    heads: int = word("headsN", 4, least=1, most=MOST_HEADS)
    position: str = word(POSITIONS, "rotary")

    def channels(self, hidden: int) -> tuple[int, int]:
        """Channels of a block that is as large as one of ``hidden`` channels, and units of its feed-forward network."""
        return block_channels(hidden, self.heads, turned=self.position == "rotary")

    def back(self, trained: int) -> int:
        """How many characters before its own each sees in a layer, where windows of so many are trained."""
        return self.window or max(1, trained - 1)

    def reach(self, trained: int) -> int:
        """Characters that an answer can depend on: its own, and those that it sees in each layer."""
        return 1 + self.layers * self.back(trained)


CharacterSpec = CharacterCell | CharacterGraph | CharacterAttention
KINDS: Sequence[type[Spec]] = (CharacterCell, CharacterGraph, CharacterAttention)
MODEL_HELP = (
    "a cell, convolution or transformer, then options joined by dashes, as in lstm-2, gru-1-onehot, gcn-2-w8 (edges "
    "from the 8 characters before), transformer-2 (attention to as many characters before as a trained window holds), "
    "transformer-2-w8 (to 8 of them); tied: the head shares the embedding's weights. "
    f"{grammar(CharacterCell)}. {grammar(CharacterGraph)}. {grammar(CharacterAttention)}"
)


def parse_character_model(text: str) -> CharacterSpec:
    """Read a character model's label.

    Args:
        text: A cell, convolution or transformer with options joined by dashes.

    Raises:
        ValueError: The name or an option is not known, or the part cannot read characters; the message says what can.

    Example:
        >>> parse_character_model("gat-3-w4").reach(30), parse_character_model("transformer-2").reach(30)
        (13, 59)
        >>> parse_character_model("lstm-2-onehot").label
        'lstm-2-onehot'
        >>> parse_character_model("gcn-2-m8")
        Traceback (most recent call last):
            ...
        ValueError: models: unknown option 'm8' in 'gcn-2-m8'. Known there: N, wN, onehot
    """
    name = text.strip().partition("-")[0]
    known = ", ".join([*SEQUENTIAL, *CAUSAL, *ATTENTION])
    if name in CELLS and name not in SEQUENTIAL:
        raise ValueError(f"models: {name!r} reads time stamps, and characters have none. Known: {known}")
    if name in CONVOLUTIONS and name not in CAUSAL:
        raise ValueError(f"models: {name!r} cannot tell how far away a character is. Known: {known}")
    spec = parse_label(text, KINDS, "character model")
    assert isinstance(spec, (CharacterCell, CharacterGraph, CharacterAttention))
    return spec
