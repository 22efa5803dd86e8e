"""The parts that models are made of: cells and convolutions, one entry each. Imports no torch.

An entry is all that the lab needs to know of a part. Labels, help, budget fit, styles, reach and every experiment
take what they need from here; a new part is a class of its own and one line below.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from experiments.core import own
from experiments.core.experiment import load


@dataclass(frozen=True)
class Part:
    """A recurrent cell or a graph convolution.

    Args:
        name: What users type.
        make: ``module:class``. A cell is called as ``make(input_size, hidden_size, **options)``, a convolution as
            ``make(in_channels, out_channels)``, and its layer as ``layer(x, edge_index, edge_weight)``, where the
            weight may be None.
        help: One line.
        features: What else it has, for words of labels: ``init`` (its constructor takes how weights are drawn),
            ``forget_bias`` (it takes an initial bias of the forget gate), ``heads`` (a convolution that takes ``heads``
            and makes ``heads * out_channels`` channels), ``times`` (a cell that reads time stamps itself),
            ``relations`` (a convolution that takes ``normalize=False``, so that one for each kind of edge can be added
            up), ``edge_features`` (one that takes ``edge_dim``, and ``edge_attr`` when it is called), ``shared`` (all
            layers of a network are one, which keeps the number of channels), ``all_nodes`` (a layer carries a message
            from any node to any other).
        options: Further arguments of its constructor.
        matrix: ``module:function`` from ``(edge_index, num_nodes=N)`` to the dense matrix (N, N) that a linear layer of
            it multiplies by before training; empty where there is no such matrix, and columns that need it stay empty.
        activation: Name of a function of ``torch.nn.functional`` that follows a convolution; empty for none.
    """

    name: str
    make: str
    help: str
    features: frozenset[str] = frozenset()
    options: dict[str, Any] = field(default_factory=dict)
    matrix: str = ""
    activation: str = "relu"

    def layer(self, inputs: int, outputs: int, **options: Any) -> Any:
        """A layer of it, its weights drawn from torch's generator."""
        return load(self.make)(inputs, outputs, **self.options, **options)

    def conv(self, in_channels: int, out_channels: int, *, heads: int = 1, **options: Any) -> Any:
        """A convolution with so many channels altogether, over ``heads`` where it has heads."""
        if "heads" in self.features:
            if out_channels % heads:
                raise ValueError(
                    f"models: heads must divide hidden_channels = {out_channels}, but is {heads}"
                )
            return self.layer(in_channels, out_channels // heads, heads=heads, **options)
        return self.layer(in_channels, out_channels, **options)

    def step(self, heads: int) -> int:
        """Hidden sizes are multiples of this."""
        return heads if "heads" in self.features else 1


_DRAWN = frozenset({"init"})
_FORGETS = _DRAWN | {"forget_bias"}

CELLS = {
    part.name: part
    for part in (
        Part("rnn", "seq:RNN", "vanilla recurrent network", _DRAWN),
        Part("lstm", "seq:LSTM", "long short-term memory", _FORGETS),
        Part(
            "gru",
            "seq:GRU",
            "gated recurrent unit that resets after the matrix product, as torch does",
            _DRAWN,
        ),
        Part("gru1", "seq:GRU", "GRU that resets before it (Cho et al. 2014)", _DRAWN, {"variant": "cho"}),
        Part(
            "cellgated",
            "seq:CellGatedLSTM",
            "LSTM whose gates see the memory through full matrices",
            _FORGETS,
        ),
        Part(
            "peephole", "seq:PeepholeLSTM", "LSTM with diagonal peepholes (Gers & Schmidhuber 2002)", _FORGETS
        ),
        Part("phased", "seq:PhasedLSTM", "LSTM with time gates (Neil et al. 2016)", _FORGETS | {"times"}),
        Part("mingru", "seq:MinGRU", "GRU whose gates see the input alone (Feng et al. 2024)", _DRAWN),
        Part("minlstm", "seq:MinLSTM", "LSTM whose gates see the input alone (Feng et al. 2024)", _FORGETS),
        Part("lru", "seq:LRU", "linear recurrent unit, a diagonal state space (Orvieto et al. 2023)"),
    )
}

#: Networks of attention over all steps.
ATTENTION = {
    part.name: part
    for part in (
        Part(
            "transformer", "seq:TransformerClassifier", "pre-norm Transformer (Vaswani et al. 2017), causal"
        ),
    )
}

PYG = "pyg:"
#: Convolutions of PyG that take ``heads``, and ``concat`` to join what they say.
PYG_HEADS = frozenset({"GATConv", "GATv2Conv", "SuperGATConv", "TransformerConv"})


@dataclass(frozen=True)
class PygPart(Part):
    """A convolution of PyG under a name of the lab's; ``make`` is its class."""

    def layer(self, inputs: int, outputs: int, **options: Any) -> Any:
        return load("gnnlab:pyg_convolution")(self.make, inputs, outputs, **self.options, **options)


@dataclass(frozen=True)
class ForeignPart(Part):
    """A convolution from elsewhere: one of PyG's, or a user's own.

    Args:
        code: The user's code; None for one of PyG's.
    """

    code: own.Code | None = None

    def layer(self, inputs: int, outputs: int, **options: Any) -> Any:
        try:
            if self.code is None:
                return load("gnnlab:pyg_convolution")(self.name.removeprefix(PYG), inputs, outputs, **options)
            return load("gnnlab:StaticGraphConv")(own.load(self.code, "models")(inputs, outputs, **options))
        except Exception as error:
            if self.code is None or str(error).startswith("models: "):
                raise ValueError(f"models: {str(error).removeprefix('models: ')}") from error
            place = own.where_it_failed(error, (self.code,))
            raise ValueError(
                f"models: the convolution {self.name}({inputs}, {outputs}) failed: "
                f"{type(error).__name__}: {error}{place}"
            ) from error


class Convolutions(dict[str, Part]):
    """Convolutions by name. Those of PyG (``pyg:SAGEConv``) and a user's own are found in it too, but not listed."""

    def __missing__(self, name: str) -> Part:
        code = own.known(own.CONVOLUTION, name)
        if code is not None:
            return ForeignPart(name, "", code.where, frozenset(code.features), code=code)
        if name.startswith(PYG) and name.removeprefix(PYG).isidentifier():
            heads = {"heads"} if name.removeprefix(PYG) in PYG_HEADS else set()
            return ForeignPart(name, "", "a convolution of PyTorch Geometric", frozenset(heads))
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        try:
            return self[name] is not None  # type: ignore[index]
        except KeyError:
            return False

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default


_UNIFORM = "experiments.lab.sequences.distance:uniform_attention"

CONVOLUTIONS = Convolutions(
    (part.name, part)
    for part in (
        Part(
            "gcn",
            "gnnlab:GCNConv",
            "graph convolution (Kipf & Welling 2017)",
            frozenset({"relations"}),
            matrix="gnnlab:normalized_adjacency",
        ),
        Part(
            "gat",
            "gnnlab:GATConv",
            "graph attention (Veličković et al. 2018)",
            frozenset({"heads", "edge_features"}),
            matrix=_UNIFORM,
            activation="elu",
        ),
        Part(
            "gatv2",
            "gnnlab:GATv2Conv",
            "graph attention whose ranking depends on the node that asks (Brody et al. 2022)",
            frozenset({"heads", "edge_features"}),
            matrix=_UNIFORM,
            activation="elu",
        ),
        PygPart("gin", "GINConv", "graph isomorphism network: a sum, then two dense layers (Xu et al. 2019)"),
        PygPart(
            "sage", "SAGEConv", "GraphSAGE: a node beside the mean of its neighbours (Hamilton et al. 2017)"
        ),
        Part(
            "graphtransformer",
            "gnnlab:GraphTransformerConv",
            "attention over all nodes, with a bias for those that an edge joins",
            frozenset({"heads", "all_nodes"}),
        ),
        Part(
            "gnnssm",
            "gnnlab:StateSpaceConv",
            "graph convolutions as the input of a state space, the same in every layer (Arroyo et al. 2025)",
            frozenset({"shared"}),
            # A node has its own state already: loops would only dilute what neighbours say.
            {"add_self_loops": False},
            activation="",
        ),
    )
)


def check_own_name(name: str) -> None:
    """Raise a ValueError where a user's class is called as a cell or convolution of the lab."""
    if name in CELLS or name in ATTENTION or dict.__contains__(CONVOLUTIONS, name):
        raise ValueError(
            f"models: {name} is the name of one of the lab's; call your class or function something else"
        )


def family_of(label: str) -> str:
    """``recurrent``, ``graph``, ``attention`` or ``own``: which kind of model a label names.

    Example:
        >>> family_of("gcn-4-mirrored"), family_of("lstm-2"), family_of("transformer-2")
        ('graph', 'recurrent', 'attention')
    """
    if own.known(own.MODEL, label) is not None:
        return "own"
    if label.partition("-")[0] in ATTENTION:
        return "attention"
    return "graph" if is_convolution(label) else "recurrent"


def is_convolution(label: str) -> bool:
    """Whether a model's label begins with a convolution, so that it looks at edges.

    Example:
        >>> is_convolution("gcn-4-mirrored"), is_convolution("lstm")
        (True, False)
    """
    return label.partition("-")[0] in CONVOLUTIONS
