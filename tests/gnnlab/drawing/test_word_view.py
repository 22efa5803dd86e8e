import networkx as nx
import pytest
from matplotlib.figure import Figure

from gnnlab import cooccurrence_graph, document_graph, draw_graph, word_neighbourhood

TEXTS = ["sea ship", "sea salt", "sea wave", "ship mast", "salt mine", "wave form", "mast tree", "far star"]


def strongest(graph, word, limit):
    """The neighbours of a word by their weight, then by their place in the list of words."""
    node = graph.words.index(word)
    found = [
        (-weight, target)
        for (source, target), weight in zip(graph.edge_index.t().tolist(), graph.edge_weight.tolist())
        if source == node
    ]
    return [graph.words[target] for _, target in sorted(found)[:limit]]


@pytest.fixture
def graph():
    return cooccurrence_graph(TEXTS, 2)


@pytest.mark.parametrize("limit", [1, 2])
def test_the_strongest_neighbours_are_shown_and_the_rest_is_named(graph, limit):
    view = word_neighbourhood(graph, "sea", limit=limit)
    assert list(view) == ["sea", *strongest(graph, "sea", limit)]
    assert view.graph["cut"] == {"sea": 3 - limit}
    assert view.graph["note"] == f"'sea' and {limit} of its 3 neighbours, the strongest by PMI"


def test_hops_follow_the_graph(graph):
    view = word_neighbourhood(graph, "sea", hops=2)
    assert dict(view.nodes(data="hop")) == {
        "sea": 0, "salt": 1, "ship": 1, "wave": 1, "form": 2, "mast": 2, "mine": 2,
    }  # fmt: skip
    assert view.graph["note"] == "'sea' and within 2 hops its 6 neighbours, all of them"
    assert "tree" in word_neighbourhood(graph, "sea", hops=3)
    assert "star" not in word_neighbourhood(graph, "sea", hops=7)
    cut = word_neighbourhood(graph, "sea", hops=2, limit=1)
    assert cut.number_of_nodes() == 3
    assert cut.graph["note"] == "'sea' and 2 words within 2 hops, the 1 strongest neighbours of each by PMI"


def test_all_edges_among_the_words_are_there_with_their_weight():
    graph = cooccurrence_graph(["a b c", "c d", "d e"], 3)
    view = word_neighbourhood(graph, "a")
    assert {frozenset(edge) for edge in view.edges} == {frozenset(edge) for edge in ("ab", "ac", "bc")}
    number = {word: node for node, word in enumerate(graph.words)}
    pairs = graph.edge_index.t().tolist()
    for first, second, weight in view.edges(data="weight"):
        assert weight == graph.edge_weight[pairs.index([number[first], number[second]])].item()


def test_documents_are_left_out():
    plain, whole = cooccurrence_graph(TEXTS, 2), document_graph(TEXTS, 2)
    views = [word_neighbourhood(graph, "sea", hops=2, limit=2) for graph in (plain, whole)]
    assert nx.utils.graphs_equal(*views)


def test_a_word_may_have_no_neighbours():
    view = word_neighbourhood(cooccurrence_graph(["a b", "c"], 2), "c")
    assert list(view) == ["c"]
    assert view.graph["note"] == "'c' has no neighbours"


def test_a_drawing_has_the_words_as_labels(graph):
    ax = draw_graph(word_neighbourhood(graph, "sea"), Figure().subplots())
    assert {text.get_text() for text in ax.texts} == {"sea", "ship", "salt", "wave"}


def test_bad_input(graph):
    with pytest.raises(ValueError, match=r"^word: 'shipp' is not one of the graph's 10 words; .* 'ship'\?"):
        word_neighbourhood(graph, "shipp")
    with pytest.raises(ValueError, match=r"^word: 'qqq' is not one of the graph's 10 words$"):
        word_neighbourhood(graph, "qqq")
    with pytest.raises(ValueError, match=r"^hops must be a whole number of 1 or more, but is 0"):
        word_neighbourhood(graph, "sea", hops=0)
    with pytest.raises(ValueError, match=r"^limit must be a whole number of 1 or more, but is 0"):
        word_neighbourhood(graph, "sea", limit=0)
