import math
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch_geometric.loader import DataLoader

import gnnlab.text.window_graphs
from gnnlab import GATConv, sliding_window_graph, sliding_window_graphs

documents = st.lists(st.lists(st.sampled_from([0, 2, 3, 11]), max_size=13), max_size=7)


def edges_by_loops(document, window, counting):
    edges = {}
    for start in range(max(1, len(document) - window + 1)):
        held = document[start : start + window]
        pairs = [(a, b) for a, b in combinations(held, 2) if a != b]
        pairs = pairs + [(b, a) for a, b in pairs]
        for pair in set(pairs) if counting == "windows" else pairs:
            edges[pair] = edges.get(pair, 0) + 1
    return edges


@given(documents, st.integers(2, 7), st.sampled_from(["windows", "pairs"]), st.integers(1, 19))
def test_each_document_is_counted_by_itself(documents, window, counting, block):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gnnlab.text.window_graphs, "BLOCK", block)
        graphs = sliding_window_graphs(documents, window, counting)
    assert len(graphs) == len(documents)
    for graph, document in zip(graphs, documents):
        words = graph.tokens.tolist()
        assert words == sorted(set(document))
        assert graph.count.tolist() == [document.count(word) for word in words]
        assert graph.num_nodes == len(words)
        pairs = graph.edge_index.t().tolist()
        assert pairs == sorted(pairs)
        edges = {(words[i], words[j]): weight for (i, j), weight in zip(pairs, graph.edge_weight.tolist())}
        assert edges == edges_by_loops(document, window, counting)


@pytest.mark.parametrize("kind", [list, tuple, np.array, torch.tensor, lambda ids: torch.tensor(ids).int()])
def test_numbers_may_come_in_any_form(kind):
    graph = sliding_window_graph(kind([5, 3, 5, 2]))
    assert graph.tokens.tolist() == [2, 3, 5]
    assert graph.tokens.dtype == torch.long


def test_batches_are_separate_graphs():
    graphs = sliding_window_graphs([[1, 2, 3, 1], [], [4], [3, 1]], window=2)
    [batch] = DataLoader(graphs, batch_size=4)
    assert batch.batch.tolist() == [0, 0, 0, 2, 3, 3]
    assert batch.tokens.tolist() == [1, 2, 3, 4, 1, 3]
    torch.manual_seed(0)
    conv, x = GATConv(2, 3), torch.randn(5, 2)
    out = conv(x[batch.tokens], batch.edge_index)
    parts = [conv(x[graph.tokens], graph.edge_index) for graph in graphs if graph.num_nodes]
    torch.testing.assert_close(out, torch.cat(parts))


def test_a_graph_carries_no_other_along():
    graphs = sliding_window_graphs([[1, 2, 3]] * 101)
    for value in graphs[53].to_dict().values():
        if isinstance(value, torch.Tensor):
            assert value.untyped_storage().nbytes() == value.numel() * value.element_size()


@pytest.mark.parametrize(
    ("documents", "options", "message"),
    [
        ([[1]], {"window": 1}, "window must be a whole number from 2 to 2147483647, but is 1"),
        ([[1, 2]], {"window": 2.5}, "window must be a whole number from 2 .* but is 2.5"),
        ([[1, 2]], {"window": math.inf}, "window must be a whole number from 2 .* but is inf"),
        ([[1, 2]], {"window": "3"}, "window must be a whole number from 2 .* but is '3'"),
        ([[1]], {"counting": "pair"}, "counting: 'pair' should .*; did you mean 'pairs'"),
        ([[1], [3, -2]], {}, "documents: document 1 holds -2; words should be 0 or more"),
        ([[1.5]], {}, "documents: document 0 should be a list of word numbers"),
        ([["a"]], {}, "documents: document 0 should be a list of word numbers"),
        ([[[1, 2]]], {}, "documents: document 0 should be a list of word numbers"),
    ],
)
def test_bad_input(documents, options, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        sliding_window_graphs(documents, **options)


def test_numbers_as_large_as_hashes_are_words_like_others():
    largest = 2**63 - 1
    documents = [[largest, 2**62, largest], [], [2**62 + 1, largest, 0, 2**62 + 1], [2**40]]
    small = {word: place for place, word in enumerate(sorted({w for words in documents for w in words}))}
    large, expected = (
        sliding_window_graphs(documents),
        sliding_window_graphs([[small[word] for word in words] for words in documents]),
    )
    for graph, other, words in zip(large, expected, documents):
        assert graph.tokens.tolist() == sorted(set(words))
        assert torch.equal(graph.count, other.count)
        assert torch.equal(graph.edge_index, other.edge_index)
        assert torch.equal(graph.edge_weight, other.edge_weight)


def test_a_number_beyond_eight_bytes_with_a_sign_is_refused():
    with pytest.raises(ValueError, match="document 1 holds 18446744073709551615; words should be below 2"):
        sliding_window_graphs([[1], np.array([2**64 - 1], dtype=np.uint64)])
