"""The classifiers of documents, one entry each. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from experiments.core.labels import grammar, parse_label
from experiments.core.naming import nearest
from experiments.core.registry import ATTENTION, CELLS, CONVOLUTIONS, Part
from experiments.core.specs import AttentionSpec, RecurrentSpec

#: Before the label of a model that reads words one by one: a GCN over the graph of words smooths their vectors.
SMOOTHED = "gcn-"


@dataclass(frozen=True)
class Kind:
    """What the lab knows of a classifier.

    Args:
        help: One line.
        make: ``module:class``, called with the model's settings and the number of classes.
        conv: Entry of ``CONVOLUTIONS`` that it works with; empty where there is no graph.
        transductive: One graph holds all documents, so it is trained once more with the test documents in it.
        cost: How long an epoch takes compared with others.
        smoothed: What reads words gets vectors that a graph of words has smoothed.
        unused: Columns of settings that it does not look at.
        edges: What stands in place of the edges between words, one of ``EDGES``; empty where those of the texts stay.
    """

    help: str
    make: str
    conv: str = ""
    transductive: bool = False
    cost: int = 1
    smoothed: bool = False
    unused: frozenset[str] = frozenset()
    edges: str = ""

    @property
    def part(self) -> Part | None:
        """The entry of its convolution."""
        return CONVOLUTIONS.get(self.conv)


_HERE = "experiments.lab.documents.classifiers"
_READER, _CORPUS = f"{_HERE}.reader:ReaderClassifier", f"{_HERE}.corpus_graph:CorpusGraphClassifier"
_NO_GRAPH = frozenset({"model.heads", "model.window", "model.counting"})
_WHOLE = frozenset({"model.pooling", "model.most_words", "train.batch_size"})  # over the graph of a corpus
_OWN = frozenset({"model.pooling", "model.counting"})  # over a graph of each document
_TRAINING = ("epochs", "learning_rate", "batch_size", "patience", "clip_norm")
_NETWORK = ("embedding", "hidden", "dropout", "pooling", "most_words")
_LINEAR = _NO_GRAPH | {f"model.{name}" for name in _NETWORK} | {f"train.{name}" for name in _TRAINING}
LINEAR, BAG, WIDE = "tfidf-lr", "bow-mlp", "widemlp"
BAGS = (BAG, WIDE)
_RECURRENT = Kind("a recurrent layer over the words", _READER, unused=_NO_GRAPH)
_ATTENTION = replace(_RECURRENT, help="a Transformer over the words")
_SMOOTH = Kind(
    "a reader over word vectors that a GCN has smoothed over the graph of words that occur together",
    f"{_HERE}.smoothed_reader:SmoothedReaderClassifier",
    smoothed=True,
    unused=frozenset({"model.heads"}),
)
MODELS = {
    "textgcn": Kind(
        "GCN of two layers over one graph of all documents and words (Yao et al. 2019)",
        _CORPUS,
        "gcn",
        True,
        2,
        unused=_WHOLE | {"model.hidden", "model.heads"},
    ),
    "textgat": Kind("GAT over the same graph", _CORPUS, "gat", True, 3, unused=_WHOLE),
    "docgcn": Kind(
        "GCN over each document's own graph of words in a sliding window",
        _READER,
        "gcn",
        cost=0,
        unused=_OWN | {"model.heads"},
    ),
    "docgat": Kind("GAT over the same graphs", _READER, "gat", cost=0, unused=_OWN),
    "lstm": replace(_RECURRENT, help="LSTM over the words"),
    "lstm-bidirectional": replace(_RECURRENT, help="LSTMs from both ends of the text"),
    "gcn-lstm": replace(
        _SMOOTH,
        help="LSTM over word vectors that a GCN has smoothed over the graph of words that occur together",
    ),
    LINEAR: Kind(
        "logistic regression on TF-IDF of words, or of words and pairs (no order beyond that)",
        f"{_HERE}.linear:LinearClassifier",
        cost=0,
        unused=_LINEAR,
    ),
    BAG: Kind(
        "a network of one hidden layer over the bag of words (no order)",
        _READER,
        unused=_NO_GRAPH | {"model.pooling", "model.embedding"},
    ),
    WIDE: Kind(
        "the same with 1,024 units and no dropout of words (WideMLP, Galke & Scherp 2022)",
        _READER,
        cost=3,
        unused=_NO_GRAPH | {"model.pooling", "model.embedding"},
    ),
}
SHUFFLED, RANDOM, NO_EDGES = "shuffled", "random", "nopmi"
#: What may stand in place of the edges between words in a graph of all documents and words.
EDGES = {
    SHUFFLED: "the same graph of words, in which each word stands in the place of another",
    RANDOM: "random edges between words, as many for each word as it had, with the weights redistributed",
    NO_EDGES: "no edges between words",
}
#: Models over the graph of a corpus, with other edges between words: the controls of those edges.
CONTROLS = {
    f"{name}-{edges}": replace(
        kind,
        help=f"{name} with {help}",
        edges=edges,
        unused=kind.unused | ({"model.window", "model.counting"} if edges == NO_EDGES else frozenset()),
    )
    for name, kind in MODELS.items()
    if kind.transductive
    for edges, help in EDGES.items()
}
KINDS = MODELS | CONTROLS
_GRAPHS = [name for name, kind in MODELS.items() if kind.conv]
MODEL_HELP = (
    f"{', '.join(f'{name} ({kind.help})' for name, kind in MODELS.items())}; textgcn and textgat also as controls: "
    f"{', '.join(f'-{edges} ({help})' for edges, help in EDGES.items())}; or another recurrent layer or "
    f"a Transformer with options joined by dashes, as in gru-2, transformer-2-full: {grammar(RecurrentSpec)}. "
    f"{grammar(AttentionSpec)}; gcn- in front of it smooths the word vectors"
)
#: What is compared where no model is asked for: those that take minutes.
DEFAULTS = tuple(name for name in MODELS if name != WIDE)


@cache
def reader_spec(name: str) -> RecurrentSpec | AttentionSpec:
    """What reads words in their order, in a model without a graph of documents.

    Args:
        name: Label of the model.

    Raises:
        ValueError: There is no such model.
    """
    label = name.removeprefix(SMOOTHED)
    if label.partition("-")[0] not in {*CELLS, *ATTENTION}:
        if name.partition("-")[0] in CONVOLUTIONS:
            raise ValueError(
                f"models: {name!r} is a network over sequences as graphs; on documents there are {', '.join(_GRAPHS)}"
            )
        known = [*MODELS, *CELLS, *ATTENTION]
        hint = nearest(name, [*known, *CONTROLS])
        raise ValueError(f"models: unknown model {name!r}{hint or '.'} Known: {', '.join(known)}")
    spec = parse_label(label, (RecurrentSpec, AttentionSpec))
    assert isinstance(spec, (RecurrentSpec, AttentionSpec))
    if isinstance(spec, RecurrentSpec) and spec.encoding != "embedding":
        raise ValueError(f"models: {name!r} should leave {spec.encoding} out; words enter as embeddings")
    return spec


def kind_of(name: str) -> Kind:
    """What the lab knows of a model.

    Args:
        name: One of ``KINDS``, or the label of a model that reads words in their order.
    """
    if name in KINDS or name.startswith(SMOOTHED):
        return KINDS.get(name, _SMOOTH)
    return _ATTENTION if name.partition("-")[0] in ATTENTION else _RECURRENT


def without_control(name: str) -> str:
    """The model of which a name is a control, or the name itself.

    Example:
        >>> without_control("textgcn-random"), without_control("tfidf-lr")
        ('textgcn', 'tfidf-lr')
    """
    edges = kind_of(name).edges
    return name.removesuffix(f"-{edges}") if edges else name
