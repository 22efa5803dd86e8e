from collections import Counter

import networkx as nx
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.lab.documents.corpora.corpus import Corpus, Document
from experiments.lab.documents.corpora.corpus_graphs import graph_of_all
from experiments.lab.documents.corpora.word_edges import rewired
from experiments.lab.documents.kinds import EDGES
from experiments.lab.documents.settings import DocumentModel


def random_graph(nodes, edges, seed):
    """Pairs and weights, all different, of a graph that networkx draws."""
    graph = nx.gnm_random_graph(nodes, edges, seed=seed)
    pairs = np.array(sorted(graph.edges), dtype=np.int64).reshape(-1, 2).T
    return pairs, np.random.default_rng(seed).permutation(pairs.shape[1]) + 0.5


def as_graph(nodes, pairs, weights):
    """What networkx makes of edges."""
    graph = nx.Graph()
    graph.add_nodes_from(range(nodes))
    graph.add_weighted_edges_from((int(a), int(b), float(w)) for (a, b), w in zip(pairs.T, weights))
    return graph


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 23), st.integers(0, 60), st.integers(0, 5))
def test_random_edges_keep_degrees_and_weights(nodes, edges, seed):
    pairs, weights = random_graph(nodes, edges, seed)
    found = rewired(pairs, weights, nodes, "random", seed)
    before, after = as_graph(nodes, pairs, weights), as_graph(nodes, *found)
    assert after.number_of_edges() == before.number_of_edges()  # no pair stands twice
    assert nx.number_of_selfloops(after) == 0
    assert dict(after.degree) == dict(before.degree)
    assert Counter(found[1].tolist()) == Counter(weights.tolist())


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 13), st.integers(0, 40), st.integers(0, 5))
def test_shuffled_edges_are_the_same_graph_with_other_words(nodes, edges, seed):
    pairs, weights = random_graph(nodes, edges, seed)
    found = rewired(pairs, weights, nodes, "shuffled", seed)
    before, after = as_graph(nodes, pairs, weights), as_graph(nodes, *found)
    # Weights are all different, so that a mapping that keeps them can be read off the edges' weights.
    weight = nx.get_edge_attributes
    ends = {value: set(pair) for pair, value in weight(after, "weight").items()}
    assert sorted(ends) == sorted(weights.tolist())
    assert sorted(d for _, d in after.degree) == sorted(d for _, d in before.degree)
    assert nx.number_of_selfloops(after) == 0
    for one, two in zip(sorted(weights)[:-1], sorted(weights)[1:]):
        shared = [set(e[:2]) for value in (one, two) for e in before.edges(data="weight") if e[2] == value]
        assert len(shared[0] & shared[1]) == len(ends[one] & ends[two])  # neighbouring edges stay neighbours


@pytest.mark.parametrize("how", ["random", "shuffled"])
def test_the_seed_fixes_the_edges(how):
    pairs, weights = random_graph(50, 300, 1)
    first, again, other = (rewired(pairs, weights, 50, how, seed) for seed in (3, 3, 4))
    assert all((a == b).all() for a, b in zip(first, again))
    assert (first[0] != other[0]).any()


def test_no_more_pairs_stay_than_chance_leaves():
    nodes, edges = 200, 1000
    pairs, weights = random_graph(nodes, edges, 2)
    found, _ = rewired(pairs, weights, nodes, "random", 0)
    before = {frozenset(pair) for pair in pairs.T.tolist()}
    stay = sum(frozenset(pair) in before for pair in found.T.tolist())
    share = edges / (nodes * (nodes - 1) / 2)  # of all pairs, and so of those of a graph by chance
    assert stay <= edges * share + 5 * (edges * share) ** 0.5


def words_and_rest(graph):
    """Edges by whether both ends are words, each once, with weights."""
    parts = {True: {}, False: {}}
    for (a, b), weight in zip(graph.edge_index.T.tolist(), graph.edge_weight.tolist()):
        if a < b:
            assert (a, b) not in parts[a >= graph.num_documents]
            parts[a >= graph.num_documents][a, b] = weight
    return parts[True], parts[False]


@pytest.mark.parametrize("how", EDGES)
def test_edges_of_documents_stay(how):
    draw = np.random.default_rng(0)
    texts = [" ".join(f"w{n}" for n in draw.integers(0, 30, 12)) for _ in range(20)]
    corpus = Corpus("made", tuple(Document("train", "ab"[i % 2], text) for i, text in enumerate(texts)))
    plain, other = (
        graph_of_all(corpus, DocumentModel(name=name, window=3), 0) for name in ("textgcn", f"textgcn-{how}")
    )
    words, documents = words_and_rest(plain)
    moved, stay = words_and_rest(other)
    assert stay == documents
    assert sorted(moved.values()) == (sorted(words.values()) if how != "nopmi" else [])
    assert set(moved) != set(words)
    assert plain.words == other.words
    assert torch.equal(plain.idf, other.idf)
    both = other.edge_index[:, torch.randperm(other.edge_index.size(1))]
    assert {tuple(pair) for pair in both.T.tolist()} == {tuple(pair) for pair in both.flip(0).T.tolist()}
    again = graph_of_all(corpus, DocumentModel(name=f"textgcn-{how}", window=3), 0)
    assert torch.equal(again.edge_index, other.edge_index)
    assert torch.equal(again.edge_weight, other.edge_weight)
