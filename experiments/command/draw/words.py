"""The graph of the words of a text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch_geometric.data import Data
from torch_geometric.utils import subgraph

from experiments.command.draw.answers import counted
from experiments.command.draw.look import GraphLook
from experiments.data.named_graphs import is_file
from experiments.records.files import check_ordinary, read_text
from gnnlab import cooccurrence_graph, draw_graph, word_neighbourhood, words_of

MOST_NODES = 100


def words_figure(
    text: str,
    *,
    window: int,
    min_count: int,
    word: str | None,
    most: int,
    look: GraphLook,
    characters: bool = False,
) -> Any:
    """Words that stand together more often than chance has it, or those around one word.

    Args:
        text: A text, or the file of one; each line of a file is a document of its own.
        window: Words that stand together.
        min_count: Words that occur less often are left out.
        word: The one in the middle; None: the whole graph, or, where that is too large, its most frequent words.
        most: Most words to draw.
        look: Options of the picture.
        characters: In scripts without spaces each character is a word.
    """
    if not 2 <= most <= MOST_NODES:
        raise ValueError(f"most: {most} should be 2 to {MOST_NODES}")
    documents = [
        [found for found in words_of(line, characters=characters) if found[-1].isalnum() or len(found) > 1]
        for line in _lines(text)
    ]
    graph = cooccurrence_graph(documents, window=window, min_count=min_count)
    figure = look.figure(9.0, 7.0)
    if word is not None:
        word = " ".join(words_of(word)) or word
        view = word_neighbourhood(graph, word, limit=most - 1)
        look.give_title(figure, str(view.graph["note"]))
        options = look.graph(len(view))
        draw_graph(
            view, figure.subplots(), query=None if "node_color" in options else word, legend=False, **options
        )
        return figure
    shown = _most_frequent(graph, most)
    look.give_title(figure, _answer(graph, shown))
    draw_graph(shown, figure.subplots(), max_nodes=most, **look.graph(shown.num_nodes))
    return figure


def _lines(text: str) -> list[str]:
    if not _names_a_file(text):
        return [text]
    path = Path(text)
    check_ordinary("text", path)
    try:
        return read_text(path).splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"text: {path}: byte {error.start} is not UTF-8 text") from None
    except OSError as error:
        raise ValueError(f"text: {path} cannot be read ({error.strerror})") from None


def _names_a_file(text: str) -> bool:
    """Whether this is no text but the file of one; a text may have a stroke in it, and be longer than any name."""
    try:
        there = Path(text).exists()
    except (OSError, ValueError):
        return False
    return there or (is_file(text) and not any(sign.isspace() for sign in text))


def _most_frequent(graph: Data, most: int) -> Data:
    """The first words, which occur most often, and the edges among them."""
    count = min(most, graph.num_nodes)
    edges, weight = subgraph(
        torch.arange(count), graph.edge_index, graph.edge_weight, num_nodes=graph.num_nodes
    )
    return Data(edge_index=edges, edge_weight=weight, num_nodes=count, words=graph.words[:count])


def _answer(graph: Data, shown: Data) -> str:
    pairs = counted(shown.edge_index.size(1) // 2, "pair")
    cut = "" if shown.num_nodes == graph.num_nodes else f" the most frequent of {graph.num_nodes:,}:"
    if not shown.edge_index.size(1):
        return f"{counted(shown.num_nodes, 'word')},{cut} none more often together than by chance"
    strongest = int(shown.edge_weight.argmax())
    first, second = (shown.words[int(node)] for node in shown.edge_index[:, strongest])
    return (
        f"{counted(shown.num_nodes, 'word')},{cut} {pairs} more often together than by chance, "
        f"above all {first!r} and {second!r}"
    )
