"""The families of models as labels say them, for every task on sequences. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.core import own
from experiments.core.labels import MOST_LAYERS, Spec, grammar, parse_label, word
from experiments.core.registry import ATTENTION, CELLS, CONVOLUTIONS, Part

ENCODINGS = ("embedding", "onehot", "scalar")
INITIALISATIONS = ("torch", "xavier", "kaiming", "orthogonal")
READOUTS = ("query", "mean", "max", "sum")
JUMPS = ("last", "jkmax", "jkcat")
POSITIONS = ("learned", "rotary", "noposition")
MOST_HEADS, MOST_SKIP, MOST_ADDED = 64, 10_000, 10_000
#: As many layers as the answer is hops away.
REACH = "reach"


@dataclass(frozen=True)
class RecurrentSpec(Spec):
    """A recurrent model: which cell, how many layers, how symbols enter it.

    Args:
        cell: An entry of ``CELLS``.
        layers: Stacked layers, 1 or more.
        bidirectional: Each layer reads the sequence from both ends.
        encoding: How symbols enter.
        init: How the weights of the layers are drawn, where a cell has no way of its own.
        forget_bias: Initial bias of the forget gate, where there is one (Jozefowicz et al. 2015 advise 1).
        residual: Each layer whose output has the size of its input adds its input to its output.
        norm: Layers after the first read their input normalised.
    """

    family: ClassVar[str] = "recurrent"
    parts: ClassVar[dict[str, Part]] = CELLS
    shown: ClassVar[dict[str, str]] = {"name": "label", "family": "family"}

    cell: str
    layers: int = word("N", 1, least=1, most=MOST_LAYERS)
    bidirectional: bool = word("bidirectional", False)
    encoding: str = word(ENCODINGS, "embedding")
    init: str = word(INITIALISATIONS, "torch", needs="init")
    forget_bias: float = word("biasN", 1.0, needs="forget_bias")
    residual: bool = word("residual", False, added=True)
    norm: bool = word("norm", False, added=True)


@dataclass(frozen=True)
class GraphSpec(Spec):
    """A graph model: which convolution, and the graph it works on.

    Args:
        conv: An entry of ``CONVOLUTIONS``.
        layers: Convolutions in a row; ``k`` layers carry a message ``k`` hops. 0, the word reach, stands for as many as
            the answer is hops away.
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
        jump: What the read-out reads: the last layer, or the maximum or all of the layers (Xu et al. 2018).
        fosr: So many edges are added that widen the spectral gap (Karhadkar et al. 2023); 0 for none.
        sdrf: So many edges are added around the most negatively curved ones (Topping et al. 2022).
        expander: Edges of a random graph of this degree are added (Deac et al. 2022).
        random: So many random edges are added: the control of the other three.
        gain: Initial weights of the convolutions are multiplied by this. A convolution's own suit no activation; the
            square root of 2 suits ReLU (He et al. 2015).
        linear: No activation follows a convolution.
    """

    family: ClassVar[str] = "graph"
    parts: ClassVar[dict[str, Part]] = CONVOLUTIONS
    shown: ClassVar[dict[str, str]] = {"name": "label", "family": "family"}

    conv: str
    layers: int = word("N", 4, always=True, least=1, most=MOST_LAYERS, zero=REACH)
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
    jump: str = word(JUMPS, "last", added=True)
    fosr: int = word("fosrN", 0, least=1, most=MOST_ADDED, zero=True, added=True)
    sdrf: int = word("sdrfN", 0, least=1, most=MOST_ADDED, zero=True, added=True)
    expander: int = word("expanderN", 0, least=2, most=MOST_ADDED, zero=True, added=True)
    random: int = word("randomN", 0, least=1, most=MOST_ADDED, zero=True, added=True)
    gain: float = word("gainN", 1.0, above=0, added=True)
    linear: bool = word("linear", False, added=True)

    def check(self) -> None:
        added = [name for name in REWIRINGS if getattr(self, name)]
        if len(added) > 1:
            raise ValueError(
                f"models: {self.label} adds edges in two ways, {' and '.join(added)}; one is enough"
            )
        if added and self.directed:
            raise ValueError(f"models: {self.label} adds {added[0]} edges, which run in both directions")
        if (self.fosr or self.sdrf) and not self.edges:
            raise ValueError(
                f"models: {self.label} adds {added[0]} edges by those there are, and there are none"
            )
        if self.virtual and self.readout != "query":
            raise ValueError(
                f"models: virtual needs the read-out query, not {self.readout}, which hears all nodes anyway"
            )

    @property
    def hidden_step(self) -> int:
        """Hidden sizes are multiples of this."""
        return self.part.step(self.heads)

    @property
    def rewiring(self) -> tuple[str, int] | None:
        """How edges are added to the graph, and how many; None where there are none."""
        return next(((name, getattr(self, name)) for name in REWIRINGS if getattr(self, name)), None)


#: Ways of adding edges, each a field of ``GraphSpec`` and a method of ``gnnlab.rewire``.
REWIRINGS = ("fosr", "sdrf", "expander", "random")


@dataclass(frozen=True)
class AttentionSpec(Spec):
    """A Transformer over all steps, read at the last.

    Args:
        model: An entry of ``ATTENTION``.
        layers: Blocks of attention and two dense layers.
        heads: Attention heads of each.
        full: Steps see those after them too.
        position: How steps know their place: a learned vector each, a rotation of queries and keys, or not at all.
    """

    family: ClassVar[str] = "attention"
    parts: ClassVar[dict[str, Part]] = ATTENTION
    shown: ClassVar[dict[str, str]] = {"name": "label", "family": "family"}

    model: str
    layers: int = word("N", 2, always=True, least=1, most=MOST_LAYERS)
    heads: int = word("headsN", 2, least=1, most=MOST_HEADS)
    full: bool = word("full", False)
    position: str = word(POSITIONS, "learned")

    @property
    def hidden_step(self) -> int:
        """Channels are multiples of this: of the heads, and of pairs where they are turned."""
        return self.heads * (2 if self.position == "rotary" else 1)

    def channels(self, hidden: int) -> tuple[int, int]:
        """Channels of a block as large as one of ``hidden`` channels, and units of its feed-forward network.

        Channels are multiples of ``hidden_step``. The feed-forward network takes what is between, so that a block has
        12 ``hidden``² weights, and a budget can be met.

        Example:
            >>> AttentionSpec("transformer", heads=2).channels(28), AttentionSpec("transformer", heads=2).channels(29)
            ((28, 112), (28, 124))
        """
        width = max(1, hidden // self.hidden_step) * self.hidden_step
        return width, max(1, round(6 * hidden**2 / width - 2 * width))


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


ModelSpec = RecurrentSpec | GraphSpec | AttentionSpec | OwnSpec
KINDS: Sequence[type[Spec]] = (RecurrentSpec, GraphSpec, AttentionSpec, OwnSpec)
MODEL_HELP = (
    "a cell, convolution or transformer, then options joined by dashes, as in lstm-2, gcn-4-mirrored, "
    "transformer-2-full. gcn-reach has as many layers as the answer is hops away. "
    f"{grammar(RecurrentSpec)}. {grammar(GraphSpec)}. {grammar(AttentionSpec)}; pyg:NAME is a convolution of "
    "PyG, as in pyg:TAGConv-3, pyg:GATv2Conv-3-heads4. Your own: FILE.py:NAME is a model, a class or function "
    "(task, hidden) called as model(tokens); FILE.py:NAME-3 a graph network of three layers NAME(in, out) called as "
    "conv(x, edge_index)"
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
    assert isinstance(spec, (RecurrentSpec, GraphSpec, AttentionSpec, OwnSpec))
    return spec
