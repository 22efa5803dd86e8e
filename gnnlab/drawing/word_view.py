"""The words around a word of a graph, few enough to be drawn."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import torch
from torch_geometric.data import Data

from gnnlab.graphs.numbers import whole_number
from gnnlab.text.words import same_form

if TYPE_CHECKING:
    import networkx as nx


def word_neighbourhood(graph: Data, word: str, hops: int = 1, limit: int = 10) -> nx.Graph:
    """Return a word, its strongest neighbours, and the edges among them, for `draw_graph`.

    Each word up to `hops` - 1 steps away brings along the `limit` neighbours with the highest PMI; equally
    strong ones in the order of the graph's words. High PMI favours rare words: a larger `min_count` in
    `cooccurrence_graph` leaves those out.

    Args:
        graph: Of `cooccurrence_graph` or `document_graph`; documents are left out.
        word: Where to start.
        hops: Steps from the word, 1 or more.
        limit: Neighbours of each word, 1 or more.

    Returns:
        networkx graph whose nodes are the words, with `hop` and `count` (occurrences); its edges have the PMI
        as `weight`. `graph["cut"]` holds, for each word that was followed, the number of its neighbours that
        are not shown, and `graph["note"]` says in words what was left out.

    Raises:
        ValueError: A word that the graph does not hold, or an argument out of its range.

    >>> from gnnlab import cooccurrence_graph
    >>> graph = cooccurrence_graph(["good film", "good fun", "good plot", "bad film"], window=2)
    >>> view = word_neighbourhood(graph, "good", limit=1)
    >>> sorted(view.edges(data="weight", default=0)), view.graph["note"]
    ([('good', 'fun', 0.28768208622932434)], "'good' and 1 of its 2 neighbours, the strongest by PMI")
    """
    import networkx as nx

    hops, limit = whole_number("hops", hops, least=1), whole_number("limit", limit, least=1)
    if not isinstance(graph, Data) or "words" not in graph:
        raise ValueError("graph: should have words, as cooccurrence_graph and document_graph make them")
    hops, limit = (
        min(hops, graph.num_nodes),
        min(limit, graph.num_nodes),
    )  # no way is longer, and no word has more
    words: list[str] = graph.words
    offset = int(graph.num_nodes) - len(words)  # documents come first
    if not isinstance(word, str):
        raise ValueError(f"word: a {type(word).__name__} should be a word of the graph, which is a text")
    word = same_form(word)
    if word not in words:
        near = get_close_matches(word, words, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"word: {word!r} is not one of the graph's {len(words):,} words{hint}")
    source = graph.edge_index[0].contiguous()

    def neighbours(node: int) -> tuple[torch.Tensor, torch.Tensor]:
        first, last = torch.searchsorted(source, torch.tensor([node, node + 1])).tolist()
        found, weight = graph.edge_index[1, first:last], graph.edge_weight[first:last]
        keep = found >= offset
        return found[keep], weight[keep]

    start = words.index(word) + offset
    hop, followed = {start: 0}, {}
    for step in range(1, hops + 1):
        for node in [node for node, at in hop.items() if at == step - 1]:
            found, weight = neighbours(node)
            followed[node] = found
            strongest = weight.argsort(descending=True, stable=True)[:limit]
            for other in found[strongest].tolist():
                hop.setdefault(other, step)
    view = nx.Graph()
    for node, at in hop.items():
        view.add_node(words[node - offset], hop=at, count=int(graph.word_count[node - offset]))
    for node in hop:
        found, weight = neighbours(node)
        for other, value in zip(found.tolist(), weight.tolist()):
            if other in hop and node < other:
                view.add_edge(words[node - offset], words[other - offset], weight=value)
    view.graph["cut"] = {
        words[node - offset]: sum(other not in hop for other in found.tolist())
        for node, found in followed.items()
    }
    view.graph["note"] = _note(word, hops, limit, len(hop) - 1, len(followed[start]), view.graph["cut"])
    return view


def _note(word: str, hops: int, limit: int, shown: int, neighbours: int, cut: dict[str, int]) -> str:
    if not neighbours:
        return f"{word!r} has no neighbours"
    if not any(cut.values()):
        within = "its" if hops == 1 else f"within {hops} hops its"
        return f"{word!r} and {within} {shown} neighbours, all of them"
    if hops == 1:
        return f"{word!r} and {shown} of its {neighbours:,} neighbours, the strongest by PMI"
    return f"{word!r} and {shown} words within {hops} hops, the {limit} strongest neighbours of each by PMI"
