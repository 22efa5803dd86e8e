import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gnnlab import adjacency_matrix, hop_distances, layers_until_heard, path_graph, receptive_field

# Six nodes A..F, undirected edges A-B, A-E, A-F, B-D, C-D, D-F.
A, B, C, D, E, F = range(6)
PAIRS = [(A, B), (A, E), (A, F), (B, D), (C, D), (D, F)]
SIX = torch.tensor(PAIRS + [(j, i) for i, j in PAIRS]).T


def test_c_reaches_e_after_exactly_four_layers():
    assert layers_until_heard(SIX, C, E) == 4
    assert C not in receptive_field(SIX, E, 3)
    assert C in receptive_field(SIX, E, 4)
    power = torch.linalg.matrix_power(adjacency_matrix(SIX, self_loops=True), 3)
    assert power[E, C] == 0
    assert (power @ adjacency_matrix(SIX, self_loops=True))[E, C] == 2  # C-D-B-A-E and C-D-F-A-E


@st.composite
def edge_lists(draw):
    nodes = draw(st.integers(1, 11))
    pairs = draw(st.lists(st.tuples(*[st.integers(0, nodes - 1)] * 2), max_size=40))
    return nodes, torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).T


@given(edge_lists())
def test_hops_are_those_of_networkx(graph):
    import networkx as nx

    nodes, edges = graph
    directed = nx.DiGraph(edges.T.tolist())
    directed.add_nodes_from(range(nodes))
    expected = nx.single_source_shortest_path_length(directed, 0)
    assert hop_distances(edges, 0, num_nodes=nodes).tolist() == [expected.get(i, -1) for i in range(nodes)]
    everyone = hop_distances(edges, num_nodes=nodes)
    assert everyone[:, 0].tolist() == [expected.get(i, -1) for i in range(nodes)]


@given(edge_lists(), st.integers(0, 5))
def test_receptive_field_is_where_the_power_of_the_matrix_is_positive(graph, layers):
    nodes, edges = graph
    power = torch.linalg.matrix_power(adjacency_matrix(edges, num_nodes=nodes, self_loops=True), layers)
    assert (
        receptive_field(edges, 0, layers, num_nodes=nodes).tolist() == power[0].nonzero().flatten().tolist()
    )


def test_no_way_is_none():
    assert layers_until_heard(torch.tensor([[0], [1]]), 1, 0) is None


def test_bad_nodes_are_named():
    with pytest.raises(ValueError, match="source"):
        hop_distances(SIX, 6)
    with pytest.raises(ValueError, match="target"):
        layers_until_heard(SIX, 0, -1)
    with pytest.raises(ValueError, match="layers"):
        receptive_field(SIX, 0, -1)


def test_a_directed_path_is_heard_in_one_direction():
    path = path_graph(4, directed=True)
    assert hop_distances(path).tolist() == [
        [0, -1, -1, -1],
        [1, 0, -1, -1],
        [2, 1, 0, -1],
        [3, 2, 1, 0],
    ]
    assert receptive_field(path, 2, 1).tolist() == [1, 2]
    assert layers_until_heard(path, 3, 0) is None
