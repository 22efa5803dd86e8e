"""Everything that graphs of text are made from, counted in one reading of the documents."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from gnnlab.graphs.numbers import flag, whole_number
from gnnlab.text.corpus_size import CHUNK_PAIRS, corpus_size
from gnnlab.text.shard_counts import count_file
from gnnlab.text.window_counts import MOST_WORDS, WindowCounts, check_window
from gnnlab.text.word_ids import Document, WordFile, word_file


@dataclass
class DocumentCounts:
    """Counts of words, of windows, and of words in documents.

    Variables:
        words: The V words, most frequent first.
        word_count (V,): Occurrences of each.
        document_count (V,): Documents that hold each.
        num_documents: D, empty ones included.
        num_windows: Sliding windows of all documents.
        windows: Windows that hold each word, and counts of pairs.
        terms (D, V): How often each document holds each word, where that was asked for.
    """

    words: list[str]
    word_count: np.ndarray
    document_count: np.ndarray
    num_documents: int
    num_windows: int
    windows: WindowCounts
    terms: csr_array | None = None


def count_documents(
    documents: Iterable[Document],
    *,
    window: int,
    counting: str,
    min_count: int,
    workers: int = 1,
    chunk_pairs: int = CHUNK_PAIRS,
    progress: bool = False,
    terms: bool = False,
) -> DocumentCounts:
    """Count what `cooccurrence_graph` and `document_graph` need; the arguments are theirs.

    Args:
        terms: Also keep how often each document holds each word.
    """
    check_window(window, counting)
    for name, number in (("workers", workers), ("chunk_pairs", chunk_pairs)):
        whole_number(name, number, least=1, most=MOST_WORDS)
    flag("progress", progress)
    with word_file(documents, min_count=min_count, progress=progress) as file:
        if progress and sys.stderr.isatty():
            print(corpus_size(file, window, workers=workers, chunk_pairs=chunk_pairs), file=sys.stderr)
        windows = count_file(
            file,
            window=window,
            counting=counting,
            workers=workers,
            chunk_pairs=chunk_pairs,
            progress=progress,
        )
        document_count, matrix = _count_terms(file, keep=terms)
        lengths = file.lengths[file.lengths > 0]
        num_windows = int(np.maximum(1, lengths - window + 1).sum())
        return DocumentCounts(
            file.words, file.word_count, document_count, file.num_documents, num_windows, windows, matrix
        )


def _count_terms(file: WordFile, *, keep: bool) -> tuple[np.ndarray, csr_array | None]:
    """Count the documents that hold each word, and with `keep` how often."""
    size = len(file.words)
    document_count = np.zeros(size, dtype=np.int64)
    filled = np.zeros(file.num_documents + 1, dtype=np.int64)
    columns, values = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.int64)]
    for first, document, word in file.blocks():
        term, count = np.unique(document * size + word, return_counts=True)
        document_count += np.bincount(term % size, minlength=size)
        if keep:
            held = np.bincount(term // size)
            filled[first + 1 : first + 1 + len(held)] = held
            columns.append((term % size).astype(np.int32))
            values.append(count)
    if not keep:
        return document_count, None
    parts = (np.concatenate(values), np.concatenate(columns), np.cumsum(filled))
    return document_count, csr_array(parts, shape=(file.num_documents, size))
