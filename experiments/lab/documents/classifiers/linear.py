"""TF-IDF with logistic regression: the linear baseline that a network over words has to beat."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import torch
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from torch import Tensor, nn

from experiments.lab.documents.classifiers.classifier import INDUCTIVE, DocumentClassifier, Words
from experiments.lab.documents.corpora.corpus import Corpus
from experiments.lab.documents.corpora.splits import Split
from experiments.running.session import Session
from experiments.training.fit import Fit
from experiments.training.stopping import Rule
from experiments.training.trainer import Row, Trainer

#: Inverse strengths of the penalty, and longest runs of words, that validation chooses between.
STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0)
LONGEST = (1, 2)
TRIALS = tuple(product(LONGEST, STRENGTHS))


class Trial(nn.Module):
    """Which setting is tried: all that changes from step to step, as no fit depends on the one before it."""

    number: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("number", torch.tensor(0))


class FirstHighest(Rule):
    """The highest validation accuracy, and of equal ones the first."""

    def judge(self, row: Row) -> tuple[bool, str]:
        return self.row is None or row["validation_accuracy"] > self.row["validation_accuracy"], ""


class LinearTrainer(Trainer):
    """Logistic regression with one setting after another; a step tries the next.

    Args:
        corpus: The documents.
        split: Which of them are labelled, and which choose the setting.
    """

    def __init__(self, corpus: Corpus, split: Split) -> None:
        self.trial = Trial()
        super().__init__(self.trial)
        documents, held = ([corpus.words[row] for row in rows] for rows in (split.labelled, split.validation))
        self.y, self.y_held = (np.array(corpus.classes)[rows] for rows in (split.labelled, split.validation))
        self.terms: dict[int, tuple[TfidfVectorizer, csr_matrix, csr_matrix]] = {}
        for longest in LONGEST:
            vectorizer = TfidfVectorizer(analyzer=_Terms(longest), sublinear_tf=True)
            x = vectorizer.fit_transform(documents)
            self.terms[longest] = vectorizer, x, vectorizer.transform(held)

    @property
    def setting(self) -> tuple[int, float]:
        """The longest run of words and the strength of the trial."""
        return TRIALS[int(self.trial.number) - 1]

    def step(self) -> bool:
        self.trial.number += 1
        self.regression = self.fitted()
        return False

    def fitted(self) -> LogisticRegression:
        """What the trial fits."""
        longest, strength = self.setting
        with warnings.catch_warnings():
            # With few labels of many classes scikit-learn wonders whether the classes are amounts; they are not.
            warnings.filterwarnings("ignore", message="The number of unique classes", category=UserWarning)
            return LogisticRegression(C=strength, max_iter=5000).fit(self.terms[longest][1], self.y)

    def look(self) -> Row:
        self.clock.pause()
        longest, strength = self.setting
        _, x, x_held = self.terms[longest]
        return {
            **_scores(self.regression, x, self.y, "train"),
            **_scores(self.regression, x_held, self.y_held, "validation"),
            "words": longest,
            "C": strength,
        }


class LinearClassifier(DocumentClassifier):
    """Logistic regression (scikit-learn) on TF-IDF with logarithmic counts; it knows the labelled documents' words.

    The penalty, and whether pairs of neighbouring words count too, are chosen on the validation documents.
    """

    _words: list[str]
    idf: np.ndarray  # (V,)
    weights: np.ndarray  # (C, V)
    bias: np.ndarray  # (C,)

    def fit(self, corpus: Corpus, split: Split, session: Session) -> Fit:
        trainer = LinearTrainer(corpus, split)
        fit = session.fit(trainer, FirstHighest(), steps=len(TRIALS), part=INDUCTIVE, save=False)
        vectorizer, model = trainer.terms[trainer.setting[0]][0], trainer.fitted()
        self._words = vectorizer.get_feature_names_out().tolist()
        self.idf, weights, bias = vectorizer.idf_, model.coef_, model.intercept_
        if self.num_classes == 2:  # one row of logits, for the second class against the first
            weights, bias = np.concatenate([0 * weights, weights]), np.array([0.0, bias[0]])
        self.weights, self.bias = weights, bias
        return fit

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


def _scores(model: LogisticRegression, x: csr_matrix, y: np.ndarray, name: str) -> dict[str, Any]:
    probabilities = model.predict_proba(x)
    return {
        f"{name}_loss": float(log_loss(y, probabilities, labels=model.classes_)),
        f"{name}_accuracy": float((model.classes_[probabilities.argmax(1)] == y).mean()),
    }
