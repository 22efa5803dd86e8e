"""TF-IDF with logistic regression: the linear baseline that a network over words has to beat."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from torch import Tensor

from experiments.lab.documents.classifiers.classifier import DocumentClassifier, Words
from experiments.lab.documents.classifiers.training import Fit, Row
from experiments.lab.documents.corpora.corpus import Corpus
from experiments.lab.documents.corpora.splits import Split
from experiments.lab.documents.settings import DocumentTraining

#: Inverse strengths of the penalty, and longest runs of words, that validation chooses between.
STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0)
LONGEST = (1, 2)


class LinearClassifier(DocumentClassifier):
    """Logistic regression (scikit-learn) on TF-IDF with logarithmic counts; it knows the labelled documents' words.

    The penalty, and whether pairs of neighbouring words count too, are chosen on the validation documents.
    """

    _words: list[str]
    idf: np.ndarray  # (V,)
    weights: np.ndarray  # (C, V)
    bias: np.ndarray  # (C,)

    def fit(
        self,
        corpus: Corpus,
        split: Split,
        train: DocumentTraining,
        *,
        seed: int,
        device: str,
        on_row: Callable[[Row], None],
        on_step: Callable[[int], None],
    ) -> Fit:
        documents = [corpus.words[row] for row in split.labelled]
        held = [corpus.words[row] for row in split.validation]
        y, y_held = (np.array(corpus.classes)[rows] for rows in (split.labelled, split.validation))
        started, best, tried = time.perf_counter(), None, 0
        for longest in LONGEST:
            vectorizer = TfidfVectorizer(analyzer=_Terms(longest), sublinear_tf=True)
            x, x_held = vectorizer.fit_transform(documents), vectorizer.transform(held)
            for strength in STRENGTHS:
                model = _fit(x, y, strength)
                tried += 1
                row = {"step": tried, **_scores(model, x, y, "train")}
                row |= _scores(model, x_held, y_held, "validation") | {"words": longest, "C": strength}
                on_row(row)
                on_step(tried)
                if best is None or row["validation_accuracy"] > best["validation_accuracy"]:
                    best = row
                    self._keep(vectorizer, model)
        assert best is not None
        return Fit(
            tried,
            best["step"],
            "budget",
            best["validation_loss"],
            best["validation_accuracy"],
            time.perf_counter() - started,
        )

    def _keep(self, vectorizer: TfidfVectorizer, model: LogisticRegression) -> None:
        self._words = vectorizer.get_feature_names_out().tolist()
        self.idf, weights, bias = vectorizer.idf_, model.coef_, model.intercept_
        if self.num_classes == 2:  # one row of logits, for the second class against the first
            weights, bias = np.concatenate([0 * weights, weights]), np.array([0.0, bias[0]])
        self.weights, self.bias = weights, bias

    def logits(self, documents: Sequence[Words]) -> Tensor:
        if not documents:
            return torch.zeros(0, self.num_classes, dtype=torch.float64)
        vectorizer = TfidfVectorizer(
            analyzer=_Terms(max((word.count(" ") + 1 for word in self._words), default=1)),
            sublinear_tf=True,
            vocabulary=self._words,
        )
        vectorizer.idf_ = self.idf
        x: csr_matrix = vectorizer.transform(documents)
        return torch.from_numpy(x @ self.weights.T + self.bias)

    @property
    def words(self) -> list[str]:
        return self._words

    def state(self) -> dict[str, Tensor]:
        arrays = {"idf": self.idf, "weights": self.weights, "bias": self.bias}
        return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}

    def restore(self, words: list[str], state: dict[str, Tensor]) -> None:
        shapes = {
            "idf": (len(words),),
            "weights": (self.num_classes, len(words)),
            "bias": (self.num_classes,),
        }
        for name, shape in shapes.items():
            if name not in state or tuple(state[name].shape) != shape:
                raise ValueError(f"weights: {name} should have the shape {shape}")
        self._words = words
        self.idf, self.weights, self.bias = (state[name].numpy() for name in shapes)

    @property
    def parameters(self) -> int:
        rows = 1 if self.num_classes == 2 else self.num_classes
        return rows * (len(self._words) + 1)


class _Terms:
    """The words of a document, and its runs of neighbouring words up to a length."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(self, words: Words) -> list[str]:
        runs = [
            " ".join(words[start : start + length])
            for length in range(2, self.longest + 1)
            for start in range(len(words) - length + 1)
        ]
        return [*words, *runs]


def _fit(x: csr_matrix, y: np.ndarray, strength: float) -> LogisticRegression:
    with warnings.catch_warnings():
        # With few labels of many classes scikit-learn wonders whether the classes are amounts; they are not.
        warnings.filterwarnings("ignore", message="The number of unique classes", category=UserWarning)
        return LogisticRegression(C=strength, max_iter=5000).fit(x, y)


def _scores(model: LogisticRegression, x: csr_matrix, y: np.ndarray, name: str) -> dict[str, Any]:
    probabilities = model.predict_proba(x)
    return {
        f"{name}_loss": float(log_loss(y, probabilities, labels=model.classes_)),
        f"{name}_accuracy": float((model.classes_[probabilities.argmax(1)] == y).mean()),
    }
