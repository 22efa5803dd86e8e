"""Classifiers that read one document at a time: recurrent layers, attention, graphs of one document, bags of words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from torch_geometric.data import Batch

from experiments.lab.documents.classifiers.classifier import (
    INDUCTIVE,
    DocumentClassifier,
    Words,
    load_weights,
)
from experiments.lab.documents.classifiers.networks import build_reader
from experiments.lab.documents.classifiers.training import DocumentTrainer, train_network
from experiments.lab.documents.corpora.corpus import Corpus
from experiments.lab.documents.corpora.splits import Split
from experiments.lab.documents.corpora.vocabulary import NO_WORD, Vocabulary
from experiments.running.session import Session
from experiments.training.budget import count_parameters
from experiments.training.fit import Fit
from gnnlab import sliding_window_graphs

AT_ONCE = 256  # documents of one forward pass when nothing is learned
LEAST_STEPS = (
    8  # of an epoch: a handful of documents is gone through more than once, or training would end too soon
)
BUCKET = 20  # batches among which documents are sorted by length, so that little padding is computed


class ReaderClassifier(DocumentClassifier):
    """A network over documents in batches. It knows the words of the labelled documents; others are passed over."""

    model: nn.Module
    vocabulary: Vocabulary

    def fit(self, corpus: Corpus, split: Split, session: Session) -> Fit:
        run, device = session.run, session.device
        self.vocabulary = self.learn_words(corpus, split)
        self.model = self.build(corpus.words[row] for row in split.known).to(device)
        classes = torch.tensor(corpus.classes)
        items = self._encode([corpus.words[row] for row in split.labelled])
        y = classes[split.labelled]
        validation = self._encode([corpus.words[row] for row in split.validation])
        generator = torch.Generator().manual_seed(run.seed)

        def batches() -> Iterator[tuple[Callable[[], Tensor], Tensor]]:
            for rows in epoch_of([_length(item) for item in items], run.train.batch_size, generator):
                inputs = self._collate([items[row] for row in rows], device)
                yield partial(self.model, inputs), y[rows].to(device)

        def validate() -> tuple[Tensor, Tensor]:
            return self._forward(validation, device), classes[split.validation].to(device)

        trainer = DocumentTrainer(
            self.model, run.train, batches=batches, validate=validate, generator=generator
        )
        fit = train_network(trainer, session, INDUCTIVE)
        self.model.to("cpu")
        return fit

    def learn_words(self, corpus: Corpus, split: Split) -> Vocabulary:
        """The words of the labelled documents."""
        return Vocabulary.of(corpus.words[row] for row in split.labelled)

    def build(self, documents: Iterable[Words]) -> nn.Module:
        """The untrained network.

        Args:
            documents: Words of all training documents, labelled or not.
        """
        return build_reader(self.spec, len(self.vocabulary), self.num_classes)

    @torch.no_grad()
    def logits(self, documents: Sequence[Words]) -> Tensor:
        device = next(self.model.parameters()).device
        return self._forward(self._encode(documents), str(device)).cpu()

    def _forward(self, items: list[Any], device: str) -> Tensor:
        """Logits in the order given; documents of like length are computed together."""
        order = sorted(range(len(items)), key=lambda row: _length(items[row]))
        parts = [
            self.model(self._collate([items[row] for row in order[start : start + AT_ONCE]], device))
            for start in range(0, len(order), AT_ONCE)
        ]
        logits = torch.cat(parts) if parts else torch.zeros(0, self.num_classes, device=device)
        return logits[torch.argsort(torch.tensor(order, dtype=torch.long, device=device))]

    def _encode(self, documents: Sequence[Words]) -> list[Any]:
        encoded = [self.vocabulary.encode(words, self.spec.most_words) for words in documents]
        if not self.spec.kind.conv:
            return encoded
        return sliding_window_graphs(encoded, self.spec.window)

    def _collate(self, items: list[Any], device: str) -> Any:
        if self.spec.kind.conv:
            return Batch.from_data_list(items).to(device)
        tokens = pad_sequence(items, batch_first=True, padding_value=NO_WORD)
        return tokens.to(device), torch.tensor([len(item) for item in items], device=device)

    @property
    def words(self) -> list[str]:
        return self.vocabulary.words

    def state(self) -> dict[str, Tensor]:
        return self.model.state_dict()

    def restore(self, words: list[str], state: dict[str, Tensor]) -> None:
        self.vocabulary = Vocabulary(words)
        self.model = build_reader(self.spec, len(self.vocabulary), self.num_classes)
        load_weights(self.model, state)

    @property
    def parameters(self) -> int:
        return count_parameters(self.model)

    def vectors(self) -> Tensor:
        embedding = self.model.embedding
        assert isinstance(embedding, nn.Embedding)
        return embedding.weight.detach()[NO_WORD + 1 :]


def epoch_of(lengths: Sequence[int], size: int, generator: torch.Generator) -> list[list[int]]:
    """Batches of one epoch: every row once, or, where that makes under ``LEAST_STEPS`` batches, more often.

    Args:
        lengths: Of each row.
        size: Rows of a batch.
        generator: Fixes the order.
    """
    batches = bucketed(lengths, size, generator)
    while 0 < len(batches) < LEAST_STEPS:
        batches += bucketed(lengths, size, generator)
    return batches


def bucketed(lengths: Sequence[int], size: int, generator: torch.Generator) -> list[list[int]]:
    """Rows in random batches of like length: shuffled, sorted by length within ``BUCKET`` batches, batches shuffled.

    Args:
        lengths: Of each row.
        size: Rows of a batch.
        generator: Fixes the order.
    """
    order = torch.randperm(len(lengths), generator=generator).tolist()
    batches = []
    for start in range(0, len(order), size * BUCKET):
        near = sorted(order[start : start + size * BUCKET], key=lambda row: lengths[row])
        batches += [near[begin : begin + size] for begin in range(0, len(near), size)]
    return [batches[place] for place in torch.randperm(len(batches), generator=generator).tolist()]


def _length(item: Any) -> int:
    return len(item) if isinstance(item, Tensor) else int(item.num_nodes)
