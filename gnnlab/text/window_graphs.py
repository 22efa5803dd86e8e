"""One small graph for each document: its words, joined where they share a sliding window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch_geometric.data import Data

from gnnlab.text.corpus_size import CHUNK_PAIRS
from gnnlab.text.pmi_graph import matrix_edges
from gnnlab.text.shard_counts import Tally, stretches
from gnnlab.text.window_counts import check_window, count_windows
from gnnlab.text.word_ids import check_documents

TokenIds: TypeAlias = Sequence[int] | np.ndarray | Tensor

#: Words of documents that are counted together.
BLOCK = 2**20


def sliding_window_graph(token_ids: TokenIds, window: int = 3, counting: str = "windows") -> Data:
    """Return the graph of one document; see `sliding_window_graphs`.

    Args:
        token_ids: (T,) numbers of words, 0 or more, in the order of the text.
        window: Words in a window, 2 or more.
        counting: "windows" or "pairs".

    Raises:
        ValueError: Numbers that are negative or no integers, or an argument out of its range.

    >>> graph = sliding_window_graph([7, 2, 7, 5])
    >>> graph.tokens, graph.count  # the windows are 7 2 7 and 2 7 5
    (tensor([2, 5, 7]), tensor([1, 1, 2]))
    >>> graph.edge_index, graph.edge_weight
    (tensor([[0, 0, 1, 1, 2, 2],
            [1, 2, 0, 2, 0, 1]]), tensor([1., 2., 1., 1., 2., 1.]))
    """
    check_window(window, counting)
    return next(_graphs([_checked(token_ids, "token_ids")], window, counting))


def sliding_window_graphs(
    documents: Iterable[TokenIds], window: int = 3, counting: str = "windows"
) -> list[Data]:
    """Return a graph for each document, for models that predict documents they have not seen.

    The nodes of a graph are the different words of its document, and two words are joined that share a
    sliding window, weighted by how many windows they share. Such a graph for each document, with windows of 3
    words, is that of TextING (Zhang et al. 2020, https://arxiv.org/abs/2004.13826). PyG's `DataLoader` batches
    the graphs.

    Args:
        documents: Numbers of words, 0 or more, of each document, in the order of the text.
        window: Words in a window, 2 or more.
        counting: "windows" counts windows that hold both words, "pairs" every pair of positions in a window;
            see `cooccurrence_graph`.

    Returns:
        A Data for each document with `tokens` (n,), the word of each node, sorted; `count` (n,), its
        occurrences; `edge_index` (2, E), each pair both ways, sorted, without self-loops; `edge_weight` (E,).
        An empty document gives a graph without nodes.

    Raises:
        ValueError: Numbers that are negative or no integers, or an argument out of its range.

    >>> [graph.num_nodes for graph in sliding_window_graphs([[4, 4, 1], [], [3]])]
    [2, 0, 1]
    """
    check_window(window, counting)
    check_documents(documents)
    graphs: list[Data] = []
    block: list[np.ndarray] = []
    held = 0
    for place, document in enumerate(documents):
        block.append(_checked(document, f"documents: document {place}"))
        held += len(block[-1])
        if held >= BLOCK:
            graphs.extend(_graphs(block, window, counting))
            block, held = [], 0
    graphs.extend(_graphs(block, window, counting))
    return graphs


def _checked(document: Any, where: str) -> np.ndarray:
    """The word numbers of a document; an error begins with `where`."""
    try:
        numbers = document.cpu().numpy() if isinstance(document, Tensor) else np.asarray(document)
    except (TypeError, ValueError, RuntimeError):  # lists of different lengths, tensors that NumPy lacks
        numbers = np.array([None])
    if numbers.size == 0:
        return np.zeros(0, dtype=np.int64)
    if numbers.ndim != 1 or numbers.dtype.kind not in "iu":
        raise ValueError(f"{where} should be a list of word numbers, but is {document!r:.60}")
    if numbers.min() < 0:
        raise ValueError(f"{where} holds {numbers.min()}; words should be 0 or more")
    if numbers.max() > np.iinfo(np.int64).max:
        raise ValueError(f"{where} holds {numbers.max()}; words should be below 2^63")
    return numbers.astype(np.int64)


def _graphs(block: list[np.ndarray], window: int, counting: str) -> Iterator[Data]:
    """Count all documents as one text in which no word of one document is a word of another."""
    if not block:
        return
    words = np.concatenate(block)
    offsets = np.cumsum([0, *map(len, block)])
    document = np.repeat(np.arange(len(block)), np.diff(offsets))
    # Numbers may be as large as hashes are; document by word fits eight bytes only in places of words.
    different, places = np.unique(words, return_inverse=True)
    size = max(1, len(different))
    nodes, tokens, count = np.unique(document * size + places, return_inverse=True, return_counts=True)
    tokens = tokens.astype(np.int32)
    total = Tally(len(nodes))
    for start, stop, beyond, bounds in stretches(offsets, window, CHUNK_PAIRS):
        own, part = stop - start, tokens[start:beyond]
        total.add(
            count_windows(part, bounds - start, own, num_words=len(nodes), window=window, counting=counting)
        )
    upper = total.counts().pairs
    edge_index, edge_weight = matrix_edges(upper + upper.T.tocsr())
    first = np.searchsorted(nodes, np.arange(len(block) + 1) * size)
    edges = np.searchsorted(edge_index[0].numpy(), first)
    word, occurrences = torch.from_numpy(different[nodes % size]), torch.from_numpy(count)
    for start, stop, first_edge, last_edge in zip(first[:-1], first[1:], edges[:-1], edges[1:]):
        yield Data(  # copies, because a slice would carry all graphs along wherever it is saved
            edge_index=edge_index[:, first_edge:last_edge] - int(start),
            edge_weight=edge_weight[first_edge:last_edge].clone(),
            tokens=word[start:stop].clone(),
            count=occurrences[start:stop].clone(),
            num_nodes=int(stop - start),
        )
