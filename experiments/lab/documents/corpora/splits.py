"""Which documents a run sees: labelled, unlabelled, for validation, for testing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.lab.documents.corpora.corpus import Corpus

VALIDATION_SHARE = 0.1


@dataclass(frozen=True)
class Split:
    """Rows of a corpus.

    Args:
        labelled: Whose labels are trained on.
        unlabelled: Other training documents; a graph may hold their words.
        validation: Whose labels select the weights.
        test: Whose labels are read once.
    """

    labelled: list[int]
    unlabelled: list[int]
    validation: list[int]
    test: list[int]

    @property
    def known(self) -> list[int]:
        """Every document but the test documents."""
        return sorted([*self.labelled, *self.unlabelled, *self.validation])


def draw_split(corpus: Corpus, share: float, seed: int) -> Split:
    """Hold a tenth of the training documents out for validation, and pick a share of the others' labels.

    Both are stratified by class, with at least one document of each class on both sides. Of one seed, the labels of a
    smaller share are among those of a larger one, and the validation documents are the same for every share.

    Args:
        corpus: The documents.
        share: Percent of the labels.
        seed: Fixes what is drawn.
    """
    generator = np.random.default_rng([seed, 20])
    train = np.array(corpus.rows("train"))
    classes = np.array(corpus.classes)[train]
    labelled: list[int] = []
    unlabelled: list[int] = []
    validation: list[int] = []
    for kind in range(len(corpus.class_names)):
        rows = generator.permutation(train[classes == kind])
        held = max(1, round(VALIDATION_SHARE * len(rows)))
        rest = rows[held:]
        kept = max(1, round(share / 100 * len(rest)))
        validation += rows[:held].tolist()
        labelled += rest[:kept].tolist()
        unlabelled += rest[kept:].tolist()
    return Split(sorted(labelled), sorted(unlabelled), sorted(validation), corpus.rows("test"))
