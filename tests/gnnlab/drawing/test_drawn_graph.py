"""What is drawn without torch is what the builders of graphs make."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnnlab import palindrome_graph, path_graph
from gnnlab.drawing.drawn_graph import drawn_palindrome, drawn_path
from gnnlab.drawing.graph_drawing import described
from gnnlab.graphs.sequence_pairs import hops_from


@given(st.integers(1, 9), st.booleans(), st.booleans(), st.integers(0, 4))
def test_a_path(nodes, directed, self_loops, skip):
    options = {"directed": directed, "self_loops": self_loops, "skip": skip}
    assert drawn_path(nodes, **options).pairs == described(path_graph(nodes, **options)).pairs


@given(st.text("0123456789", min_size=2, max_size=9), st.booleans(), st.booleans(), st.integers(0, 4))
def test_a_palindrome(digits, directed, mirrored, skip):
    options = {"directed": directed, "mirrored": mirrored, "skip": skip}
    ours, theirs = drawn_palindrome(digits, **options), described(palindrome_graph(digits, **options))
    for what in ("pairs", "query", "mirrored", "sequence"):
        assert getattr(ours, what) == getattr(theirs, what)
    assert [str(label) for label in theirs.labels(theirs.query)] == ours.labels(ours.query)


def test_the_missing_symbol_is_called_what_it_is():
    assert (
        drawn_palindrome("12321").read_out()
        == described(palindrome_graph(5)).read_out()
        == "missing digit (read-out)"
    )
    assert drawn_palindrome("level").read_out() == "missing letter (read-out)"
    assert drawn_path(3).read_out() == "read-out"


@given(st.integers(1, 9), st.integers(0, 30), st.integers(0, 99))
def test_hops_are_those_of_networkx(nodes, edges, seed):
    graph = nx.gnm_random_graph(nodes, edges, seed=seed, directed=True)
    due = nx.single_source_shortest_path_length(graph, 0)
    assert hops_from(0, graph.edges, nodes) == [due.get(node, -1) for node in range(nodes)]


@pytest.mark.parametrize("skip", [-1, 1.5, "2", [1, None]])
def test_a_skip_that_is_none_is_named(skip):
    for draw in (drawn_path, path_graph, palindrome_graph):
        with pytest.raises(ValueError, match="skip must be a whole number from 0"):
            draw(5, skip=skip)
