"""One run on documents, from its settings to what its result says."""

from __future__ import annotations

import dataclasses
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from sklearn.metrics import f1_score
from torch import Tensor

from experiments.lab.documents.classifiers.classifier import DocumentClassifier, make_classifier
from experiments.lab.documents.classifiers.corpus_graph import fit_transductive
from experiments.lab.documents.corpora.corpus import Corpus
from experiments.lab.documents.corpora.nearest_words import frequent_words, nearest_words, telling_words
from experiments.lab.documents.corpora.sources import choose, keep_copy, load_corpus
from experiments.lab.documents.corpora.splits import draw_split
from experiments.lab.documents.kinds import LINEAR
from experiments.lab.documents.settings import DocumentRun
from experiments.records.checkpoints import save_checkpoint
from experiments.records.files import write_beside, write_json
from experiments.records.records import iterate_runs
from experiments.records.results_folder import check_folder
from experiments.running.session import Session


def prepare(runs: list[DocumentRun], out: Path, options: dict[str, Any]) -> list[DocumentRun]:
    """The runs with name and digest of their documents.

    Raises:
        ValueError: There are no such documents, or the folder holds runs on others of the same name.
    """
    chosen = {choice: choose(choice) for choice in dict.fromkeys(run.corpus for run in runs)}
    digests = {choice.name: choice.digest for choice in chosen.values()}
    check_folder(out, runs[0].experiment)
    for there in iterate_runs(out) if out.exists() else ():
        corpus = there.settings.corpus
        if digests.get(corpus.name, corpus.digest) != corpus.digest:
            raise ValueError(
                f"out: {out} holds runs on other documents named {corpus.name!r}; name another folder"
            )
    for choice in chosen.values():
        if choice.left_out:
            print(f"gnnlab: {choice.name}: left out {choice.left_out}", file=sys.stderr)
        _warn(load_corpus(choice, out))
    return [dataclasses.replace(run, corpus=chosen[run.corpus]) for run in runs]


@cache  # of several comparisons of the same documents, one says it
def _warn(corpus: Corpus) -> None:
    """Say on stderr that a test document is a training document too."""
    if corpus.repeated:
        first = corpus.documents[corpus.repeated[0]].text[:60]
        documents = f"{len(corpus.repeated)} of {len(corpus.rows('test'))} test documents"
        print(
            f"gnnlab: {corpus.name}: {documents} have the words of a training document (the first: {first!r}), so "
            "that a model that remembers answers them; take them out of one of the two splits",
            file=sys.stderr,
        )


def begin(runs: list[DocumentRun], out: Path, options: dict[str, Any]) -> None:
    """Keep a copy of the documents beside the runs."""
    for choice in {run.corpus.digest: run.corpus for run in runs}.values():
        keep_copy(load_corpus(choice, out), out)


def again(run: DocumentRun, results: Path, out: Path) -> None:
    """Lay the copy of the documents into the folder where a run is redone.

    Raises:
        ValueError: The folder of the run has no copy, and the documents are others by now.
    """
    keep_copy(load_corpus(run.corpus, results), out)


def work(run: DocumentRun, folder: Path, session: Session) -> dict[str, Any]:
    """Train and test a classifier of documents.

    Writes ``weights.pt`` and ``vocabulary.json`` (all that predicting needs), ``predictions.csv`` (a row a test
    document) and ``neighbours.json`` (nearest words). A model over the graph of the corpus is trained twice:
    transductive, with the test documents in its graph, and inductive, without them; the second is the one that is kept.
    """
    corpus = load_corpus(run.corpus, folder.parent)
    split = draw_split(corpus, run.share, run.seed)
    truth = np.array(corpus.classes)[split.test]
    result: dict[str, Any] = {}
    transductive = None
    if run.model.kind.transductive:
        # Weights are drawn on the CPU, so that a run starts from the same ones on every device.
        torch.manual_seed(run.seed)
        fit, transductive, sizes = fit_transductive(run.model, corpus, split, session)
        result = fit.facts() | sizes
    torch.manual_seed(run.seed)
    classifier = make_classifier(run.model, len(corpus.class_names))
    tested = [corpus.words[row] for row in split.test]
    # Of a model over the graph of a corpus the first training counts; tfidf-lr has no weights before its end.
    session.tested = None
    if not run.model.kind.transductive and run.model.name != LINEAR:
        session.tested = lambda: {
            "test_accuracy": _scores(classifier.logits(tested), truth, classifier.knows(tested))["accuracy"]
        }
    fit = classifier.fit(corpus, split, session)
    started = time.perf_counter()
    inductive = classifier.logits(tested)
    seconds_predicting = time.perf_counter() - started
    if transductive is None:
        result = fit.facts() | {"parameters": classifier.parameters, **classifier.facts()}
    else:
        result["inductive_parameters"] = classifier.parameters
        result["inductive_selected_step"] = fit.row["step"]
        result["resumed_step"] = fit.resumed_step or result["resumed_step"]
    known = classifier.knows(tested)
    later = _scores(inductive, truth, known)
    scores = later if transductive is None else _scores(transductive, truth, np.ones_like(known))
    _keep(classifier, corpus, folder)
    answers = {"predicted": _named(corpus, inductive, known), "inductive": _named(corpus, inductive, known)}
    if transductive is not None:
        answers["predicted"] = _named(corpus, transductive, np.ones_like(known))
    probabilities = np.where(known[:, None], inductive.double().softmax(1).numpy(), np.nan)
    _write_predictions(corpus, split.test, answers, probabilities, folder / "predictions.csv")
    return {
        **{f"test_{name}": value for name, value in scores.items()},
        **{f"inductive_{name}": value for name, value in later.items()},
        "inductive_validation_accuracy": fit.row["validation_accuracy"],
        **result,
        "seconds_inductive": fit.seconds,
        "ms_per_document": 1e3 * seconds_predicting / len(truth),
        "chance": _most_frequent(corpus, split.labelled, truth),
        "classes": len(corpus.class_names),
        "documents": len(corpus.documents),
        "labelled": len(split.labelled),
        "validation_documents": len(split.validation),
        "test_documents": len(split.test),
        "repeated_documents": len(corpus.repeated),
        "unknown_documents": int((~known).sum()),
        "words_known": len(classifier.words),
    }


def _scores(logits: Tensor, truth: np.ndarray, known: np.ndarray) -> dict[str, float]:
    """Accuracy, the mean of the classes' F1 scores, and mean cross-entropy in nats.

    Args:
        logits: (D, C).
        truth: (D,) classes.
        known: (D,) whether the model knows a word of the document. One of unknown words alone gets no class: it is
            wrong in accuracy and F1, and in the cross-entropy all classes are as likely.
    """
    predicted = np.where(known, logits.argmax(1).numpy(), -1)
    said = logits.where(torch.from_numpy(known).unsqueeze(1), 0.0)
    loss = torch.nn.functional.cross_entropy(said, torch.from_numpy(truth)).item()
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


def _named(corpus: Corpus, logits: Tensor, known: np.ndarray) -> np.ndarray:
    """The class of each document, empty for one of unknown words alone."""
    return np.where(known, np.array(corpus.class_names, dtype=object)[logits.argmax(1).numpy()], "")


def _write_predictions(
    corpus: Corpus, rows: list[int], answers: dict[str, np.ndarray], probabilities: np.ndarray, path: Path
) -> None:
    """One row a test document: its place in the corpus, its label, what was predicted, with which probabilities."""
    table = {"row": rows, "label": [corpus.documents[row].label for row in rows], **answers}
    table |= {f"p({name})": probabilities[:, place] for place, name in enumerate(corpus.class_names)}
    frame = pd.DataFrame(table)
    write_beside(path, lambda beside: frame.to_csv(beside, index=False))
