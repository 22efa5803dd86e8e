"""Pictures of the graph of words around words that speak for a class, kept beside the records for the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch_geometric.data import Data

from experiments.lab.documents.corpora.corpus import Corpus
from experiments.lab.documents.corpora.nearest_words import FEWEST_DOCUMENTS, telling_words
from experiments.lab.documents.corpora.sources import load_corpus
from experiments.lab.documents.settings import DocumentRun
from experiments.records.pictures import KeptPicture, keep_pictures
from gnnlab import cooccurrence_graph, draw_graph, word_neighbourhood

MOST_PICTURES = 4
WINDOW = 20


def draw_word_graphs(runs: list[DocumentRun], out: Path, options: dict[str, Any]) -> None:
    """Draw the graph of words of each corpus of a sweep."""
    for choice in {run.corpus.digest: run.corpus for run in runs}.values():
        draw_words(load_corpus(choice, out), out)


def draw_words(corpus: Corpus, out: Path) -> None:
    """Draw the words around one that speaks for each of the first classes.

    Args:
        corpus: The documents; only training documents are looked at.
        out: Results folder.
    """
    graph = frequent_words_graph([corpus.words[row] for row in corpus.rows("train")])
    chosen = [
        (label, word)
        for label, words in telling_words(corpus).items()
        for word in words
        if word in graph.words
    ]
    pictures = []
    for number, (label, word) in enumerate(chosen[:MOST_PICTURES]):
        figure, note = neighbourhood_picture(graph, word)
        text = (
            f"The word that speaks most for {label}, and the words that stand near it more often than if all were "
            f"spread independently (highest pointwise mutual information in windows of {WINDOW} words) in the training "
            f"documents; words that occur under {FEWEST_DOCUMENTS} times are left out. {note}"
        )
        file = f"words-{corpus.digest}-{number}.svg"
        pictures.append(KeptPicture(file, f"{corpus.name}: {word}", text, figure))
    keep_pictures(out, pictures, stays=lambda entry: corpus.digest not in entry["file"])


def frequent_words_graph(documents: list[list[str]]) -> Data:
    """The graph of words that are not rare; of all words where none is frequent."""
    try:
        return cooccurrence_graph(documents, WINDOW, min_count=FEWEST_DOCUMENTS)
    except ValueError:  # few and short documents
        return cooccurrence_graph(documents, WINDOW)


def neighbourhood_picture(graph: Data, word: str) -> tuple[Any, str]:
    """A figure of the words around a word, shaded by their distance, and what it leaves out."""
    from matplotlib.figure import Figure

    around = word_neighbourhood(graph, word, hops=2, limit=6)
    figure = Figure(figsize=(9.0, 5.6), layout="constrained")
    names = list(around)
    ax = draw_graph(
        around,
        ax=figure.subplots(),
        node_class=[around.nodes[name]["hop"] for name in names],
        class_names=[word, "next to it", "two steps away"][
            : 1 + max(around.nodes[name]["hop"] for name in names)
        ],
        center=word,
    )
    ax.margins(0.08)
    return figure, f"{around.graph['note']}."
