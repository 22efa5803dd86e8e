"""Words by number: what a model has seen while it was trained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

NO_WORD = 0  # stands in padding, and alone in a document without any known word


class Vocabulary:
    """The words that a model knows; number 0 stands for no word.

    Args:
        words: Each once; the first has number 1.

    Example:
        >>> vocabulary = Vocabulary(["graph", "node"])
        >>> vocabulary.encode(["node", "edge", "graph"]).tolist()
        [2, 1]
        >>> vocabulary.encode(["edge"]).tolist()
        [0]
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)
        self._numbers = {word: number for number, word in enumerate(self.words, 1)}

    @classmethod
    def of(cls, documents: Iterable[Sequence[str]]) -> Vocabulary:
        """The words of some documents, the most frequent first."""
        counts = Counter(word for document in documents for word in document)
        return cls(sorted(counts, key=lambda word: (-counts[word], word)))

    def __len__(self) -> int:
        """How many numbers there are, with that of no word."""
        return len(self.words) + 1

    def __contains__(self, word: object) -> bool:
        return word in self._numbers

    def encode(self, document: Iterable[str], most: int | None = None) -> Tensor:
        """Numbers (T,) of the known words of a document, the first ``most`` of them; at least one number."""
        numbers = [self._numbers[word] for word in document if word in self._numbers][:most]
        return torch.tensor(numbers or [NO_WORD])
