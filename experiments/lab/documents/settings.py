"""Settings of a run on documents: corpus, model, share of labels, seed. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Self

from experiments.core.labels import grammar, parse_label
from experiments.core.naming import nearest
from experiments.core.registry import CELLS, CONVOLUTIONS, Part
from experiments.core.run import Run
from experiments.core.settings import Settings, choice, number, plain, whole
from experiments.core.specs import RecurrentSpec

CORPORA = ("docstrings", "docstrings-small", "mr")
DEFAULT_CORPUS, SMALL_CORPUS, MOVIE_REVIEWS = CORPORA
POOLINGS = ("mean", "last")
COUNTINGS = ("pairs", "windows")
SMOOTHED = (
    "gcn-"  # before the label of a recurrent model: a GCN over the graph of words smooths what it reads
)


@dataclass(frozen=True)
class Kind:
    """What the lab knows of a classifier.

    Args:
        help: One line.
        make: ``module:class``, called with the model's settings and the number of classes.
        conv: Entry of ``CONVOLUTIONS`` that it works with; empty where there is no graph.
        transductive: One graph holds all documents, so it is trained once more with the test documents in it.
        cost: How long an epoch takes compared with others.
    """

    help: str
    make: str
    conv: str = ""
    transductive: bool = False
    cost: int = 1

    @property
    def part(self) -> Part | None:
        """The entry of its convolution."""
        return CONVOLUTIONS.get(self.conv)


_HERE = "experiments.lab.documents.classifiers"
_READER, _CORPUS = f"{_HERE}.reader:ReaderClassifier", f"{_HERE}.corpus_graph:CorpusGraphClassifier"
_SMOOTHED = f"{_HERE}.smoothed_reader:SmoothedReaderClassifier"
LINEAR, BAG = "tfidf-lr", "bow-mlp"
MODELS = {
    "textgcn": Kind(
        "GCN of two layers over one graph of all documents and words (Yao et al. 2019)",
        _CORPUS,
        "gcn",
        True,
        2,
    ),
    "textgat": Kind("GAT over the same graph", _CORPUS, "gat", True, 3),
    "docgcn": Kind("GCN over each document's own graph of words in a sliding window", _READER, "gcn", cost=0),
    "docgat": Kind("GAT over the same graphs", _READER, "gat", cost=0),
    "lstm": Kind("LSTM over the words", _READER),
    "lstm-bidirectional": Kind("LSTMs from both ends of the text", _READER),
    "gcn-lstm": Kind(
        "LSTM over word vectors that a GCN has smoothed over the graph of words that occur together",
        _SMOOTHED,
    ),
    LINEAR: Kind(
        "logistic regression on TF-IDF of words, or of words and pairs (no order beyond that)",
        f"{_HERE}.linear:LinearClassifier",
        cost=0,
    ),
    BAG: Kind("a network of one hidden layer over the bag of words (no order)", _READER),
}
_GRAPHS = [name for name, kind in MODELS.items() if kind.conv]
MODEL_HELP = (
    f"{', '.join(f'{name} ({kind.help})' for name, kind in MODELS.items())}, or another recurrent layer with options "
    f"joined by dashes: {grammar(RecurrentSpec)}; gcn- in front of it smooths the word vectors"
)


@cache
def recurrent_layer(name: str) -> RecurrentSpec:
    """The layer of a model that reads words in their order.

    Args:
        name: Label of the model.

    Raises:
        ValueError: There is no such model.
    """
    label = name.removeprefix(SMOOTHED)
    if label.partition("-")[0] not in CELLS:
        if name.partition("-")[0] in CONVOLUTIONS:
            raise ValueError(
                f"models: {name!r} is a network over sequences as graphs; on documents there are {', '.join(_GRAPHS)}"
            )
        hint = nearest(name, [*MODELS, *CELLS])
        raise ValueError(f"models: unknown model {name!r}{hint or '.'} Known: {', '.join([*MODELS, *CELLS])}")
    spec = parse_label(label, (RecurrentSpec,))
    assert isinstance(spec, RecurrentSpec)
    if spec.encoding != "embedding":
        raise ValueError(f"models: {name!r} should leave {spec.encoding} out; words enter as embeddings")
    return spec


@dataclass(frozen=True, kw_only=True)
class CorpusChoice(Settings):
    """Which documents, and which version of them.

    Args:
        corpus_name: docstrings; docstrings-small, for a first look; mr, movie reviews with the split of Text GCN, read
            from documents/mr.tsv in the folder that the variable GNNLAB_DATA names (or ~/.cache/gnnlab).
        source: Documents of your own in place of a corpus: tab-separated UTF-8 text with a heading and the columns
            split (train or test), label, text.
        digest: Of its content, from ``Corpus.digest``: the same documents, or the run cannot be redone.
    """

    corpus_name: str = plain(DEFAULT_CORPUS, option="corpus")
    source: str = plain("", option="documents", listed=False, hashed=False)
    digest: str = plain("", option=False)

    @property
    def name(self) -> str:
        """One of ``CORPORA``, or the stem of the user's file."""
        return self.corpus_name

    def to_dict(self) -> dict[str, Any]:
        values = super().to_dict()
        return {"name": values.pop("corpus_name"), **values}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        return super().from_dict({"corpus_name" if key == "name" else key: v for key, v in values.items()})


@dataclass(frozen=True, kw_only=True)
class DocumentModel(Settings):
    """A classifier of documents.

    Args:
        name: One of ``MODELS``, or the label of a recurrent model.
        embedding: Size of a word's vector.
        hidden: Hidden units or channels; of all heads together for GAT.
        heads: Attention heads (GAT).
        dropout: Probability of dropping an entry before a layer.
        window: Words of a sliding window (graphs).
        counting: How a window counts: pairs of positions, as Text GCN's authors do, or windows that hold both words.
        pooling: What a recurrent model's head reads: the mean of all outputs, or the last state.
        most_words: Words of a document that a model of sequences, bags or windows reads; what follows is cut.
    """

    name: str = plain(option=False)
    embedding: int = whole(200, least=1, option="embedding")
    hidden: int = whole(200, least=1, option="hidden")
    heads: int = whole(1, least=1, option="heads")
    dropout: float = number(0.5, least=0, below=1, option="dropout")
    window: int = whole(20, least=2, option="window")
    counting: str = choice("pairs", COUNTINGS, option="counting")
    pooling: str = choice("mean", POOLINGS, option="pooling")
    most_words: int = whole(500, least=1, option="most_words")

    def check(self) -> None:
        if self.hidden % self.heads:
            raise ValueError(f"heads: {self.heads} should divide the hidden size {self.hidden}")
        if self.name not in MODELS:
            recurrent_layer(self.name)

    @property
    def label(self) -> str:
        """Name in tables and figures."""
        return self.name

    @property
    def is_smoothed(self) -> bool:
        """Whether a recurrent layer reads word vectors that a graph of words has smoothed."""
        return self.name.startswith(SMOOTHED)

    @property
    def kind(self) -> Kind:
        """What the lab knows of it."""
        other = Kind("a recurrent layer over the words", _SMOOTHED if self.is_smoothed else _READER)
        return MODELS.get(self.name, other)


def parse_document_model(text: str) -> DocumentModel:
    """Read a model's label.

    Raises:
        ValueError: There is no such model.

    Example:
        >>> parse_document_model("lstm-1").label, parse_document_model("gcn-gru-2").label
        ('lstm', 'gcn-gru-2')
    """
    name = text.strip()
    if name not in MODELS:
        name = (SMOOTHED if name.startswith(SMOOTHED) else "") + recurrent_layer(name).label
    return DocumentModel(name=name)


@dataclass(frozen=True, kw_only=True)
class DocumentTraining(Settings):
    """How it is trained: Adam; the weights with the lowest validation loss are kept.

    Args:
        epochs: Most passes over the labelled documents (several are one where there are few documents, so that an
            epoch has 8 steps or more): 200 for textgcn and textgat, where one is one step; 100 for bow-mlp; 30 for the
            others; tfidf-lr has none and tries 10 settings.
        learning_rate: Adam's step size.
        batch_size: Documents a step; unused by a graph over all documents.
        patience: Epochs without a lower validation loss that end a run; 0 for never.
        clip_norm: Largest norm of the gradient; 0 does not clip.
    """

    epochs: int = whole(200, least=1)
    learning_rate: float = number(0.02, above=0)
    batch_size: int = whole(64, least=1)
    patience: int = whole(10)
    clip_norm: float = number(0.0, least=0)


def default_settings(label: str, values: Mapping[str, Any]) -> tuple[DocumentModel, DocumentTraining]:
    """Settings of a model: the paper's for Text GCN (Yao et al. 2019, section 4), the others' chosen on validation.

    On documents other than MR the sizes are smaller, so that a comparison with a learning curve takes minutes.

    Args:
        label: A model.
        values: Chosen settings of a run; ``corpus_name`` is looked at.

    Raises:
        ValueError: There is no such model.

    Example:
        >>> default_settings("textgcn", {"corpus_name": "mr"})[0].hidden
        200
    """
    large = values.get("corpus_name") == MOVIE_REVIEWS
    size, rate, patience = (200, 2e-3, 3) if large else (64, 5e-3, 5)
    model = DocumentModel(name=label, embedding=size, hidden=size)
    if label == LINEAR:  # validation chooses between ten settings
        return DocumentModel(name=label), DocumentTraining(epochs=10)
    if label == BAG:
        return model, DocumentTraining(epochs=100, learning_rate=5e-3)
    part = model.kind.part
    if model.kind.transductive:
        attends = part is not None and "heads" in part.features
        return (DocumentModel(name=label, embedding=32, hidden=32) if attends else model), DocumentTraining()
    if part is not None:
        heads = 4 if "heads" in part.features else 1
        model = DocumentModel(name=label, embedding=size, hidden=size, heads=heads, window=3)
    return model, DocumentTraining(epochs=30, learning_rate=rate, patience=patience, clip_norm=5.0)


@dataclass(frozen=True, kw_only=True)
class DocumentRun(Run):
    """One run on documents.

    Args:
        corpus: The documents.
        model: The classifier.
        share: Percent of the training labels that are seen, stratified, with at least one a class; every document stays
            in the graph.
        train: How it is trained.
    """

    told: ClassVar[tuple[str, ...]] = ("corpus.name", "share")

    corpus: CorpusChoice = field(default_factory=CorpusChoice)
    model: DocumentModel = plain(option=False)
    share: float = number(above=0, most=100, option="shares", argument="shares")
    train: DocumentTraining = field(default_factory=DocumentTraining, metadata={"option": False})

    @property
    def place(self) -> str:
        return self.corpus.name

    @property
    def title(self) -> str:
        return f"{self.model.label} {self.share:g}% seed {self.seed}"

    @property
    def most_steps(self) -> int:
        return self.train.epochs

    @property
    def cost(self) -> float:
        return 1000.0 * self.model.kind.cost + self.share

    @property
    def folder(self) -> str:
        return f"{self.place}_{self.model.label}_share{self.share:g}_seed{self.seed}_{self.identity}"
