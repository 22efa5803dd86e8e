"""How large the graph of a corpus will be, said before the windows are counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gnnlab.graphs.numbers import whole_number
from gnnlab.text.window_counts import MOST_WORDS, check_window
from gnnlab.text.word_ids import Document, WordFile, word_file

#: Pairs of positions that a process counts at once, unless asked otherwise.
CHUNK_PAIRS = 2**22

BYTES_PER_CHUNK_PAIR = 40
BYTES_PER_WORD_PAIR = 80


@dataclass(frozen=True)
class CorpusSize:
    """Size of a corpus and of its graph of words.

    Attributes:
        num_documents: Documents, empty ones included.
        num_tokens: Occurrences of words.
        num_words: Different words: nodes of the graph.
        position_pairs: Pairs of positions less than a window apart: the work to be done.
        max_pairs: No more pairs of words than this can be joined.
        expected_pairs: As many pairs would share a window if the words stood in random order. Real texts
            repeat themselves and stay below that; those with a positive PMI are fewer still.
        memory: Bytes that `expected_pairs` and the processes' work take, about.
    """

    num_documents: int
    num_tokens: int
    num_words: int
    position_pairs: int
    max_pairs: int
    expected_pairs: int
    memory: int

    def __str__(self) -> str:
        return (
            f"{self.num_documents:,} documents, {self.num_tokens:,} tokens, {self.num_words:,} words; "
            f"{self.position_pairs:,} pairs of positions; about {self.expected_pairs:,} pairs of words "
            f"(at most {self.max_pairs:,}), {self.memory / 2**30:.2f} GiB"
        )


def cooccurrence_size(
    documents: Iterable[Document],
    window: int = 20,
    *,
    min_count: int = 1,
    workers: int = 1,
    chunk_pairs: int = CHUNK_PAIRS,
) -> CorpusSize:
    """Return how large `cooccurrence_graph` of the same arguments will be, without counting windows.

    The documents are read once; that takes a small part of the time that the graph takes.

    Args:
        documents, window, min_count, workers, chunk_pairs: As in `cooccurrence_graph`.

    Raises:
        ValueError: As there.

    >>> size = cooccurrence_size(["a b c a", "b c"], window=3)
    >>> size.num_tokens, size.num_words, size.position_pairs, size.max_pairs
    (6, 3, 6, 3)
    """
    check_window(window, "windows")
    for name, number in (("workers", workers), ("chunk_pairs", chunk_pairs)):
        whole_number(name, number, least=1, most=MOST_WORDS)
    with word_file(documents, min_count=min_count) as file:
        return corpus_size(file, window, workers=workers, chunk_pairs=chunk_pairs)


def corpus_size(file: WordFile, window: int, *, workers: int, chunk_pairs: int) -> CorpusSize:
    """Return the size of documents that have been read."""
    lengths = file.lengths
    reach = np.minimum(lengths, window)
    position_pairs = int(np.maximum((reach - 1) * lengths - reach * (reach - 1) // 2, 0).sum())
    words = len(file.words)
    partners = np.minimum(words - 1, 2 * (window - 1) * file.word_count)
    max_pairs = min(position_pairs, int(partners.sum()) // 2)
    expected = min(max_pairs, round(_expected_pairs(file.word_count, position_pairs)))
    work = workers * min(chunk_pairs, position_pairs) * BYTES_PER_CHUNK_PAIR
    memory = work + expected * BYTES_PER_WORD_PAIR
    return CorpusSize(file.num_documents, file.num_tokens, words, position_pairs, max_pairs, expected, memory)


def _expected_pairs(word_count: np.ndarray, position_pairs: int) -> float:
    """Sum 1 - exp(-λ) over the pairs of words, λ = pairs of positions that hold them in random order.

    Words are taken together whose counts differ by under 2 %.
    """
    group = np.unique(np.floor(50 * np.log(word_count)), return_inverse=True)[1]
    members = np.bincount(group)
    mean = np.bincount(group, weights=word_count) / members
    share = mean / word_count.sum()
    met = -np.expm1(-2 * position_pairs * np.outer(share, share))
    return float(members @ met @ members - members @ met.diagonal()) / 2
