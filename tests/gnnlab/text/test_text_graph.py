import math
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gnnlab import attach_document, attach_documents, cooccurrence_graph, document_graph

words = st.sampled_from(["a", "b", "c", "d", "e"])
corpora = st.lists(st.lists(words, max_size=13), min_size=1, max_size=7).filter(any)


@given(corpora, st.integers(2, 7), st.sampled_from(["windows", "pairs"]), st.integers(1, 2))
def test_documents_hang_on_their_words(documents, window, counting, min_count):
    total = Counter(word for document in documents for word in document)
    if max(total.values()) < min_count:
        return
    graph = document_graph(documents, window, counting, min_count)
    number = {word: len(documents) + i for i, word in enumerate(graph.words)}
    expected = {}
    for place, document in enumerate(documents):
        for word in set(document) & set(number):
            idf = math.log(len(documents) / sum(word in other for other in documents))
            if idf > 0:
                weight = document.count(word) * idf
                expected[place, number[word]] = expected[number[word], place] = weight
    plain = cooccurrence_graph(documents, window, counting, min_count)
    for (i, j), weight in zip(plain.edge_index.t().tolist(), plain.edge_weight.tolist()):
        expected[i + len(documents), j + len(documents)] = weight
    pairs = [tuple(pair) for pair in graph.edge_index.t().tolist()]
    assert pairs == sorted(expected)
    assert graph.edge_weight.tolist() == pytest.approx(
        [expected[pair] for pair in pairs], rel=1e-6
    )  # float32
    assert graph.num_nodes == len(documents) + len(number)
    assert graph.is_document.tolist() == [True] * len(documents) + [False] * len(number)
    assert graph.words == plain.words
    assert graph.num_windows == plain.num_windows


@given(corpora)
def test_a_document_of_the_graph_is_attached_as_it_is_in_it(documents):
    graph = document_graph(documents, 3)
    for place, found in enumerate(attach_documents(graph, documents)):
        own = graph.edge_index[0] == place
        assert torch.equal(found.words + graph.num_documents, graph.edge_index[1, own])
        torch.testing.assert_close(found.weights, graph.edge_weight[own])
        assert found.unknown == []


def test_unknown_words_are_named_once_and_weigh_nothing():
    graph = document_graph(["a b", "b c", "d"], 2)
    found = attach_document(graph, "x c y x c b")
    assert found.unknown == ["x", "y"]
    assert [graph.words[word] for word in found.words] == ["b", "c"]
    assert found.weights.tolist() == pytest.approx([math.log(3 / 2), 2 * math.log(3)])


@pytest.mark.parametrize("text", ["", "  ", "x", [], ["x", "y"]])
def test_a_text_without_known_words_has_no_edges(text):
    found = attach_document(document_graph(["a b", "c"], 2), text)
    assert found.words.shape == found.weights.shape == (0,)
    assert found.words.dtype == torch.long


def test_a_text_of_a_million_words():
    graph = document_graph(["a b", "c"], 2)
    found = attach_document(graph, "a x " * 500_000)
    assert found.unknown == ["x"]
    assert found.weights.tolist() == pytest.approx([500_000 * math.log(2)])


def test_an_empty_document_keeps_its_node():
    graph = document_graph(["a b", "", "b c"], 2)
    assert graph.num_documents == 3
    assert not bool((graph.edge_index == 1).any())


def test_attaching_needs_texts_and_the_graph_of_documents():
    graph = document_graph(["a b", "c"], 2)
    with pytest.raises(ValueError, match=r"^graph: should have words and idf"):
        attach_document(cooccurrence_graph(["a b", "c"], 2), "a")
    with pytest.raises(ValueError, match=r"^documents: document 1: a float should be a text"):
        list(attach_documents(graph, ["a", math.nan]))
    with pytest.raises(ValueError, match=r"^documents: one text should be a collection"):
        list(attach_documents(graph, "a"))
    with pytest.raises(ValueError, match=r"^min_pmi must be a number of 0 or more, but is -2"):
        document_graph(["a b"], min_pmi=-2)


@pytest.mark.data
def test_movie_reviews(public_data):
    lines = (public_data / "documents" / "mr.tsv").read_text(encoding="utf-8").splitlines()[1:]
    texts = [line.split("\t")[2] for line in lines]
    graph = document_graph(texts, 20, "pairs")
    assert graph.num_nodes == 29_426
    terms = sum(len(set(text.split())) for text in texts)
    assert graph.num_edges == 2 * (752_299 + terms)
