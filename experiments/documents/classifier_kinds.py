"""Which class stands for which model."""

from __future__ import annotations

from experiments.documents.corpus_graph_classifier import CorpusGraphClassifier
from experiments.documents.document_classifiers import DocumentClassifier
from experiments.documents.document_settings import CORPUS_GRAPH, LINEAR, SMOOTHED, DocumentModel
from experiments.documents.linear_classifier import LinearClassifier
from experiments.documents.reader_classifier import ReaderClassifier
from experiments.documents.smoothed_reader import SmoothedReaderClassifier


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
