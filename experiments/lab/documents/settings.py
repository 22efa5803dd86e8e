"""Settings of a run on documents: corpus, model, share of labels, seed. Imports no torch."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from experiments.core.model_specs import ModelSpec, RecurrentSpec, parse_model
from experiments.core.naming import nearest
from experiments.core.run_protocol import digest_of

CORPORA = ("docstrings", "docstrings-small", "mr")
#: What each model is, for help and report; other recurrent layers have the labels of ``parse_model``.
MODELS = {
    "textgcn": "GCN of two layers over one graph of all documents and words (Yao et al. 2019)",
    "textgat": "GAT over the same graph",
    "docgcn": "GCN over each document's own graph of words in a sliding window",
    "docgat": "GAT over the same graphs",
    "lstm": "LSTM over the words",
    "lstm-bidirectional": "LSTMs from both ends of the text",
    "gcn-lstm": "LSTM over word vectors that a GCN has smoothed over the graph of words that occur together",
    "tfidf-lr": "logistic regression on TF-IDF of words, or of words and pairs (no order beyond that)",
    "bow-mlp": "a network of one hidden layer over the bag of words (no order)",
}
CORPUS_GRAPH = ("textgcn", "textgat")
DOCUMENT_GRAPH = ("docgcn", "docgat")
SMOOTHED = (
    "gcn-"  # before the label of a recurrent model: a GCN over the graph of words smooths what it reads
)
LINEAR = "tfidf-lr"
BAG = "bow-mlp"
POOLINGS = ("mean", "last")
COUNTINGS = ("pairs", "windows")
MODEL_HELP = (
    f"{', '.join(MODELS)}, or another recurrent layer with options joined by dashes: rnn, gru, gru1, cellgated, "
    "peephole, phased; layers as a number, bidirectional, xavier, kaiming, orthogonal, biasN; gcn- in front smooths "
    "the word vectors"
)


@dataclass(frozen=True)
class CorpusChoice:
    """Which documents, and which version of them.

    Args:
        name: One of ``CORPORA``, or the stem of the user's file.
        source: Path of the user's file; empty for a corpus by name.
        digest: Of its content, from ``Corpus.digest``: the same documents, or the run cannot be redone.
    """

    name: str
    source: str = ""
    digest: str = ""


@dataclass(frozen=True)
class DocumentModel:
    """A classifier of documents.

    Args:
        name: One of ``MODELS``, or the label of a recurrent model.
        embedding: Size of a word's vector.
        hidden: Hidden units or channels; of all heads together for GAT.
        heads: Attention heads (GAT).
        dropout: Probability of dropping an entry before a layer.
        window: Words of a sliding window (graphs).
        counting: ``pairs`` of positions in a window, as Text GCN's authors count, or ``windows`` that hold both words.
        pooling: What a recurrent model's head reads: the mean of all outputs, or the last state.
        most_words: Words of a document that a model of sequences, bags or windows reads; what follows is cut.
    """

    name: str
    embedding: int = 200
    hidden: int = 200
    heads: int = 1
    dropout: float = 0.5
    window: int = 20
    counting: str = "pairs"
    pooling: str = "mean"
    most_words: int = 500

    def __post_init__(self) -> None:
        check_model(self.name)
        for name in ("embedding", "hidden", "heads", "most_words"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} should be 1 or more")
        if self.hidden % self.heads:
            raise ValueError(f"heads: {self.heads} should divide the hidden size {self.hidden}")
        if self.window < 2:
            raise ValueError(f"window: {self.window} should be 2 or more words")
        if self.counting not in COUNTINGS:
            raise ValueError(f"counting: {self.counting!r} should be one of {', '.join(COUNTINGS)}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout: {self.dropout} should be from 0 to below 1")
        if self.pooling not in POOLINGS:
            raise ValueError(f"pooling: {self.pooling!r} should be one of {', '.join(POOLINGS)}")


@dataclass(frozen=True)
class DocumentTraining:
    """How it is trained: Adam; the weights with the lowest validation loss are kept.

    Args:
        epochs: Most passes over the labelled documents (several are one where there are few documents, so that an
            epoch has 8 steps or more). A graph over all documents makes one step of each.
        learning_rate: Adam's step size.
        batch_size: Documents a step; unused by a graph over all documents.
        patience: Epochs without a lower validation loss that end a run; 0 for never.
        clip_norm: Largest norm of the gradient; 0 does not clip.
    """

    epochs: int = 200
    learning_rate: float = 0.02
    batch_size: int = 64
    patience: int = 10
    clip_norm: float = 0.0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} should be 1 or more")
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise ValueError(f"learning_rate: {self.learning_rate} should be above 0")
        if self.patience < 0 or self.clip_norm < 0:
            raise ValueError("patience and clip_norm should be 0 or more")


def check_model(name: str) -> None:
    """Raise a ValueError unless there is a model of that name."""
    if name in MODELS:
        return
    spec = _parsed(name.removeprefix(SMOOTHED)) or _parsed(name)
    if spec is None:
        hint = nearest(name, [*MODELS, "gru", "rnn", "phased", "peephole"])
        raise ValueError(f"models: unknown model {name!r}{hint or '.'} Known: {MODEL_HELP}")
    if not isinstance(spec, RecurrentSpec):
        raise ValueError(
            f"models: {name!r} is a network over sequences as graphs; on documents there are "
            f"{', '.join([*CORPUS_GRAPH, *DOCUMENT_GRAPH])}"
        )
    if spec.encoding != "embedding":
        raise ValueError(f"models: {name!r} should leave {spec.encoding} out; words enter as embeddings")


def _parsed(label: str) -> ModelSpec | None:
    try:
        return parse_model(label)
    except ValueError:
        return None


def unused_settings(name: str) -> set[str]:
    """Settings that a record has but this model does not look at: a report leaves them out.

    Args:
        name: A model.

    Example:
        >>> sorted(unused_settings("lstm"))
        ['counting', 'heads', 'window']
    """
    if name == LINEAR:
        return {
            field.name for kind in (DocumentModel, DocumentTraining) for field in dataclasses.fields(kind)
        }
    if name in CORPUS_GRAPH:
        return {"pooling", "most_words", "batch_size"} | ({"hidden", "heads"} if name == "textgcn" else set())
    if name in DOCUMENT_GRAPH:
        return {"pooling", "counting"} | ({"heads"} if name == "docgcn" else set())
    if name.startswith(SMOOTHED):
        return {"heads"}
    return {"heads", "window", "counting"} | ({"pooling", "embedding"} if name == BAG else set())


def default_settings(name: str, corpus: str) -> tuple[DocumentModel, DocumentTraining]:
    """Settings of a model: the paper's for Text GCN (Yao et al. 2019, section 4), the others' chosen on validation.

    On documents other than MR the sizes are smaller, so that a comparison with a learning curve takes minutes.

    Args:
        name: A model.
        corpus: Name of the corpus.

    Raises:
        ValueError: There is no such model.

    Example:
        >>> default_settings("textgcn", "mr")[1]
        DocumentTraining(epochs=200, learning_rate=0.02, batch_size=64, patience=10, clip_norm=0.0)
    """
    size, rate, patience = (200, 2e-3, 3) if corpus == "mr" else (64, 5e-3, 5)
    if name == "textgat":
        return DocumentModel(name, 32, 32), DocumentTraining()
    if name == "textgcn":
        return DocumentModel(name, size, size), DocumentTraining()
    if name == BAG:
        return DocumentModel(name, size, size), DocumentTraining(epochs=100, learning_rate=5e-3)
    model = DocumentModel(name, size, size)
    if name == LINEAR:
        return DocumentModel(name), DocumentTraining(
            epochs=10
        )  # the settings that validation chooses between
    if name in DOCUMENT_GRAPH:
        model = DocumentModel(name, size, size, heads=4 if name == "docgat" else 1, window=3)
    return model, DocumentTraining(epochs=30, learning_rate=rate, patience=patience, clip_norm=5.0)


@dataclass(frozen=True)
class DocumentSettings:
    """One run: everything that can change its result.

    Args:
        experiment: Name in the catalogue of experiments.
        corpus: The documents.
        model: The classifier.
        share: Percent of the training labels that are seen, stratified, with at least one a class.
        seed: Fixes the validation split, which labels are seen, initial weights, batches and dropout.
        train: How it is trained.
        device: ``cpu`` or a torch CUDA device.
        threads: CPU threads inside the run; more of them can change the last bits.
    """

    experiment: str
    corpus: CorpusChoice
    model: DocumentModel
    share: float
    seed: int
    train: DocumentTraining
    device: str = "cpu"
    threads: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.share <= 100:
            raise ValueError(f"shares: {self.share:g} should be above 0 and at most 100 percent")
        if self.seed < 0:
            raise ValueError(f"seeds: {self.seed} should be 0 or more")
        if self.threads < 1:
            raise ValueError(f"threads: {self.threads} should be 1 or more")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for ``config.json``; ``from_dict`` reads them back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> DocumentSettings:
        """The run that a ``config.json`` describes.

        Raises:
            ValueError: A key is missing or not known.
        """
        try:
            parts = {
                "corpus": CorpusChoice(**values["corpus"]),
                "model": DocumentModel(**values["model"]),
                "train": DocumentTraining(**values["train"]),
            }
            return cls(**{**values, **parts})
        except (KeyError, TypeError) as error:
            raise ValueError(f"config: not the settings of a run ({error})") from error

    @property
    def title(self) -> str:
        """Which run it is, for a progress bar."""
        return f"{self.model.name} {self.share:g}% seed {self.seed}"

    @property
    def most_steps(self) -> int:
        """The length of that bar."""
        return self.train.epochs

    @property
    def identity(self) -> str:
        """Eight hexadecimal digits that change whenever a setting does; the file's place is none."""
        values = self.to_dict()
        del values["corpus"]["source"]
        return digest_of(values)

    @property
    def folder(self) -> str:
        """Name of the run's folder."""
        return f"{self.corpus.name}_{self.model.name}_share{self.share:g}_seed{self.seed}_{self.identity}"
