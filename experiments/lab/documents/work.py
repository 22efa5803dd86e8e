"""One run on documents, from its settings to what its result says."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from sklearn.metrics import f1_score
from torch import Tensor

from experiments.lab.documents.classifiers.classifier import DocumentClassifier
from experiments.lab.documents.classifiers.corpus_graph import fit_transductive
from experiments.lab.documents.classifiers.kinds import make_classifier
from experiments.lab.documents.corpora.corpus import Corpus
from experiments.lab.documents.corpora.nearest_words import frequent_words, nearest_words, telling_words
from experiments.lab.documents.corpora.sources import load_corpus
from experiments.lab.documents.corpora.splits import draw_split
from experiments.lab.documents.settings import CORPUS_GRAPH, DocumentSettings
from experiments.lab.sequences.models import count_parameters
from experiments.records.checkpoints import save_checkpoint
from experiments.records.device import computing, environment
from experiments.records.files import write_beside, write_json
from experiments.records.records import CurveWriter, curve_path


def train_and_test(
    settings: DocumentSettings, folder: Path, on_step: Callable[[int], None]
) -> dict[str, Any]:
    """Train and test a classifier of documents.

    Writes ``curve.csv``, ``weights.pt`` and ``vocabulary.json`` (all that predicting needs), ``predictions.csv`` (a
    row a test document) and ``neighbours.json`` (nearest words). A model over the graph of the corpus is trained twice:
    transductive, with the test documents in its graph, and inductive, without them; the second is the one that is kept.

    Args:
        settings: The run.
        folder: Where its records are.
        on_step: Called with the number of epochs done.

    Returns:
        What ``result.json`` says of it.
    """
    corpus = load_corpus(settings.corpus, folder.parent)
    split = draw_split(corpus, settings.share, settings.seed)
    truth = np.array(corpus.classes)[split.test]
    result: dict[str, Any] = {}
    with computing(settings.threads), CurveWriter(curve_path(folder)) as on_row:

        def row_of(setting: str) -> Callable[[dict[str, Any]], None]:
            return lambda row: on_row({"setting": setting, **row})

        options: dict[str, Any] = {"device": settings.device, "on_step": on_step}
        transductive = None
        if settings.model.name in CORPUS_GRAPH:
            # Weights are drawn on the CPU, so that a run starts from the same ones on every device.
            torch.manual_seed(settings.seed)
            fit, transductive, model, sizes = fit_transductive(
                settings.model, corpus, split, settings.train, on_row=row_of("transductive"), **options
            )
            result |= _fit_facts(fit, settings) | {"parameters": count_parameters(model), **sizes}
        torch.manual_seed(settings.seed)
        classifier = make_classifier(settings.model, len(corpus.class_names))
        fit = classifier.fit(
            corpus, split, settings.train, seed=settings.seed, on_row=row_of("inductive"), **options
        )
        started = time.perf_counter()
        inductive = classifier.logits([corpus.words[row] for row in split.test])
        seconds_predicting = time.perf_counter() - started
    if transductive is None:
        result |= _fit_facts(fit, settings) | {"parameters": classifier.parameters, **classifier.facts()}
    else:
        result["inductive_parameters"] = classifier.parameters
        result["inductive_selected_step"] = fit.selected_step
    scores = _scores(inductive if transductive is None else transductive, truth)
    _keep(classifier, corpus, folder)
    _write_predictions(corpus, split.test, inductive, transductive, folder / "predictions.csv")
    return {
        **{f"test_{name}": value for name, value in scores.items()},
        **{f"inductive_{name}": value for name, value in _scores(inductive, truth).items()},
        "inductive_validation_accuracy": fit.validation_accuracy,
        **result,
        "seconds_inductive": fit.seconds,
        "ms_per_document": 1e3 * seconds_predicting / len(truth),
        "chance": _most_frequent(corpus, split.labelled, truth),
        "classes": len(corpus.class_names),
        "documents": len(corpus.documents),
        "labelled": len(split.labelled),
        "validation_documents": len(split.validation),
        "test_documents": len(split.test),
        "words_known": len(classifier.words),
        "environment": environment(settings.device, settings.threads),
    }


def _fit_facts(fit: Any, settings: DocumentSettings) -> dict[str, Any]:
    return {
        "validation_accuracy": fit.validation_accuracy,
        "validation_loss": fit.validation_loss,
        "steps": fit.steps,
        "selected_step": fit.selected_step,
        "stopped": fit.stopped,
        "ms_per_step": 1e3 * fit.seconds / fit.steps,
        "seconds_training": fit.seconds,
    }


def _scores(logits: Tensor, truth: np.ndarray) -> dict[str, float]:
    """Accuracy, the mean of the classes' F1 scores, and mean cross-entropy in nats."""
    predicted = logits.argmax(1).numpy()
    loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(truth)).item()
    macro = f1_score(truth, predicted, labels=np.unique(truth), average="macro", zero_division=0.0)
    return {"accuracy": float((predicted == truth).mean()), "macro_f1": float(macro), "loss": loss}


def _most_frequent(corpus: Corpus, labelled: list[int], truth: np.ndarray) -> float:
    """Test accuracy of always naming the class that most labelled documents have."""
    most = np.bincount(np.array(corpus.classes)[labelled]).argmax()
    return float((truth == most).mean())


def _keep(classifier: DocumentClassifier, corpus: Corpus, folder: Path) -> None:
    state = {name: value.contiguous().cpu() for name, value in classifier.state().items()}
    save_checkpoint(folder / "weights.pt", {"state": state})
    write_json(folder / "vocabulary.json", {"class_names": corpus.class_names, "words": classifier.words})
    vectors = classifier.vectors()
    if vectors is not None:
        chosen = [word for words in telling_words(corpus).values() for word in words]
        near = nearest_words(classifier.words, vectors.numpy(), chosen, among=frequent_words(corpus))
        write_json(folder / "neighbours.json", near)


def _write_predictions(
    corpus: Corpus, rows: list[int], inductive: Tensor, transductive: Tensor | None, path: Path
) -> None:
    """One row a test document: its place in the corpus, its label, what was predicted, with which probabilities."""
    names = np.array(corpus.class_names)
    probabilities = inductive.double().softmax(1).numpy()
    table = {"row": rows, "label": [corpus.documents[row].label for row in rows]}
    table["predicted"] = names[(inductive if transductive is None else transductive).argmax(1).numpy()]
    table["inductive"] = names[inductive.argmax(1).numpy()]
    table |= {f"p({name})": probabilities[:, place] for place, name in enumerate(names)}
    frame = pd.DataFrame(table)
    write_beside(path, lambda beside: frame.to_csv(beside, index=False))
