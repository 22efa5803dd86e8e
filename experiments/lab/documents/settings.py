"""Settings of a run on documents: corpus, model, share of labels, seed. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from experiments.core.run import Run
from experiments.core.settings import Settings, choice, number, plain, whole
from experiments.lab.documents.kinds import BAG, KINDS, LINEAR, SMOOTHED, WIDE, Kind, kind_of, reader_spec

CORPORA = ("docstrings", "docstrings-small", "mr")
DEFAULT_CORPUS, SMALL_CORPUS, MOVIE_REVIEWS = CORPORA
POOLINGS = ("mean", "last")
COUNTINGS = ("pairs", "windows")


@dataclass(frozen=True, kw_only=True)
class CorpusChoice(Settings):
    """Which documents, and which version of them.

    Args:
        corpus_name: docstrings; docstrings-small, for a first look; mr, movie reviews with the split of Text GCN, read
            from documents/mr.tsv in the folder that the variable GNNLAB_DATA names (or ~/.cache/gnnlab).
        source: Documents of your own in place of a corpus: tab-separated text with a heading and the columns
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
        name: One of ``KINDS``, or the label of a recurrent model or a Transformer.
        embedding: Size of a word's vector.
        hidden: Hidden units or channels; of all heads together for GAT.
        heads: Attention heads (GAT).
        dropout: Probability of dropping an entry before a layer.
        window: Words of a sliding window (graphs).
        counting: How a window counts: pairs of positions, as Text GCN's authors do, or windows that hold both words.
        pooling: What the head reads of a recurrent layer or a Transformer: the mean of all outputs, or the last one.
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
        if self.name not in KINDS:
            reader_spec(self.name)

    @property
    def label(self) -> str:
        """Name in tables and figures."""
        return self.name

    @property
    def kind(self) -> Kind:
        """What the lab knows of it."""
        return kind_of(self.name)


def parse_document_model(text: str) -> DocumentModel:
    """Read a model's label.

    Raises:
        ValueError: There is no such model.

    Example:
        >>> parse_document_model("lstm-1").label, parse_document_model("gcn-gru-2").label
        ('lstm', 'gcn-gru-2')
    """
    name = text.strip()
    if name not in KINDS:
        name = (SMOOTHED if name.startswith(SMOOTHED) else "") + reader_spec(name).label
    return DocumentModel(name=name)


@dataclass(frozen=True, kw_only=True)
class DocumentTraining(Settings):
    """How it is trained: Adam; the weights with the lowest validation loss are kept.

    Args:
        epochs: Most passes over the labelled documents (several are one where there are few documents, so that an
            epoch has 8 steps or more): 200 for textgcn and textgat, where one is one step; 100 for bow-mlp and for
            widemlp; 30 for the others; tfidf-lr has none and tries 10 settings.
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
    if (
        label == WIDE
    ):  # Galke & Scherp 2022, section 4: 100 epochs and the last weights; here validation chooses them
        wide = DocumentModel(name=label, hidden=1024)
        return wide, DocumentTraining(epochs=100, learning_rate=1e-3, batch_size=16)
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
        share: Percent of the training labels that are seen, stratified, with at least one per class; every document
            stays in the graph.
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
    def unused(self) -> frozenset[str]:
        return self.model.kind.unused

    @property
    def most_steps(self) -> int:
        return self.train.epochs

    @property
    def cost(self) -> float:
        return 1000.0 * self.model.kind.cost + self.share

    @property
    def folder(self) -> str:
        return f"{self.place}_{self.model.label}_share{self.share:g}_seed{self.seed}_{self.identity}"
