import math
from collections import Counter
from itertools import combinations

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from gnnlab import GCNConv, cooccurrence_graph

words = st.sampled_from(["a", "b", "c", "d"])
corpora = st.lists(st.lists(words, max_size=17), min_size=1, max_size=5).filter(any)
countings = st.sampled_from(["windows", "pairs"])


def windows_of(document, window):
    if not document:
        return []
    return [document[start : start + window] for start in range(max(1, len(document) - window + 1))]


def pmi_by_loops(documents, window, counting, min_count=1, min_pmi=0.0):
    """The definition, written out window by window."""
    total = Counter(word for document in documents for word in document)
    documents = [[word for word in document if total[word] >= min_count] for document in documents]
    windows = [held for document in documents for held in windows_of(document, window)]
    single, pairs = Counter(), Counter()
    for held in windows:
        single.update(set(held))
        if counting == "windows":
            pairs.update(frozenset(pair) for pair in combinations(set(held), 2))
        else:
            pairs.update(
                frozenset((held[i], held[j]))
                for i, j in combinations(range(len(held)), 2)
                if held[i] != held[j]
            )
    edges = {}
    for pair, count in pairs.items():
        first, second = pair
        pmi = math.log(count * len(windows) / (single[first] * single[second]))
        if pmi > min_pmi:
            edges[first, second] = edges[second, first] = pmi
    return edges, single, len(windows)


def edges_of(graph):
    names = [(graph.words[i], graph.words[j]) for i, j in graph.edge_index.t().tolist()]
    assert len(set(names)) == len(names)
    return dict(zip(names, graph.edge_weight.tolist()))


def same(graph, other):
    return set(graph.keys()) == set(other.keys()) and all(
        torch.equal(graph[key], other[key])
        if isinstance(graph[key], torch.Tensor)
        else graph[key] == other[key]
        for key in graph.keys()  # noqa: SIM118, a Data iterates over pairs
    )


@given(corpora, st.integers(2, 11), countings, st.integers(1, 3), st.sampled_from([0.0, 0.25]))
@example([["a", "b", "a", "b", "a"]], 3, "windows", 1, 0.0)
@example([[], ["a"], ["b", "b"]], 2, "pairs", 1, 0.0)
def test_equals_the_definition(documents, window, counting, min_count, min_pmi):
    edges, single, windows = pmi_by_loops(documents, window, counting, min_count, min_pmi)
    if not single:
        with pytest.raises(ValueError, match=r"^min_count: \d leaves none"):
            cooccurrence_graph(documents, window, counting, min_count, min_pmi)
        return
    graph = cooccurrence_graph(documents, window, counting, min_count, min_pmi)
    assert graph.num_windows == windows
    assert dict(zip(graph.words, graph.window_count.tolist())) == single
    assert edges_of(graph) == {pair: pytest.approx(pmi, rel=1e-6) for pair, pmi in edges.items()}  # float32


@given(corpora, st.integers(2, 7), countings, st.integers(1, 23))
def test_stretches_may_cut_documents_anywhere(documents, window, counting, chunk_pairs):
    whole = cooccurrence_graph(documents, window, counting)
    assert same(cooccurrence_graph(documents, window, counting, chunk_pairs=chunk_pairs), whole)


@given(corpora)
def test_words_are_counted_and_ordered(documents):
    graph = cooccurrence_graph(documents, 3)
    total = Counter(word for document in documents for word in document)
    assert graph.words == sorted(total, key=lambda word: (-total[word], word))
    assert graph.word_count.tolist() == [total[word] for word in graph.words]
    assert graph.document_count.tolist() == [sum(word in d for d in documents) for word in graph.words]
    assert graph.num_documents == len(documents)
    assert graph.num_nodes == len(total)


def test_edges_are_sorted_both_ways_and_without_loops():
    graph = cooccurrence_graph(["a b c d a", "d c b", "a a"], 3, "pairs")
    pairs = graph.edge_index.t().tolist()
    assert pairs == sorted(pairs)
    assert graph.is_undirected()
    assert not graph.has_self_loops()


def test_what_chance_explains_is_no_edge():
    # Both words stand in every window: PMI is log(1) = 0, whatever the rounding of the division.
    assert cooccurrence_graph(["a b"] * 49, 2).num_edges == 0


def test_a_text_is_split_on_whitespace_and_may_come_from_a_generator():
    split = cooccurrence_graph([["x", "y,", "z"], ["y,", "x"], ["é"]], 2)
    assert same(cooccurrence_graph((text for text in ["x  y,\tz\n", "y, x", "é "]), 2), split)


@pytest.mark.slow  # each process imports torch
def test_workers_change_nothing():
    documents = [" ".join("abcdefg"[(7 * i + j * j) % 7] for j in range(i % 13)) for i in range(101)]
    alone = cooccurrence_graph(documents, 5, chunk_pairs=211)
    assert same(cooccurrence_graph(documents, 5, chunk_pairs=211, workers=2), alone)


def test_weights_can_be_normalised():
    graph = cooccurrence_graph(["a b c d a", "d c b", "a a"], 3)
    out = GCNConv(2, 3)(torch.ones(4, 2), graph.edge_index, graph.edge_weight)
    assert bool(out.isfinite().all())


@pytest.mark.parametrize(
    ("documents", "options", "message"),
    [
        (["a b"], {"window": 0}, r"window must be a whole number from 2 to 2147483647, but is 0"),
        (["a b"], {"window": 1}, r"window must be a whole number from 2 to 2147483647, but is 1"),
        (["a b"], {"counting": "window"}, r"counting: 'window' should .*; did you mean 'windows'\?"),
        (["a b"], {"counting": 3}, r"counting: 3 should be 'windows' or 'pairs'$"),
        (["a b"], {"min_count": 0}, r"min_count must be a whole number of 1 or more, but is 0"),
        (["a b"], {"min_pmi": -1.0}, r"min_pmi must be a number of 0 or more, but is -1.0"),
        (["a b"], {"min_pmi": math.nan}, r"min_pmi must be a number of 0 or more, but is nan"),
        (["a b"], {"workers": 0}, r"workers must be a whole number from 1 to 2147483647, but is 0"),
        (["a b"], {"chunk_pairs": 0}, r"chunk_pairs must be a whole number from 1 to 2147483647, but is 0"),
        (["a", "b a"], {"min_count": 3}, r"min_count: 3 leaves none of the 2 words; .* occurs 2 times"),
        ([], {}, r"documents: no document holds a word"),
        (["", " \n"], {}, r"documents: no document holds a word"),
        ("a b", {}, r"documents: one text should be a collection"),
        (7, {}, r"documents: a int should be a collection"),
        (["a", None], {}, r"documents: document 1: a NoneType should .* can be given as ''"),
        (["a", math.nan], {}, r"documents: document 1: a float should .* can be given as ''"),
        ([b"a"], {}, r"documents: document 0: a bytes should .*; decode it first"),
        ([{"a": 1}], {}, r"documents: document 0: a dict should be a text or a list of words$"),
        ([["a"], ["a", 3]], {}, r"documents: document 1: the word 3 should be a string"),
        ([["a", ["b"]]], {}, r"documents: document 0: the word \['b'\] should be a string"),
    ],
)
def test_bad_input(documents, options, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        cooccurrence_graph(documents, **options)


@pytest.mark.data
@pytest.mark.parametrize("counting", ["pairs", "windows"])
def test_movie_reviews(public_data, counting):
    lines = (public_data / "documents" / "mr.tsv").read_text(encoding="utf-8").splitlines()[1:]
    graph = cooccurrence_graph([line.split("\t")[2] for line in lines], 20, counting)
    assert graph.num_documents == 10_662
    assert graph.num_nodes == 18_764
    if counting == "pairs":
        assert graph.num_edges == 2 * 752_299
