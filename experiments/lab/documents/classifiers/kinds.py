"""Which class stands for which model."""

from __future__ import annotations

from experiments.lab.documents.classifiers.classifier import DocumentClassifier
from experiments.lab.documents.classifiers.corpus_graph import CorpusGraphClassifier
from experiments.lab.documents.classifiers.linear import LinearClassifier
from experiments.lab.documents.classifiers.reader import ReaderClassifier
from experiments.lab.documents.classifiers.smoothed_reader import SmoothedReaderClassifier
from experiments.lab.documents.settings import CORPUS_GRAPH, LINEAR, SMOOTHED, DocumentModel


def make_classifier(spec: DocumentModel, num_classes: int) -> DocumentClassifier:
    """An untrained classifier.

    Args:
        spec: Which one.
        num_classes: C.
    """
    if spec.name in CORPUS_GRAPH:
        return CorpusGraphClassifier(spec, num_classes)
    if spec.name == LINEAR:
        return LinearClassifier(spec, num_classes)
    if spec.name.startswith(SMOOTHED):
        return SmoothedReaderClassifier(spec, num_classes)
    return ReaderClassifier(spec, num_classes)
