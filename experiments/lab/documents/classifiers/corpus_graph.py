"""Text GCN and its attention twin: one graph of all documents and words; test documents are in it, or come later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from experiments.lab.documents.classifiers.classifier import (
    INDUCTIVE,
    TRANSDUCTIVE,
    DocumentClassifier,
    Words,
    load_weights,
)
from experiments.lab.documents.classifiers.networks import CorpusGraphNet
from experiments.lab.documents.classifiers.training import DocumentTrainer, train_network
from experiments.lab.documents.corpora.corpus import Corpus
from experiments.lab.documents.corpora.corpus_graphs import (
    CorpusGraph,
    attach,
    graph_of_all,
    graph_of_training,
)
from experiments.lab.documents.corpora.splits import Split
from experiments.lab.documents.settings import DocumentModel
from experiments.running.session import Session
from experiments.training.budget import count_parameters
from experiments.training.fit import Fit


class CorpusGraphClassifier(DocumentClassifier):
    """A network over one graph whose nodes are documents and words.

    ``fit`` is inductive: the graph and its word statistics come from training and validation documents alone, and a
    document is told by its words, not by a vector of its own. A new document hears the words that the graph knows, with
    their old inverse document frequencies; no word hears it, so nothing else changes and nothing is trained again.
    """

    graph: CorpusGraph
    model: CorpusGraphNet

    def fit(self, corpus: Corpus, split: Split, session: Session) -> Fit:
        self.graph = graph_of_training(corpus, self.spec, session.run.seed)
        self.model = CorpusGraphNet(len(self.graph.words), self.num_classes, self.spec)
        places = {row: place for place, row in enumerate(corpus.rows("train"))}
        fit = _train(self.model, self.graph, corpus, split, places, session, INDUCTIVE)
        self.model.to("cpu")
        return fit

    @torch.no_grad()
    def logits(self, documents: Sequence[Words]) -> Tensor:
        if not documents:
            return torch.zeros(0, self.num_classes)
        index, weight = attach(self.graph, documents)
        old = self.graph.num_documents
        return self.model(index, weight, old + len(documents))[old:]

    @property
    def words(self) -> list[str]:
        return self.graph.words

    def state(self) -> dict[str, Tensor]:
        weights = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        return weights | {f"graph.{name}": value for name, value in self.graph.state().items()}

    def restore(self, words: list[str], state: dict[str, Tensor]) -> None:
        parts: dict[str, dict[str, Tensor]] = {"model": {}, "graph": {}}
        for name, value in state.items():
            part, _, rest = name.partition(".")
            parts.setdefault(part, {})[rest] = value
        self.graph = CorpusGraph.restore(words, parts["graph"])
        self.model = CorpusGraphNet(len(words), self.num_classes, self.spec)
        load_weights(self.model, parts["model"])

    @property
    def parameters(self) -> int:
        return count_parameters(self.model)

    def vectors(self) -> Tensor:
        return self.model.words.detach()

    def facts(self) -> dict[str, int]:
        return self.graph.sizes()


def fit_transductive(
    spec: DocumentModel, corpus: Corpus, split: Split, session: Session
) -> tuple[Fit, Tensor, dict[str, int]]:
    """Train with the test documents in the graph, as the paper does: their words are seen, their labels are not.

    Args:
        spec: A model over the graph of a corpus.
        corpus, split: What to train on.
        session: Of the run that says how.

    Returns:
        How it went, logits (D, C) of the test documents, and the sizes of network and graph.
    """
    graph = graph_of_all(corpus, spec, session.run.seed)
    num_classes = len(corpus.class_names)
    model = CorpusGraphNet(len(graph.words), num_classes, spec, graph.num_documents)
    places = {row: row for row in range(graph.num_documents)}
    inputs = (graph.edge_index.to(session.device), graph.edge_weight.to(session.device))
    truth = torch.tensor([corpus.classes[row] for row in split.test])

    @torch.no_grad()
    def logits() -> Tensor:
        return model(*inputs, graph.num_documents)[split.test].cpu()

    session.tested = lambda: {"test_accuracy": (logits().argmax(1) == truth).double().mean().item()}
    fit = _train(model, graph, corpus, split, places, session, TRANSDUCTIVE)
    return fit, logits(), {"parameters": count_parameters(model), **graph.sizes()}


def _train(
    model: CorpusGraphNet,
    graph: CorpusGraph,
    corpus: Corpus,
    split: Split,
    places: dict[int, int],
    session: Session,
    part: str,
) -> Fit:
    device = session.device
    model.to(device)
    index, weight = graph.edge_index.to(device), graph.edge_weight.to(device)
    classes = torch.tensor(corpus.classes, device=device)
    labelled, validation = (
        torch.tensor([places[row] for row in rows], device=device)
        for rows in (split.labelled, split.validation)
    )

    def batches() -> Iterator[tuple[Callable[[], Tensor], Tensor]]:
        yield lambda: model(index, weight, graph.num_documents)[labelled], classes[split.labelled]

    def validate() -> tuple[Tensor, Tensor]:
        return model(index, weight, graph.num_documents)[validation], classes[split.validation]

    trainer = DocumentTrainer(model, session.run.train, batches=batches, validate=validate)
    return train_network(trainer, session, part)
