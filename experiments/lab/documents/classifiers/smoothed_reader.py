"""Both at once: word vectors smoothed by a graph convolution over the graph of words, read by an LSTM or another."""

from __future__ import annotations

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.lab.documents.classifiers.classifier import Words, load_weights
from experiments.lab.documents.classifiers.networks import WordReader, build_reader
from experiments.lab.documents.classifiers.reader import ReaderClassifier
from experiments.lab.documents.corpora.corpus import Corpus
from experiments.lab.documents.corpora.splits import Split
from experiments.lab.documents.corpora.vocabulary import Vocabulary
from gnnlab import GCNConv, cooccurrence_graph


class SmoothedReader(nn.Module):
    """A reader whose word vectors have passed a graph convolution over words.

    Equation::

        E' = E + Â E W          every word's vector, with what its neighbours in the graph of words say
        p  = reader(E'[words])

    Words that no labelled document holds are moved by those that do, through Â and through the shared W.

    Args:
        reader: Its embedding is E.

    Shapes:
        tokens (B, T), lengths (B,); result (B, C).

    Variables:
        conv.lin.weight (I, I): Wᵀ. Buffers pairs (2, E) with each edge once, weights (E,).
    """

    pairs: Tensor
    weights: Tensor

    def __init__(self, reader: WordReader, pairs: Tensor, weights: Tensor) -> None:
        super().__init__()
        self.reader = reader
        size = reader.embedding.embedding_dim
        self.conv = GCNConv(size, size, bias=False, kernel="sparse")
        self.register_buffer("pairs", pairs.to(torch.int32))
        self.register_buffer("weights", weights)
        self._edges: tuple[Tensor, Tensor, Tensor] | None = None

    @property
    def embedding(self) -> nn.Embedding:
        """E, before it is smoothed."""
        return self.reader.embedding

    def word_vectors(self) -> Tensor:
        """Return E' (V, I)."""
        index, weight = self._both_ways()
        table = self.embedding.weight
        return table + self.conv(table, index, weight)

    def forward(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        """Return logits (B, C)."""
        tokens, lengths = batch
        return self.reader.read(F.embedding(tokens, self.word_vectors()), lengths)

    def _both_ways(self) -> tuple[Tensor, Tensor]:
        # One tensor for all calls: the convolution normalises an edge list once, and remembers it by that tensor.
        if self._edges is None or self._edges[0] is not self.pairs:
            pairs = self.pairs.long()
            self._edges = (self.pairs, torch.cat([pairs, pairs.flip(0)], dim=1), self.weights.repeat(2))
        return self._edges[1:]


class SmoothedReaderClassifier(ReaderClassifier):
    """A reader with smoothed word vectors. It knows the words of all training documents, labelled or not."""

    model: SmoothedReader

    def learn_words(self, corpus: Corpus, split: Split) -> Vocabulary:
        """The words of all training documents."""
        return Vocabulary.of(corpus.words[row] for row in split.known)

    def build(self, documents: Iterable[Words]) -> SmoothedReader:
        """The network over the graph of the words in some documents."""
        graph = cooccurrence_graph([list(words) for words in documents], self.spec.window, self.spec.counting)
        assert graph.edge_index is not None
        source, target = graph.edge_index
        once = source < target
        numbers = self.vocabulary.encode(graph.words)  # the graph has its own order
        return self._network(numbers[torch.stack([source[once], target[once]])], graph.edge_weight[once])

    def restore(self, words: list[str], state: dict[str, Tensor]) -> None:
        """Take over what ``words`` and ``state`` gave."""
        self.vocabulary = Vocabulary(words)
        try:
            pairs, weights = state["pairs"], state["weights"]
        except KeyError as error:
            raise ValueError(f"the weights lack {error}") from None
        self.model = self._network(pairs, weights)
        load_weights(self.model, state)

    def vectors(self) -> Tensor:
        """A smoothed vector for each word."""
        with torch.no_grad():
            return self.model.word_vectors()[1:]

    def _network(self, pairs: Tensor, weights: Tensor) -> SmoothedReader:
        reader = build_reader(self.spec, len(self.vocabulary), self.num_classes)
        assert isinstance(reader, WordReader)
        return SmoothedReader(reader, pairs, weights)
