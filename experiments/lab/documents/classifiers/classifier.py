"""What every classifier of documents promises: it is trained once, says classes of new texts, and is kept as arrays."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from experiments.core.experiment import load
from experiments.lab.documents.corpora.corpus import Corpus
from experiments.lab.documents.corpora.splits import Split
from experiments.lab.documents.settings import DocumentModel
from experiments.running.session import Session
from experiments.training.fit import Fit

Words = Sequence[str]
#: The trainings of a run: the test documents are in the graph, or come later.
TRANSDUCTIVE, INDUCTIVE = "transductive", "inductive"


class DocumentClassifier(ABC):
    """A classifier that can be asked about documents it has never seen.

    Args:
        spec: Which one.
        num_classes: C.
    """

    def __init__(self, spec: DocumentModel, num_classes: int) -> None:
        self.spec, self.num_classes = spec, num_classes

    @abstractmethod
    def fit(self, corpus: Corpus, split: Split, session: Session) -> Fit:
        """Train on the labelled documents; validation documents select, test documents are not looked at.

        Args:
            corpus: The documents.
            split: Which of them are seen.
            session: Of the run that says how to train.
        """

    @abstractmethod
    def logits(self, documents: Sequence[Words]) -> Tensor:
        """Return logits (D, C) of documents, each by itself: a document's answer does not depend on the others."""

    @property
    @abstractmethod
    def words(self) -> list[str]:
        """The words (or word pairs) that it knows, in the order of its arrays."""

    def knows(self, documents: Sequence[Words]) -> np.ndarray:
        """Whether it knows a word of each document, (D,); of one that it knows nothing of it can say no class."""
        known = set(self.words)
        return np.array([not known.isdisjoint(words) for words in documents], dtype=bool)

    @abstractmethod
    def state(self) -> dict[str, Tensor]:
        """All it has learned, by name."""

    @abstractmethod
    def restore(self, words: list[str], state: dict[str, Tensor]) -> None:
        """Take over what ``words`` and ``state`` gave.

        Raises:
            ValueError: They do not fit this classifier.
        """

    @property
    @abstractmethod
    def parameters(self) -> int:
        """How many numbers were trained."""

    def vectors(self) -> Tensor | None:
        """A vector for each of its words, (V, F), where it has learned some."""
        return None

    def facts(self) -> dict[str, Any]:
        """What a record says of it besides its scores."""
        return {}


def make_classifier(spec: DocumentModel, num_classes: int) -> DocumentClassifier:
    """An untrained classifier.

    Args:
        spec: Which one.
        num_classes: C.
    """
    made: DocumentClassifier = load(spec.kind.make)(spec, num_classes)
    return made


def load_weights(module: Any, state: dict[str, Tensor]) -> None:
    """Load a module's weights.

    Raises:
        ValueError: They are not the weights of this module.
    """
    try:
        module.load_state_dict(state)
    except RuntimeError as error:
        raise ValueError(f"weights: {' '.join(str(error).split())[:200]}") from error
    module.eval()
