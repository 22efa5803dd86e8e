import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gnnlab import (
    adjacency_matrix,
    hop_distances,
    layers_until_heard,
    normalized_adjacency,
    path_graph,
    receptive_field,
)

# Six nodes A..F, undirected edges A-B, A-E, A-F, B-D, C-D, D-F.
A, B, C, D, E, F = range(6)
PAIRS = [(A, B), (A, E), (A, F), (B, D), (C, D), (D, F)]
SIX = torch.tensor(PAIRS + [(j, i) for i, j in PAIRS]).T


def test_six_nodes_with_self_loops():
    assert adjacency_matrix(SIX, self_loops=True).int().tolist() == [
        [1, 1, 0, 0, 1, 1],
        [1, 1, 0, 1, 0, 0],
        [0, 0, 1, 1, 0, 0],
        [0, 1, 1, 1, 0, 1],
        [1, 0, 0, 0, 1, 0],
        [1, 0, 0, 1, 0, 1],
    ]


def test_c_reaches_e_after_exactly_four_layers():
    assert layers_until_heard(SIX, C, E) == 4
    assert C not in receptive_field(SIX, E, 3)
    assert C in receptive_field(SIX, E, 4)
    power = torch.linalg.matrix_power(adjacency_matrix(SIX, self_loops=True), 3)
    assert power[E, C] == 0
    assert (power @ adjacency_matrix(SIX, self_loops=True))[E, C] == 2  # C-D-B-A-E and C-D-F-A-E


def test_normalised_path_of_three():
    # Degrees with self-loops: 2, 3, 2.
    r6 = 6**-0.5
    expected = torch.tensor([[1 / 2, r6, 0], [r6, 1 / 3, r6], [0, r6, 1 / 2]])
    torch.testing.assert_close(normalized_adjacency(path_graph(3).edge_index), expected)


def test_normalised_directed_path_of_three():
    # A node receives from itself and from the one before it: degrees 1, 2, 2.
    r2 = 2**-0.5
    expected = torch.tensor([[1, 0, 0], [r2, 1 / 2, 0], [0, 1 / 2, 1 / 2]])
    torch.testing.assert_close(normalized_adjacency(path_graph(3, directed=True).edge_index), expected)


def test_without_self_loops_the_first_node_of_a_directed_path_is_lost():
    # It receives nothing, so its degree is 0 and all that it sends is multiplied by 0.
    expected = torch.tensor([[0.0, 0, 0], [0, 0, 0], [0, 1, 0]])
    edges = path_graph(3, directed=True).edge_index
    torch.testing.assert_close(normalized_adjacency(edges, self_loops=False), expected)


def test_weights_parallel_edges_and_isolated_nodes():
    edges = torch.tensor([[0, 0, 1], [1, 1, 2]])
    assert adjacency_matrix(edges, torch.tensor([1.0, 2.5, 4.0]), num_nodes=4).tolist() == [
        [0, 0, 0, 0],
        [3.5, 0, 0, 0],
        [0, 4, 0, 0],
        [0, 0, 0, 0],
    ]


@st.composite
def graphs(draw):
    nodes = draw(st.integers(1, 11))
    pairs = draw(st.lists(st.tuples(*[st.integers(0, nodes - 1)] * 2), max_size=40))
    weights = draw(st.lists(st.floats(0, 5, width=32), min_size=len(pairs), max_size=len(pairs)))
    return nodes, torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).T, torch.tensor(weights).double()


@given(graphs())
def test_dense_sparse_and_a_plain_loop_agree(graph):
    nodes, edges, weights = graph
    plain = [[0.0] * nodes for _ in range(nodes)]
    for (source, target), weight in zip(edges.T.tolist(), weights.tolist()):
        plain[target][source] += weight
    dense = adjacency_matrix(edges, weights, num_nodes=nodes)
    torch.testing.assert_close(dense, torch.tensor(plain, dtype=torch.float64))
    assert torch.equal(adjacency_matrix(edges, weights, num_nodes=nodes, sparse=True).to_dense(), dense)


@given(graphs())
def test_hops_are_those_of_networkx(graph):
    import networkx as nx

    nodes, edges, _ = graph
    directed = nx.DiGraph(edges.T.tolist())
    directed.add_nodes_from(range(nodes))
    expected = nx.single_source_shortest_path_length(directed, 0)
    assert hop_distances(edges, 0, num_nodes=nodes).tolist() == [expected.get(i, -1) for i in range(nodes)]


@given(graphs(), st.integers(0, 5))
def test_receptive_field_is_where_the_power_of_the_matrix_is_positive(graph, layers):
    nodes, edges, _ = graph
    power = torch.linalg.matrix_power(adjacency_matrix(edges, num_nodes=nodes, self_loops=True), layers)
    assert (
        receptive_field(edges, 0, layers, num_nodes=nodes).tolist() == power[0].nonzero().flatten().tolist()
    )


def test_no_way_is_none():
    assert layers_until_heard(torch.tensor([[0], [1]]), 1, 0) is None


@pytest.mark.parametrize("function", [adjacency_matrix, normalized_adjacency])
def test_bad_graphs_are_named(function):
    with pytest.raises(ValueError, match="edge_index"):
        function(torch.tensor([[0], [3]]), num_nodes=3)
    with pytest.raises(ValueError, match="edge_index"):
        function(torch.tensor([[0.0], [1.0]]))
    with pytest.raises(ValueError, match="edge_index"):
        function(torch.tensor([0, 1]))
    with pytest.raises(ValueError, match="edge_weight"):
        function(torch.tensor([[0], [1]]), torch.tensor([1.0, 2.0]))


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_weights_that_cannot_be_normalised(weight):
    with pytest.raises(ValueError, match="edge_weight"):
        normalized_adjacency(torch.tensor([[0], [1]]), torch.tensor([weight]))


def test_bad_nodes_are_named():
    with pytest.raises(ValueError, match="source"):
        hop_distances(SIX, 6)
    with pytest.raises(ValueError, match="target"):
        layers_until_heard(SIX, 0, -1)
    with pytest.raises(ValueError, match="layers"):
        receptive_field(SIX, 0, -1)
