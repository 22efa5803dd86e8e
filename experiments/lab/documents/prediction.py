"""A trained classifier from its run's folder, and what it says of new texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.lab.documents.classifiers.classifier import DocumentClassifier, make_classifier
from experiments.lab.documents.kinds import LINEAR
from experiments.lab.documents.settings import DocumentRun
from experiments.records.checkpoints import load_checkpoint
from experiments.records.files import read_json
from experiments.records.records import read_run
from gnnlab.text.words import words_of


@dataclass(frozen=True)
class Prediction:
    """What a classifier says of one text.

    Args:
        probabilities: (C,) in the order of the class names; they sum to 1. None for a text without a known word: it has
            no class.
        words: How many words the text has.
        known: How many of them the classifier knows.
        unknown: Its words that the classifier has never seen, each once; they are passed over.
        cut: How many of its words were read, where that is not all of them.
    """

    probabilities: np.ndarray | None
    words: int
    known: int
    unknown: list[str]
    cut: int | None = None


class DocumentPredictor:
    """Asks the classifier of a recorded run about new texts. Nothing is trained again.

    Args:
        run: Folder of the run.

    Raises:
        ValueError: It is no folder of a run on documents that ended well, or its files do not fit each other.
    """

    def __init__(self, run: Path) -> None:
        record = read_run(run)
        if not isinstance(record.settings, DocumentRun):
            raise ValueError(
                f"run: {run} is one of {record.settings.experiment}; predict needs one of documents"
            )
        if not record.succeeded:
            raise ValueError(f"run: {run} did not end well; run its command again")
        self.settings = record.settings
        kept = _read_vocabulary(run / "vocabulary.json")
        self.class_names: list[str] = kept["class_names"]
        self.classifier: DocumentClassifier = make_classifier(self.settings.model, len(self.class_names))
        state = load_checkpoint(run / "weights.pt", ("state",))["state"]
        try:
            self.classifier.restore(kept["words"], state)
        except (
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
        ) as error:  # the last two: not even tensors by name
            raise ValueError(f"run: {run} has weights that do not fit its settings ({error})") from error
        self._vocabulary = set(kept["words"])

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """What the classifier says of each text, by itself: the others change nothing.

        Args:
            texts: Any texts; one without a known word gets no probabilities.
        """
        documents = [words_of(text) for text in texts]
        known = [document for document in documents if not self._vocabulary.isdisjoint(document)]
        probabilities = iter(self.classifier.logits(known).double().softmax(1).numpy())
        return [self._prediction(document, probabilities) for document in documents]

    def _prediction(self, document: list[str], probabilities: Iterator[np.ndarray]) -> Prediction:
        known = [word for word in document if word in self._vocabulary]
        unknown = list(dict.fromkeys(word for word in document if word not in self._vocabulary))
        if not known:
            return Prediction(None, len(document), 0, unknown)
        most = self.settings.model.most_words
        reads_all = self.settings.model.kind.transductive or self.settings.model.name == LINEAR
        cut = None if reads_all or len(known) <= most else most
        return Prediction(next(probabilities), len(document), len(known), unknown, cut)


def _read_vocabulary(path: Path) -> dict[str, list[str]]:
    try:
        kept = read_json(path)
        if all(_distinct_texts(kept[name]) for name in ("class_names", "words")):
            return kept
    except PermissionError as error:
        raise ValueError(f"run: {path} cannot be read ({error.strerror})") from error
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise ValueError(f"run: {path} is missing or damaged; delete the run's folder and run its command again")


def _distinct_texts(values: object) -> bool:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        return False
    return len(set(values)) == len(values)
