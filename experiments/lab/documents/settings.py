"""Settings of a run on documents: corpus, model, share of labels, seed. Imports no torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from experiments.core.run import Run
from experiments.core.settings import Settings, choice, number, plain, whole
from experiments.lab.documents.kinds import BAG, KINDS, LINEAR, SMOOTHED, WIDE, Kind, kind_of, reader_spec

DOCSTRINGS = DEFAULT_CORPUS, SMALL_CORPUS = ("docstrings", "docstrings-small")
#: The data sets of Text GCN's repository.
PUBLIC = ("mr", "R8", "R52", "ohsumed", "20ng")
MOVIE_REVIEWS = "mr"
CORPORA = (*DOCSTRINGS, *PUBLIC)
POOLINGS = ("mean", "last")
COUNTINGS = ("pairs", "windows")


def as_known(name: str) -> str:
    """The name of a public corpus as its authors write it, or the name itself.

    Example:
        >>> as_known("r8"), as_known("own")
        ('R8', 'own')
    """
    return {known.lower(): known for known in PUBLIC}.get(name.lower(), name)


@dataclass(frozen=True, kw_only=True)
class CorpusChoice(Settings):
    """Which documents, and which version of them.

    Args:
        corpus_name: docstrings; docstrings-small, for a first look; the data sets of Text GCN with its split, mr (movie
            reviews), R8, R52, ohsumed and 20ng, read from the folder documents in the folder that the variable
            GNNLAB_DATA names (or ~/.cache/gnnlab): NAME.tsv, or NAME.txt and corpus/NAME.clean.txt.
        source: Documents of your own in place of a corpus. A table with a heading and the columns split (train or
            test), label and text: CSV, or tab-separated text without quotes. Or an index NAME.txt beside
            corpus/NAME.clean.txt, as in text-graph repositories, or the folder of both. Or a folder of texts: a folder
            for each class, perhaps in train and test.
        digest: Of its content, from ``Corpus.digest``: the same documents, or the run cannot be redone.
        text_column: What a table calls its texts.
        label_column: What it calls their classes.
        split_column: What it calls the column with train or test.
        skip_bad_rows: Leave rows out that are no documents, and say how many, in place of refusing the file.
        left_out: Which ones those were.
    """

    corpus_name: str = plain(DEFAULT_CORPUS, option="corpus")
    source: str = plain("", option="documents", listed=False, hashed=False)
    digest: str = plain("", option=False)
    text_column: str = plain("text", option="text_column", listed=False, hashed=False)
    label_column: str = plain("label", option="label_column", listed=False, hashed=False)
    split_column: str = plain("split", option="split_column", listed=False, hashed=False)
    skip_bad_rows: bool = plain(False, option="skip_bad_rows", hashed=False)
    left_out: str = plain("", option=False, hashed=False)

    @property
    def name(self) -> str:
        """One of ``CORPORA``, in whichever case it was written, or the stem of the user's file."""
        return self.corpus_name if self.source else as_known(self.corpus_name)

    def to_dict(self) -> dict[str, Any]:
        values = super().to_dict()
        for item in dataclasses.fields(self):  # how a file was read, where that was said
            if item.name not in ("corpus_name", "source", "digest") and values[item.name] == item.default:
                del values[item.name]
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
        hidden: Hidden units or channels; of all heads together for GAT; the size of its vectors too for textgcn.
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

    On other documents than those of that paper the sizes are smaller, so that a comparison with a learning curve takes
    minutes. The hidden layer of Text GCN is as wide as its vectors, which are its first layer.

    Args:
        label: A model.
        values: Chosen settings of a run; ``corpus_name`` and ``hidden`` are looked at.

    Raises:
        ValueError: There is no such model.

    Example:
        >>> default_settings("textgcn", {"corpus_name": "mr"})[0].embedding
        200
        >>> default_settings("textgcn", {"corpus_name": "mr", "hidden": 16})[0].embedding
        16
    """
    large = as_known(str(values.get("corpus_name"))) in PUBLIC
    size, rate, patience = (200, 2e-3, 3) if large else (64, 5e-3, 5)
    model = DocumentModel(name=label, embedding=size, hidden=size)
    if label == LINEAR:  # validation chooses between ten settings
        return DocumentModel(name=label), DocumentTraining(epochs=10)
    if label == WIDE:
        # Galke & Scherp 2022, section 4, but for the end: they train for 100 epochs, and keep the last weights.
        wide = DocumentModel(name=label, hidden=1024)
        return wide, DocumentTraining(epochs=100, learning_rate=1e-3, batch_size=16, patience=patience)
    if label == BAG:
        return model, DocumentTraining(epochs=100, learning_rate=5e-3)
    part = model.kind.part
    if model.kind.transductive:
        attends = part is not None and "heads" in part.features
        width = values.get("hidden", size)
        sizes = {"embedding": 32, "hidden": 32} if attends else {"embedding": width, "hidden": width}
        return DocumentModel(name=label, **sizes), DocumentTraining()
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
