"""Graphs of words that occur together, weighted by pointwise mutual information."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from scipy.sparse import csr_array
from torch import Tensor
from torch_geometric.data import Data

from gnnlab.graphs.numbers import real_number
from gnnlab.text.corpus_size import CHUNK_PAIRS
from gnnlab.text.document_counts import DocumentCounts, count_documents
from gnnlab.text.word_ids import Document

#: Pairs whose PMI is computed at once.
BLOCK = 2**20


def cooccurrence_graph(
    documents: Iterable[Document],
    window: int = 20,
    counting: str = "windows",
    min_count: int = 1,
    min_pmi: float = 0.0,
    *,
    workers: int = 1,
    chunk_pairs: int = CHUNK_PAIRS,
    progress: bool = False,
) -> Data:
    """Return the graph of words that share sliding windows, weighted by PMI (Yao et al. 2019, section 3.1).

    PMI(i, j) = log(p(i, j) / (p(i) p(j))), natural logarithm, p(i) = #W(i) / #W, p(i, j) = #W(i, j) / #W,
    where #W is the number of windows and #W(i) the number of windows that hold word i
    (https://arxiv.org/abs/1809.05679). A document of L words has max(1, L - window + 1) windows, an empty one
    none.

    `counting` says what #W(i, j) is. "windows", the default, is the paper's definition: windows that hold both
    words, however often. "pairs" is the program that the authors published, with which the paper's numbers
    were made: every pair of positions in a window counts, so that a word that stands twice in a window counts
    twice; single words still count once a window. Only the first makes p(i, j) a probability.

    The documents are read once, so a generator will do. Their words are kept as numbers in a temporary file,
    8 bytes for each occurrence. Memory does not grow with the length of the text: it takes about 40 bytes for
    each of `chunk_pairs` in each process, and 80 bytes for each pair of words that share a window;
    `cooccurrence_size` says beforehand how many these may be, and a larger `min_count` makes them fewer.

    Args:
        documents: Texts, split on whitespace and brought to Unicode's form NFC, so that an é is an é; or lists of
            words, such as those of `words_of`, which are taken as they are.
        window: Words in a window, 2 or more.
        counting: "windows" or "pairs".
        min_count: Words that occur less often are taken out of the documents before there are windows.
        min_pmi: Pairs are joined whose PMI is above this; 0 or more, as negative weights have no
            normalisation.
        workers: Processes that count; the result is the same for any number. They are started anew (spawn),
            so a script has to call this under ``if __name__ == "__main__":``. It takes seconds to start them:
            one is best below some million words.
        chunk_pairs: Pairs of positions that a process holds at once.
        progress: Show bars, and the expected size, on a terminal.

    Returns:
        Data with `edge_index` (2, E), each pair both ways, sorted, without self-loops; `edge_weight` (E,), the
        PMI; `num_nodes`, V; `words`, most frequent first, equally frequent ones in the order of their
        characters; `word_count`, `document_count` and `window_count` (V,), occurrences, documents and windows
        of each word; `num_documents` and `num_windows`.

    Raises:
        ValueError: A document that is neither text nor a list of words, no word left, or an argument out of
            its range.

    >>> graph = cooccurrence_graph(["good film", "good fun", "bad film"], window=2)
    >>> graph.words
    ['film', 'good', 'bad', 'fun']
    >>> graph.edge_index  # "good film" is no more frequent than chance has it: log(1/3 / (2/3 · 2/3)) < 0
    tensor([[0, 1, 2, 3],
            [2, 3, 0, 1]])
    >>> graph.edge_weight.exp()
    tensor([1.5000, 1.5000, 1.5000, 1.5000])
    """
    min_pmi = checked_min_pmi(min_pmi)
    counts = count_documents(
        documents,
        window=window,
        counting=counting,
        min_count=min_count,
        workers=workers,
        chunk_pairs=chunk_pairs,
        progress=progress,
    )
    edge_index, edge_weight = matrix_edges(pmi_matrix(counts, min_pmi))
    return Data(
        edge_index=edge_index,
        edge_weight=edge_weight,
        num_nodes=len(counts.words),
        words=counts.words,
        word_count=torch.from_numpy(counts.word_count),
        document_count=torch.from_numpy(counts.document_count),
        window_count=torch.from_numpy(counts.windows.words),
        num_documents=counts.num_documents,
        num_windows=counts.num_windows,
    )


def checked_min_pmi(min_pmi: float) -> float:
    """Return `min_pmi`, and raise a ValueError unless it is a number of 0 or more."""
    return real_number("min_pmi", min_pmi, least=0)  # negative weights have no normalisation


def pmi_matrix(counts: DocumentCounts, min_pmi: float) -> csr_array:
    """Return the symmetric matrix (V, V) of the PMI of all pairs above `min_pmi`, in float32.

    The products are whole numbers, exact in float64 up to some ten million windows: a pair that occurs exactly
    as often as chance has it gets log(1) = 0, not a rounding error above it.
    """
    single, pairs = counts.windows.words.astype(np.float64), counts.windows.pairs
    rows, columns, values = [], [], []
    for start in range(0, pairs.nnz, BLOCK):
        place = np.arange(start, min(start + BLOCK, pairs.nnz))
        row = np.searchsorted(pairs.indptr, place, side="right") - 1
        column = pairs.indices[place]
        pmi = np.log(pairs.data[place] * float(counts.num_windows) / (single[row] * single[column]))
        keep = pmi > min_pmi
        rows.append(np.bincount(row[keep], minlength=1))
        columns.append(column[keep])
        values.append(pmi[keep].astype(np.float32))
    size = len(counts.words)
    starts = np.zeros(size + 1, dtype=np.int64)
    for row_counts in rows:
        starts[1 : 1 + len(row_counts)] += row_counts
    empty = np.zeros(0, dtype=np.int32)
    parts = (np.concatenate([empty.astype(np.float32), *values]), np.concatenate([empty, *columns]))
    upper = csr_array((*parts, np.cumsum(starts)), shape=(size, size))
    return upper + upper.T.tocsr()


def matrix_edges(matrix: csr_array) -> tuple[Tensor, Tensor]:
    """Return (edge_index, edge_weight) of a symmetric matrix, sorted by source, then by target."""
    matrix.sort_indices()
    edge_index = torch.empty(2, matrix.nnz, dtype=torch.long)
    degree = torch.from_numpy(np.diff(matrix.indptr).astype(np.int64))
    edge_index[0] = torch.arange(len(degree)).repeat_interleave(degree)
    edge_index[1] = torch.from_numpy(matrix.indices)
    return edge_index, torch.from_numpy(matrix.data.astype(np.float32, copy=False))
