"""Text GCN's graph of documents and words, and new documents that are attached to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import block_array, diags_array
from torch import Tensor
from torch_geometric.data import Data

from gnnlab.text.corpus_size import CHUNK_PAIRS
from gnnlab.text.document_counts import count_documents
from gnnlab.text.pmi_graph import checked_min_pmi, matrix_edges, pmi_matrix
from gnnlab.text.word_ids import Document, check_documents, check_words, split_words


@dataclass(frozen=True)
class AttachedDocument:
    """How a new document hangs on the words of a graph.

    Attributes:
        words: (n,) numbers of the words in `graph.words`, sorted; their nodes are `graph.num_documents` + words.
        weights: (n,) TF-IDF of each, with the graph's IDF.
        unknown: The words that the graph does not know, in the order in which they first appear.
    """

    words: Tensor
    weights: Tensor
    unknown: list[str]


def document_graph(
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
    """Return Text GCN's graph of documents and words (Yao et al. 2019, https://arxiv.org/abs/1809.05679).

    The nodes are the documents, in their order, then the words. Two words are joined with their PMI where it
    is positive, as in `cooccurrence_graph`. A document and a word in it are joined with their TF-IDF: how
    often the document holds the word, times log(D / documents that hold it), natural logarithm. (scikit-learn
    smooths and normalises by default; this does not.) A word that all documents hold has the weight 0, and a
    weight of 0 is no edge. Self-loops are left to the layer.

    Nodes have no features. The paper's identity matrix as features means that each node has a row of the first
    weight matrix to itself: that is `torch.nn.Embedding(num_nodes, channels)` in the model, and no N x N matrix.

    Args:
        documents, window, counting, min_count, min_pmi, workers, chunk_pairs, progress: As in
            `cooccurrence_graph`. The paper's settings are window 20 and, in the authors' program, "pairs". A
            document without a word stays as a node without edges.

    Returns:
        Data with `edge_index` (2, E), each pair both ways, sorted, without self-loops; `edge_weight` (E,);
        `num_nodes`, D + V; `num_documents`, D; `is_document` (D + V,), True for documents; and, as in
        `cooccurrence_graph`, `words`, `word_count`, `document_count`, `window_count`, `num_windows`; `idf`
        (V,), log(D / document_count).

    Raises:
        ValueError: As in `cooccurrence_graph`.

    >>> graph = document_graph(["good film", "good fun", "bad film"], window=2)
    >>> graph.num_documents, graph.words
    (3, ['film', 'good', 'bad', 'fun'])
    >>> graph.edge_index[:, :6]  # documents 0, 1, 2; words 3, 4, 5, 6
    tensor([[0, 0, 1, 1, 2, 2],
            [3, 4, 4, 6, 3, 5]])
    >>> graph.edge_weight[:6]  # log(3/2) and log(3)
    tensor([0.4055, 0.4055, 0.4055, 1.0986, 0.4055, 1.0986])
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
        terms=True,
    )
    idf = np.log(counts.num_documents / counts.document_count)
    weights = (counts.terms @ diags_array(idf)).tocsr().astype(np.float32)
    weights.eliminate_zeros()
    edge_index, edge_weight = matrix_edges(
        block_array([[None, weights], [weights.T, pmi_matrix(counts, min_pmi)]], format="csr")
    )
    nodes = counts.num_documents + len(counts.words)
    return Data(
        edge_index=edge_index,
        edge_weight=edge_weight,
        num_nodes=nodes,
        num_documents=counts.num_documents,
        is_document=torch.arange(nodes) < counts.num_documents,
        words=counts.words,
        word_count=torch.from_numpy(counts.word_count),
        document_count=torch.from_numpy(counts.document_count),
        window_count=torch.from_numpy(counts.windows.words),
        num_windows=counts.num_windows,
        idf=torch.from_numpy(idf.astype(np.float32)),
    )


def attach_documents(graph: Data, documents: Iterable[Document]) -> Iterator[AttachedDocument]:
    """Yield how each new document hangs on the words of a graph, whose IDF stays as it is.

    Args:
        graph: Of `document_graph`.
        documents: Texts, split as in `document_graph`, or lists of words. An empty one, or one of unknown words alone,
            has no edges.

    Raises:
        ValueError: A graph without words and IDF, or a document that is neither text nor a list of words.

    >>> graph = document_graph(["good film", "good fun", "bad film"], window=2)
    >>> [found] = attach_documents(graph, ["bad bad plot"])
    >>> [graph.words[word] for word in found.words], found.weights, found.unknown
    (['bad'], tensor([2.1972]), ['plot'])
    """
    if not isinstance(graph, Data) or "words" not in graph or "idf" not in graph:
        raise ValueError("graph: should have words and idf, as document_graph makes them")
    check_documents(documents)
    number = {word: place for place, word in enumerate(graph.words)}
    for place, document in enumerate(documents):
        words = split_words(document, f"documents: document {place}")
        check_words(words, f"documents: document {place}")
        count = Counter(words)
        known = sorted((number[word], times) for word, times in count.items() if word in number)
        ids = torch.tensor([word for word, _ in known], dtype=torch.long)
        weights = torch.tensor([float(times) for _, times in known]) * graph.idf[ids]
        kept = weights > 0
        unknown = [word for word in count if word not in number]
        yield AttachedDocument(ids[kept], weights[kept], unknown)


def attach_document(graph: Data, document: Document) -> AttachedDocument:
    """Return how one new document hangs on the words of a graph; see `attach_documents`.

    For many documents that function is faster: this one looks through all words at every call.

    Args:
        graph: Of `document_graph`.
        document: A text, split as in `document_graph`, or a list of words.

    Raises:
        ValueError: A graph without words and IDF, or a document that is neither text nor a list of words.

    >>> graph = document_graph(["good film", "good fun", "bad film"], window=2)
    >>> attach_document(graph, "a fine plot").unknown
    ['a', 'fine', 'plot']
    """
    return next(attach_documents(graph, [document]))
