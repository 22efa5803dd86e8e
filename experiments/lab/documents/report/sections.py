"""The page of runs on documents: what its scores mean, accuracy by share of labels, the documents."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.lab.documents.kinds import LINEAR, kind_of
from experiments.lab.documents.report.plots import plot_document_accuracy, plot_learning_curve
from experiments.lab.documents.report.variants import (
    by_corpus,
    largest,
    shares,
    variants,
)
from experiments.reading import standard
from experiments.reading.frames import LABEL
from experiments.reading.results import Results
from experiments.reading.sections import Facts, Picture, Section, Sentences, Table, Text

READING = (
    "Accuracies are those on test documents, in 0..1. Test accuracy is transductive where a model has such an answer: "
    "the test documents are nodes of the graph while it is trained (their words are seen, their labels are not), as in "
    "the paper of Text GCN. Inductive: the graph and its word statistics come from training and validation documents "
    "alone; each test document is attached afterwards to the words that the graph knows, with their old inverse "
    "document frequencies, and nothing is trained again. Other models are inductive by nature. Macro-F1 is the mean of "
    "the classes' F1 scores. An epoch of a model over one graph is one step, and those of tfidf-lr are the settings "
    "that were tried, from which validation chooses. Seconds of a run are those of both trainings where there are two."
)
SHARES = (
    "In brackets the number of labelled documents. A share is drawn by class, with at least one document of each. "
    "Unlabelled documents stay in the graph of textgcn and textgat, and their words in the graph of gcn-lstm; the "
    "other models never see them. The validation documents are the same for every share and model."
)
CONTENT = (
    "Content is a hash of splits, labels and texts; the documents themselves are kept in the folder corpus beside the "
    "runs. Nodes and edges (undirected) are those of the transductive graph."
)
DOCSTRINGS = (
    "The docstrings come from the source files of packages installed on the machine, so another machine has other "
    "ones. Names of the packages are taken out of the texts, and no module is in both splits. Validation documents are "
    "drawn from the modules of training documents, so they may be easier than test documents."
)
COUNTS = {
    "documents": "documents",
    "classes": "classes",
    "labelled": "labelled at most",
    "validation_documents": "validation",
    "test_documents": "test",
}
CURVE = (
    "Test accuracy against the share of labels. Lines: means over seeds; dots: single seeds. Dashed and hollow: the "
    "same model without the test documents in its graph."
)
ACCURACY = (
    "Dots: single seeds. Marks with bars: mean and one standard deviation. Black strokes: the paper's means, where "
    "there are any. The axis does not begin at 0."
)


def reading(results: Results) -> Section:
    """What the scores mean, and what each model is."""
    models = {model: kind_of(model).help for model in results.models}
    return Section("reading", "How to read the scores", [Text(READING, soft=True), Facts(models)])


def by_share(results: Results) -> Section | None:
    """Accuracy against the share of labels."""
    blocks: list[Any] = []
    for title, panel in by_corpus(results).items():
        if len(shares(panel)) > 1:
            figure = Figure(figsize=(9, 4.8), layout="constrained")
            plot_learning_curve(panel, figure.subplots())
            blocks.append(Picture(f"Learning curve: {title}", CURVE, figure))
    return (
        Section("shares", "Accuracy by share of labels", [*blocks, Text(SHARES, soft=True)])
        if blocks
        else None
    )


def accuracy(results: Results) -> Section | None:
    """Test accuracy with the largest share of labels."""
    blocks: list[Any] = []
    for title, panel in largest(results):
        figure = Figure(figsize=(9, 0.42 * len(variants(panel)) + 2.0), layout="constrained")
        plot_document_accuracy(panel, figure.subplots())
        text = f"With {shares(panel)[0]:g} % of the labels. {ACCURACY}"
        blocks.append(Picture(f"Test accuracy: {title}", text, figure))
    return Section("accuracy", "Test accuracy", blocks) if blocks else None


def curves(results: Results) -> Section | None:
    """Training curves of what learns by epochs, a figure for each corpus, share and setting."""
    networks = results.some(results.frame[LABEL] != LINEAR)  # whose looks are settings that it tries
    return None if networks is None else standard.curves(networks, networks.panels(titled=_task))


def _task(values: dict[str, Any]) -> str:
    words = [str(value) for column, value in values.items() if column != "share"]
    return ", ".join([*words, f"{values['share']:g} % of the labels"])


def data(results: Results) -> Section | None:
    """How large each corpus is, and which one it is."""
    rows = size_rows(results.ended)
    if not rows:
        return None
    blocks: list[Any] = [Table(rows), Text(CONTENT, soft=True)]
    ended = results.ended
    if said := [*left_out_sentences(ended), *repeated_sentences(ended), *unknown_sentences(ended)]:
        blocks.append(Sentences(said))
    if any(row["corpus"].startswith("docstrings") for row in rows):
        blocks.append(Text(DOCSTRINGS, soft=True))
    return Section("data", "The documents", blocks)


def left_out_sentences(ended: pd.DataFrame) -> list[str]:
    """Which rows of a user's file were left out as bad."""
    if "corpus.left_out" not in ended:
        return []
    told = ended[["corpus.name", "corpus.left_out"]].dropna().drop_duplicates()
    return [f"{corpus}: left out {text}." for corpus, text in told.to_numpy()]


def repeated_sentences(ended: pd.DataFrame) -> list[str]:
    """How many test documents are training documents too; nothing where none is, or an older version did not count."""
    if "repeated_documents" not in ended:
        return []
    counts = ended[ended["repeated_documents"] > 0].groupby(["corpus.name", "corpus.digest"])
    return [
        f"In {corpus}, {most['repeated_documents']:,.0f} of {most['test_documents']:,.0f} test documents have the "
        "words of a training document: a model may remember its label, so scores may be higher than on new texts."
        for (corpus, _), group in counts
        for most in [group.iloc[0]]
    ]


def unknown_sentences(ended: pd.DataFrame) -> list[str]:
    """How many test documents have unknown words alone; nothing where none has, or an older version did not count."""
    if "unknown_documents" not in ended:
        return []
    sentences = []
    for (corpus, _), group in ended[ended["unknown_documents"] > 0].groupby(["corpus.name", "corpus.digest"]):
        counts = [
            f"{mean:,.1f} for {model} with {share:g} % of the labels"
            for (model, share), mean in group.groupby([LABEL, "share"])["unknown_documents"].mean().items()
        ]
        sentences.append(
            f"In {corpus}, some of the {group['test_documents'].iloc[0]:,.0f} test documents have no word that the "
            f"model knows, in the runs where that happens on average {', '.join(counts)}. They get no class, and count "
            "as wrong."
        )
    return sentences


def size_rows(ended: pd.DataFrame) -> list[dict[str, str]]:
    """Sizes of each corpus, and the accuracy of always naming its most frequent class."""
    rows = []
    for (corpus, digest), group in ended.groupby(["corpus.name", "corpus.digest"]):
        most = group.sort_values("share").iloc[-1]
        graphs = group[[kind_of(model).transductive for model in group[LABEL]]]
        sizes = {COUNTS[name]: f"{most[name]:,.0f}" for name in COUNTS}
        sizes |= {
            name: "-" if graphs.empty else f"{graphs[name].iloc[0]:,.0f}" for name in ("nodes", "edges")
        }
        chance = {"most frequent class": f"{most['chance']:.3f}"}
        rows.append({"corpus": str(corpus), "content": str(digest), **sizes, **chance})
    return rows
