"""Networks that classify documents: over one graph of a corpus, a graph per document, sequences, or bags."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch_geometric.data import Batch

from experiments.core.specs import AttentionSpec
from experiments.lab.documents.corpora.vocabulary import NO_WORD
from experiments.lab.documents.kinds import BAGS, WIDE, reader_spec
from experiments.lab.documents.settings import DocumentModel
from experiments.lab.sequences.models.recurrent import recurrent_layer
from gnnlab import GATConv, GCNConv, GraphNet
from gnnlab.layers.normalization import edge_matrix
from seq import RecurrentLayer, Transformer

#: Standard deviation of word vectors at the start, in networks that read one document at a time.
WORD_SPREAD = 0.1


class CorpusGraphNet(nn.Module):
    """Two layers over one graph of documents and words, whose features are a table of vectors (Yao et al. 2019).

    Equation::

        X = [D; V]                      a vector a document, or zeros, and a vector a word
        H = relu(Â dropout(X))          the paper's first layer: its features are an identity matrix, so X is W₀
        Z = Â dropout(H) W₁             logits

    In training the first dropout drops whole nodes, as dropping entries of an identity matrix does. GAT has two
    attention layers in place of the two products with Â, with the edge's weight as an edge feature.

    Args:
        num_words: V.
        num_classes: C.
        spec: Sizes; ``textgcn`` or ``textgat``.
        num_documents: Documents that have a vector of their own; 0 where documents are told by their words alone, so
            that new ones can come.

    Shapes:
        edge_index (2, E) over documents 0..D-1 and words D..D+V-1, edge_weight (E,); result (D, C).
    """

    def __init__(self, num_words: int, num_classes: int, spec: DocumentModel, num_documents: int = 0) -> None:
        super().__init__()
        self.dropout = spec.dropout
        self.words = nn.Parameter(torch.empty(num_words, spec.embedding))
        self.documents = nn.Parameter(torch.empty(num_documents, spec.embedding)) if num_documents else None
        self.attention: nn.Module | None = None
        assert spec.kind.part is not None
        if "heads" in spec.kind.part.features:
            one = spec.hidden // spec.heads
            self.attention = GATConv(spec.embedding, one, heads=spec.heads, edge_dim=1, fill_value=1.0)
            self.last: nn.Module = GATConv(spec.hidden, num_classes, edge_dim=1, fill_value=1.0)
        else:
            self.last = GCNConv(spec.embedding, num_classes, bias=False)
        self.reset_parameters()

    def forward(self, edge_index: Tensor, edge_weight: Tensor, num_documents: int) -> Tensor:
        """Return logits (D, C)."""
        # 1. X, with whole nodes dropped
        own = (
            self.words.new_zeros(num_documents, self.words.size(1))
            if self.documents is None
            else self.documents
        )
        x = torch.cat([own, self.words])  # (N, F)
        x = x * F.dropout(x.new_ones(x.size(0), 1), self.dropout, self.training)
        # 2. first layer, 3. second layer
        if self.attention is not None:
            options = {"edge_attr": edge_weight.view(-1, 1)}
            h = F.elu(self.attention(x, edge_index, **options))  # (N, H)
            logits = self.last(F.dropout(h, self.dropout, self.training), edge_index, **options)
        else:
            matrix = edge_matrix(edge_index, edge_weight, x.size(0), self_loops=True, normalize=True)
            h = F.dropout(torch.relu(matrix.times(x, dense=False)), self.dropout, self.training)
            logits = self.last(h, edge_index, edge_weight)  # (N, C)
        return logits[:num_documents]

    def reset_parameters(self) -> None:
        """Draw all weights anew from torch's generator; the vectors Glorot uniform, as one table of all nodes."""
        tables = [table for table in (self.documents, self.words) if table is not None]
        bound = (6 / (sum(len(table) for table in tables) + self.words.size(1))) ** 0.5
        for table in tables:
            nn.init.uniform_(table, -bound, bound)
        for layer in (self.attention, self.last):
            if layer is not None:
                layer.reset_parameters()  # type: ignore[operator]


class DocumentGraphNet(nn.Module):
    """A graph network of two layers over each document's own graph, read out as the mean over its words.

    Args:
        num_words: Size of the vocabulary, with no word.
        num_classes: C.
        spec: Sizes; ``docgcn`` or ``docgat``.

    Shapes:
        A batch of G graphs with ``tokens`` (N,), edge_index (2, E) and edge_weight (E,); result (G, C).
    """

    def __init__(self, num_words: int, num_classes: int, spec: DocumentModel) -> None:
        super().__init__()
        self.dropout = spec.dropout
        self.embedding = word_vectors(num_words, spec.embedding)
        assert spec.kind.part is not None
        self.net = GraphNet(
            spec.embedding,
            spec.hidden,
            num_classes,
            2,
            conv=spec.kind.conv,
            heads=spec.heads if "heads" in spec.kind.part.features else 1,
            readout="mean",
            dropout=spec.dropout,
        )

    def forward(self, batch: Batch) -> Tensor:
        """Return logits (G, C)."""
        x = F.dropout(self.embedding(batch.tokens), self.dropout, self.training)  # (N, F)
        weight = batch.edge_weight if self.net.convs[0].__class__ is GCNConv else None
        return self.net(x, batch.edge_index, weight, batch=batch.batch)


class WordReader(nn.Module):
    """A recurrent layer or a Transformer over the words of a document: p = W pool(h) + b.

    Args:
        layer: Any layer of ``seq``.
        num_words: Size of the vocabulary, with no word.
        num_classes: C.
        pooling: ``mean`` of all outputs, or the ``last`` state (of both directions), or the output at the last word.
        dropout: Of word vectors and of what the head reads.

    Shapes:
        tokens (B, T), lengths (B,); result (B, C). What stands beyond a length changes nothing.
    """

    def __init__(
        self,
        layer: RecurrentLayer | Transformer,
        num_words: int,
        num_classes: int,
        *,
        pooling: str,
        dropout: float,
    ) -> None:
        super().__init__()
        self.layer, self.pooling, self.dropout = layer, pooling, dropout
        self.embedding = word_vectors(num_words, layer.input_size)
        self.head = nn.Linear(layer.output_size, num_classes)

    def forward(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        """Return logits (B, C)."""
        tokens, lengths = batch
        return self.read(self.embedding(tokens), lengths)

    def read(self, vectors: Tensor, lengths: Tensor) -> Tensor:
        """Return logits (B, C) of word vectors (B, T, I)."""
        # 1. word vectors
        x = F.dropout(vectors, self.dropout, self.training)  # (B, T, I)
        # 2. the whole text; outputs beyond its length are zero
        if isinstance(self.layer, Transformer):
            outputs = self.layer(x, lengths=lengths)  # (B, T, H)
            last = outputs[torch.arange(len(x), device=x.device), lengths - 1]
        else:
            outputs, state = self.layer(x, lengths=lengths)
            last = self.layer.summary(state)
        # 3. pool
        mean = outputs.sum(1) / lengths.unsqueeze(1)  # (B, H)
        pooled = mean if self.pooling == "mean" else last
        return self.head(F.dropout(pooled, self.dropout, self.training))


class BagNet(nn.Module):
    """One hidden layer over the bag of words: p = W₂ relu(W₁ n / |n| + b₁) + b₂, with counts n.

    Args:
        num_words: Size of the vocabulary, with no word.
        num_classes: C.
        hidden: Hidden units.
        dropout: Of the hidden layer.
        word_dropout: Of words.

    Shapes:
        tokens (B, T), lengths (B,); result (B, C).
    """

    def __init__(
        self, num_words: int, num_classes: int, *, hidden: int, dropout: float, word_dropout: float
    ) -> None:
        super().__init__()
        self.dropout, self.word_dropout = dropout, word_dropout
        self.embedding = nn.Embedding(
            num_words, hidden, padding_idx=NO_WORD
        )  # rows of W₁: no zeros are multiplied
        self.bias = nn.Parameter(torch.zeros(hidden))
        self.head = nn.Linear(hidden, num_classes)

    def forward(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        """Return logits (B, C)."""
        tokens, lengths = batch
        kept = F.dropout((tokens != NO_WORD).to(self.bias.dtype), self.word_dropout, self.training)  # (B, T)
        h = (self.embedding(tokens) * kept.unsqueeze(2)).sum(1) / lengths.unsqueeze(1)  # (B, H)
        return self.head(F.dropout(torch.relu(h + self.bias), self.dropout, self.training))


def word_vectors(num_words: int, size: int) -> nn.Embedding:
    """Vectors that start small, so that a word seen once says little until it has been learned; no word is zero.

    Args:
        num_words: Size of the vocabulary, with no word.
        size: Of a vector.
    """
    embedding = nn.Embedding(num_words, size, padding_idx=NO_WORD)
    nn.init.normal_(embedding.weight, std=WORD_SPREAD)
    with torch.no_grad():
        embedding.weight[NO_WORD].zero_()
    return embedding


def build_reader(spec: DocumentModel, num_words: int, num_classes: int) -> nn.Module:
    """The network of a specification that reads documents in batches, its weights drawn from torch's generator.

    Args:
        spec: Which network; none over the graph of a corpus.
        num_words: Size of the vocabulary, with no word.
        num_classes: C.
    """
    if spec.kind.conv:
        return DocumentGraphNet(num_words, num_classes, spec)
    if spec.name in BAGS:
        words = 0.0 if spec.name == WIDE else spec.dropout
        return BagNet(num_words, num_classes, hidden=spec.hidden, dropout=spec.dropout, word_dropout=words)
    reader = reader_spec(spec.name)
    layer = (
        _attention(reader, spec)
        if isinstance(reader, AttentionSpec)
        else recurrent_layer(reader, spec.embedding, spec.hidden)
    )
    return WordReader(layer, num_words, num_classes, pooling=spec.pooling, dropout=spec.dropout)


def _attention(reader: AttentionSpec, spec: DocumentModel) -> Transformer:
    width, feedforward = reader.channels(spec.hidden)
    layer = Transformer(
        spec.embedding,
        width,
        num_layers=reader.layers,
        num_heads=reader.heads,
        causal=not reader.full,
        position="none" if reader.position == "noposition" else reader.position,
        max_length=spec.most_words,
        feedforward=feedforward,
    )
    if layer.position is not None:  # no larger than the words that they are added to
        nn.init.normal_(layer.position.weight, std=WORD_SPREAD)
    return layer
