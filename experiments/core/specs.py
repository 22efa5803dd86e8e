"""The two families of models as labels say them, for every task on sequences. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.core import own
from experiments.core.labels import MOST_LAYERS, Spec, grammar, parse_label, word
from experiments.core.registry import CELLS, CONVOLUTIONS, Part

ENCODINGS = ("embedding", "onehot", "scalar")
INITIALISATIONS = ("torch", "xavier", "kaiming", "orthogonal")
READOUTS = ("query", "mean", "max", "sum")
MOST_HEADS, MOST_SKIP = 64, 10_000


@dataclass(frozen=True)
class RecurrentSpec(Spec):
    """A recurrent model: which cell, how many layers, how symbols enter it.

    Args:
        cell: An entry of ``CELLS``.
        layers: Stacked layers, 1 or more.
        bidirectional: Each layer reads the sequence from both ends.
        encoding: How symbols enter.
        init: How the weights of the layers are drawn.
        forget_bias: Initial bias of the forget gate, where there is one (Jozefowicz et al. 2015 advise 1).
    """

    family: ClassVar[str] = "recurrent"
    parts: ClassVar[dict[str, Part]] = CELLS
    shown: ClassVar[dict[str, str]] = {"name": "label", "family": "family"}

    cell: str
    layers: int = word("N", 1, least=1, most=MOST_LAYERS)
    bidirectional: bool = word("bidirectional", False)
    encoding: str = word(ENCODINGS, "embedding")
    init: str = word(INITIALISATIONS, "torch")
    forget_bias: float = word("biasN", 1.0, needs="forget_bias")


@dataclass(frozen=True)
class GraphSpec(Spec):
    """A graph model: which convolution, and the graph it works on.

    Args:
        conv: An entry of ``CONVOLUTIONS``.
        layers: Convolutions in a row; ``k`` layers carry a message ``k`` hops.
        directed: Edges run forward in time only.
        mirrored: Extra edges between positions i and T - 1 - i.
        residual: Each convolution adds its input to its output.
        skip: Extra edges from i to i + skip; 0 for none.
        edges: Whether there are edges at all; without, nodes meet in the read-out alone.
        position: Nodes know where in the sequence they stand.
        readout: Where the answer is read: at the query node, or over all nodes.
        heads: Attention heads, where a convolution has them.
        virtual: One more node, joined to all others (Gilmer et al. 2017).
        full_last: The last layer has edges between all nodes (Alon & Yahav 2021).
        norm: Layer normalisation after each convolution.
    """

    family: ClassVar[str] = "graph"
    parts: ClassVar[dict[str, Part]] = CONVOLUTIONS
    shown: ClassVar[dict[str, str]] = {"name": "label", "family": "family"}

    conv: str
    layers: int = word("N", 4, always=True, least=1, most=MOST_LAYERS)
    directed: bool = word("directed", False)
    mirrored: bool = word("mirrored", False)
    residual: bool = word("residual", False)
    skip: int = word("skipN", 0, least=2, most=MOST_SKIP, zero=True)
    edges: bool = word("noedges", True)
    position: bool = word("noposition", True)
    readout: str = word(READOUTS, "query")
    heads: int = word("headsN", 2, needs="heads", least=1, most=MOST_HEADS)
    virtual: bool = word("virtual", False)
    full_last: bool = word("fulllast", False)
    norm: bool = word("norm", False)

    def check(self) -> None:
        if self.virtual and self.readout != "query":
            raise ValueError(
                f"models: virtual needs the read-out query, not {self.readout}, which hears all nodes anyway"
            )

    @property
    def hidden_step(self) -> int:
        """Hidden sizes are multiples of this."""
        return self.part.step(self.heads)


class _Models(Mapping[str, Part]):
    """A user's own models that this process knows, by name."""

    def __getitem__(self, name: str) -> Part:
        code = own.known(own.MODEL, name)
        if code is None:
            raise KeyError(name)
        return Part(name, "", code.where)

    def __iter__(self) -> Iterator[str]:
        return iter(own.names(own.MODEL))

    def __len__(self) -> int:
        return len(own.names(own.MODEL))


@dataclass(frozen=True)
class OwnSpec(Spec):
    """A model of a user's own: a class or function ``(task, hidden)``, called as ``model(tokens)``.

    Args:
        model: Its name.
    """

    family: ClassVar[str] = "own"
    own: ClassVar[str] = own.MODEL
    parts: ClassVar[Mapping[str, Part]] = _Models()
    shown: ClassVar[dict[str, str]] = {"name": "label", "family": "family"}

    model: str


ModelSpec = RecurrentSpec | GraphSpec | OwnSpec
KINDS: Sequence[type[Spec]] = (RecurrentSpec, GraphSpec, OwnSpec)
MODEL_HELP = (
    "a cell or convolution, then options joined by dashes, as in lstm-2, gcn-4-mirrored, lstm-bias3. "
    f"{grammar(RecurrentSpec)}. {grammar(GraphSpec)}; pyg:NAME is a convolution of PyG, as in pyg:SAGEConv-3, "
    "pyg:GATv2Conv-3-heads4. Your own: FILE.py:NAME is a model, a class or function (task, hidden) called as "
    "model(tokens); FILE.py:NAME-3 a graph network of three layers NAME(in, out) called as conv(x, edge_index)"
)


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
    spec = parse_label(text, KINDS)
    assert isinstance(spec, (RecurrentSpec, GraphSpec, OwnSpec))
    return spec
