"""Pictures of the graph of words around words that speak for a class, kept beside the records for the report."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from torch_geometric.data import Data

from experiments.lab.documents.corpora.corpus import Corpus
from experiments.lab.documents.corpora.nearest_words import FEWEST_DOCUMENTS, telling_words
from experiments.records.files import write_beside, write_json
from gnnlab import cooccurrence_graph, draw_graph, word_neighbourhood

MOST_PICTURES = 4
WINDOW = 20


def draw_word_graphs(corpus: Corpus, out: Path) -> None:
    """Draw the words around one that speaks for each of the first classes.

    Writes ``pictures/*.svg`` and ``pictures/index.json``, which holds a title and a text for each.

    Args:
        corpus: The documents; only training documents are looked at.
        out: Results folder.
    """
    documents = [corpus.words[row] for row in corpus.rows("train")]
    graph = frequent_words_graph(documents)
    folder = out / "pictures"
    folder.mkdir(exist_ok=True)
    index = folder / "index.json"
    # Pictures of other corpora in the same folder stay.
    entries = json.loads(index.read_text(encoding="utf-8")) if index.exists() else []
    entries = [entry for entry in entries if corpus.digest not in entry["file"]]
    chosen = [
        (label, word)
        for label, words in telling_words(corpus).items()
        for word in words
        if word in graph.words
    ]
    for number, (label, word) in enumerate(chosen[:MOST_PICTURES]):
        figure, note = neighbourhood_picture(graph, word)
        file = f"words-{corpus.digest}-{number}.svg"
        write_beside(folder / file, partial(figure.savefig, format="svg"))
        text = (
            f"The word that speaks most for {label}, and the words that keep company with it beyond chance (highest "
            f"pointwise mutual information in windows of {WINDOW} words) in the training documents; words that occur "
            f"under {FEWEST_DOCUMENTS} times are left out. {note}"
        )
        entries.append({"file": file, "title": f"{corpus.name}: {word}", "text": text})
    write_json(index, entries)


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
        center=names.index(word),
    )
    ax.margins(0.08)
    return figure, f"{around.graph['note']}."
