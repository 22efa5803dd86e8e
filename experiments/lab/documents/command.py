"""``gnnlab run documents``: the command, and the line from its options to a report."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from experiments.core.arguments import parse_seeds
from experiments.core.catalogue import EXPERIMENTS
from experiments.lab.documents.settings import (
    CORPUS_GRAPH,
    DOCUMENT_GRAPH,
    LINEAR,
    CorpusChoice,
    DocumentSettings,
    check_model,
    default_settings,
)

NAME = "documents"
SHARES = "1,5,10,20,100"
SMOKE_CORPUS = "docstrings-small"
SMOKE_SHARES = "20,100"
SMOKE_SEEDS = "2"
SMOKE_EPOCHS = 3


def documents(
    *,
    corpus: str | None = None,
    documents: Path | None = None,
    models: str | None = None,
    shares: str | None = None,
    seeds: str | None = None,
    epochs: int | None = None,
    smoke: bool = False,
    out: Path | None = None,
    device: str = "cpu",
    workers: int | None = None,
    threads: int = 1,
) -> int:
    """Name the class of documents: graphs of words against recurrent networks and linear baselines.

    The default needs no download: docstrings of installed packages, read as text; the class is the package. Runs that
    the folder already holds are skipped. `gnnlab predict RUN "text"` then asks any of the trained models.

    Parameters
    ----------
    corpus
        docstrings; docstrings-small, for a first look; mr, movie reviews with the split of Text GCN, read from
        documents/mr.tsv in the folder that the variable GNNLAB_DATA names (or ~/.cache/gnnlab) [docstrings].
    documents
        Documents of your own in place of a corpus: tab-separated UTF-8 text with a heading and the columns split
        (train or test), label, text.
    models
        Models with commas between: textgcn, textgat (one graph of all documents and words), docgcn, docgat (a graph a
        document), lstm, lstm-bidirectional and other recurrent layers (gru, rnn-2, phased, ...),
        gcn-lstm (over word vectors that a GCN has smoothed), tfidf-lr, bow-mlp [the experiment's models].
    shares
        Percents of the training labels that are seen, with commas between; every document stays in the graph
        [1,5,10,20,100].
    seeds
        How many seeds (3 stands for 0, 1, 2), or the seeds themselves with commas between [3].
    epochs
        Most epochs of a run [200 for textgcn and textgat, where one is one step; 100 for bow-mlp; 30 for the
        others; tfidf-lr has none and tries 10 settings].
    smoke
        The same from end to end in seconds, on few documents, seeds and epochs; the accuracies mean nothing.
    out
        Folder for the results [runs/documents].
    device
        cpu, auto (a GPU where there is one), cuda or cuda:N.
    workers
        Processes that train at the same time [the number of cores; 1 on a GPU]. It changes no result.
    threads
        CPU threads inside a run. It can change the last bits of a result.
    """
    experiment = EXPERIMENTS[NAME]
    if corpus is not None and documents is not None:
        raise ValueError("documents: give either --corpus or --documents, not both")
    chosen = _words(models, "models", "textgcn,lstm") if models is not None else list(experiment.models)
    for name in chosen:
        check_model(name)
    percents = parse_shares(shares if shares is not None else SMOKE_SHARES if smoke else SHARES)
    numbers = parse_seeds(seeds if seeds is not None else SMOKE_SEEDS if smoke else str(experiment.seeds))
    if epochs is None and smoke:
        epochs = SMOKE_EPOCHS
    if workers is not None and workers < 1:
        raise ValueError(f"workers: {workers} should be 1 or more")
    folder = out or Path("runs") / (f"{NAME}-smoke" if smoke else NAME)
    # A wrong setting is found before the documents are read.
    expand(CorpusChoice("probe"), chosen, percents, numbers, epochs=epochs, threads=threads)

    from experiments.records.device import resolve_device

    device = resolve_device(device)

    from experiments.lab.documents.corpora.sources import keep_copy, open_corpus

    texts = open_corpus(corpus or (SMOKE_CORPUS if smoke else "docstrings"), documents)
    source = str(documents.resolve()) if documents is not None else ""
    choice = CorpusChoice(texts.name, source, texts.digest)
    runs = expand(choice, chosen, percents, numbers, epochs=epochs, device=device, threads=threads)

    from experiments.lab.documents.pictures import draw_word_graphs
    from experiments.lab.documents.report.tables import text_table
    from experiments.records.records import iterate_runs, read_runs
    from experiments.records.results_folder import prepare_folder
    from experiments.running.compare import carry_out

    prepare_folder(folder, NAME)
    for run in iterate_runs(folder):
        there = run.settings.corpus
        if there.name == choice.name and there.digest != choice.digest:
            raise ValueError(
                f"out: {folder} holds runs on other documents named {choice.name!r}; name another folder"
            )
    keep_copy(texts, folder)
    return carry_out(
        runs,
        folder,
        workers,
        draw=lambda: draw_word_graphs(texts, folder),
        table=lambda: text_table(read_runs(folder)),
    )


def expand(
    corpus: CorpusChoice,
    models: list[str],
    shares: list[float],
    seeds: list[int],
    *,
    epochs: int | None = None,
    device: str = "cpu",
    threads: int = 1,
) -> list[DocumentSettings]:
    """Every combination of model, share and seed once, long runs first.

    Args:
        corpus: The documents.
        models: Names of models.
        shares: Percents of the training labels.
        seeds: Seeds.
        epochs: Most epochs, in place of the models' own.
        device: Where to compute.
        threads: CPU threads inside a run.
    """
    runs = []
    for name in models:
        model, training = default_settings(name, corpus.name)
        if epochs is not None:
            training = dataclasses.replace(training, epochs=epochs)
        runs += [
            DocumentSettings(NAME, corpus, model, share, seed, training, device, threads)
            for share in shares
            for seed in seeds
        ]
    return sorted(dict.fromkeys(runs), key=_shortness)


def _shortness(run: DocumentSettings) -> tuple[int, float]:
    kind = run.model.name
    rank = (
        0
        if kind == "textgat"
        else 1
        if kind in CORPUS_GRAPH
        else 3
        if kind in (LINEAR, *DOCUMENT_GRAPH)
        else 2
    )
    return rank, -run.share


def parse_shares(text: str) -> list[float]:
    """Percents with commas between.

    Raises:
        ValueError: One is no number above 0 and at most 100.

    Example:
        >>> parse_shares("1,0.5,100")
        [1.0, 0.5, 100.0]
    """
    try:
        shares = [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise ValueError(f"shares: {text!r} should be percents such as 1,10,100") from None
    if not shares:
        raise ValueError("shares: there should be at least one, such as 100")
    for share in shares:
        if not 0 < share <= 100:
            raise ValueError(f"shares: {share:g} should be above 0 and at most 100 percent")
    return list(dict.fromkeys(shares))


def _words(text: str, name: str, example: str) -> list[str]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words:
        raise ValueError(f"{name}: there should be at least one, such as {example}")
    return list(dict.fromkeys(words))
