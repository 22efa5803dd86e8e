"""The graph of documents and words that a run works on, kept in memory between runs, and on disk beside its weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch_geometric.data import Data

from experiments.lab.documents.corpora.corpus import Corpus
from experiments.lab.documents.corpora.word_edges import rewired
from experiments.lab.documents.settings import DocumentModel
from gnnlab import attach_documents, document_graph


@dataclass(frozen=True, eq=False)
class CorpusGraph:
    """Documents 0..D-1, then words D..D+V-1, joined by TF-IDF and by PMI.

    Args:
        words: V words.
        num_documents: D.
        edge_index: (2, E), each edge both ways.
        edge_weight: (E,).
        idf: (V,) inverse document frequencies.
    """

    words: list[str]
    num_documents: int
    edge_index: Tensor
    edge_weight: Tensor
    idf: Tensor

    def sizes(self) -> dict[str, int]:
        """What a record says of it; edges are counted once."""
        return {"nodes": self.num_documents + len(self.words), "edges": self.edge_index.size(1) // 2}

    def with_word_edges(self, how: str, seed: int) -> CorpusGraph:
        """The graph with other edges between words; those between documents and words stay.

        Args:
            how: See ``rewired``; empty for the edges that it has.
            seed: Fixes what is drawn.
        """
        if not how:
            return self
        once = self.edge_index[0] < self.edge_index[1]
        pairs, weights = self.edge_index[:, once], self.edge_weight[once]
        of_words = pairs[0] >= self.num_documents
        moved, given = rewired(
            (pairs[:, of_words] - self.num_documents).numpy(),
            weights[of_words].numpy(),
            len(self.words),
            how,
            seed,
        )
        pairs = torch.cat(
            [pairs[:, ~of_words], torch.from_numpy(moved).sort(0).values + self.num_documents], 1
        )
        weights = torch.cat([weights[~of_words], torch.from_numpy(given)])
        both = torch.cat([pairs, pairs.flip(0)], dim=1)
        order = torch.argsort(both[0] * (self.num_documents + len(self.words)) + both[1])
        return CorpusGraph(self.words, self.num_documents, both[:, order], weights.repeat(2)[order], self.idf)

    def state(self) -> dict[str, Tensor]:
        """Plain tensors, with each edge once and node numbers in four bytes."""
        source, target = self.edge_index
        once = source < target
        return {
            "pairs": self.edge_index[:, once].to(torch.int32),
            "weights": self.edge_weight[once],
            "idf": self.idf,
            "num_documents": torch.tensor(self.num_documents),
        }

    @classmethod
    def restore(cls, words: list[str], state: dict[str, Tensor]) -> CorpusGraph:
        """The graph that ``state`` gave.

        Raises:
            KeyError: A part is missing.
            ValueError: The parts do not fit each other.
        """
        pairs, weights = state["pairs"].long(), state["weights"]
        documents = int(state["num_documents"])
        if len(state["idf"]) != len(words) or pairs.shape != (2, len(weights)):
            raise ValueError("the parts of the graph have different sizes")
        if len(weights) and (int(pairs.min()) < 0 or int(pairs.max()) >= documents + len(words)):
            raise ValueError("an edge of the graph ends at no node")
        index = torch.cat([pairs, pairs.flip(0)], dim=1)
        return cls(words, documents, index, torch.cat([weights, weights]), state["idf"])


def graph_of_all(corpus: Corpus, spec: DocumentModel, seed: int) -> CorpusGraph:
    """The graph of all documents, test documents too: their words are seen, their labels are not.

    Args:
        corpus: The documents.
        spec: Window, counting, and which edges join words.
        seed: Of the run; edges by chance are drawn from it.
    """
    graph = _build(corpus, tuple(range(len(corpus.documents))), spec.window, spec.counting)
    return graph.with_word_edges(spec.kind.edges, seed)


def graph_of_training(corpus: Corpus, spec: DocumentModel, seed: int) -> CorpusGraph:
    """The graph of all documents but the test documents, in the order of the corpus.

    Args:
        corpus, spec, seed: As in ``graph_of_all``.
    """
    graph = _build(corpus, tuple(corpus.rows("train")), spec.window, spec.counting)
    return graph.with_word_edges(spec.kind.edges, seed)


@lru_cache(maxsize=4)  # a worker does many runs on one corpus
def _build(corpus: Corpus, rows: tuple[int, ...], window: int, counting: str) -> CorpusGraph:
    graph = document_graph([corpus.words[row] for row in rows], window, counting)
    return CorpusGraph(graph.words, graph.num_documents, graph.edge_index, graph.edge_weight, graph.idf)


def attach(graph: CorpusGraph, documents: Sequence[Sequence[str]]) -> tuple[Tensor, Tensor]:
    """The edges of a graph with new documents, which stand between its documents and its words.

    The new edges run from the words that the graph knows to the new documents alone: no old node hears a new one, so
    their degrees and everything they say stay as they are. Weights have the frozen inverse document frequencies.

    Args:
        graph: What is there.
        documents: Words of each new document.

    Returns:
        edge_index (2, E') and edge_weight (E',).
    """
    old = graph.num_documents
    index = graph.edge_index + len(documents) * (graph.edge_index >= old)
    sources, targets, weights = [index[0]], [index[1]], [graph.edge_weight]
    for place, found in enumerate(attach_documents(Data(words=graph.words, idf=graph.idf), documents)):
        sources.append(found.words + old + len(documents))
        targets.append(torch.full_like(found.words, old + place))
        weights.append(found.weights)
    return torch.stack([torch.cat(sources), torch.cat(targets)]), torch.cat(weights)
