import networkx as nx
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch_geometric.data import Data

from gnnlab import adjacency_matrix, adjacency_power, degree_matrix, normalized_adjacency, path_graph

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


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
def test_networkx_graphs(kind):
    graph = kind([("b", "a"), ("a", "c")])
    graph["b"]["a"]["weight"] = 2.5
    # networkx writes row = source, we write row = target
    expected = torch.from_numpy(nx.to_numpy_array(graph)).T.float()
    assert torch.equal(adjacency_matrix(graph), expected)


def test_data_with_weights_and_degrees():
    data = Data(edge_index=torch.tensor([[0, 1], [1, 2]]), edge_weight=torch.tensor([3.0, 5.0]), num_nodes=4)
    assert degree_matrix(data).tolist() == [[0, 0, 0, 0], [0, 3, 0, 0], [0, 0, 5, 0], [0, 0, 0, 0]]
    assert torch.equal(degree_matrix(data, sparse=True).to_dense(), degree_matrix(data))


def test_powers_count_walks():
    # Around a triangle: two ways back in two steps, two ways back in three.
    triangle = adjacency_matrix(nx.cycle_graph(3))
    assert adjacency_power(triangle, 0).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert adjacency_power(triangle, 2).tolist() == [[2, 1, 1], [1, 2, 1], [1, 1, 2]]
    assert adjacency_power(triangle.to_sparse_csr(), 3).tolist() == [[2, 3, 3], [3, 2, 3], [3, 3, 2]]
    for power in (-1, 1.5, "2", True, None, 10**20):
        with pytest.raises(ValueError, match="power must be a whole number from 0 to 1000000000"):
            adjacency_power(triangle, power)
    for matrix in (triangle[:2], "A", None, [[1, 2], [3]]):
        with pytest.raises(ValueError, match="matrix must be square"):
            adjacency_power(matrix, 2)
    with pytest.raises(ValueError, match="real"):
        adjacency_power(torch.eye(2, dtype=torch.complex64), 2)


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.bfloat16, torch.float16, torch.int64, torch.int8, torch.bool]
)
@pytest.mark.parametrize(("nodes", "power"), [(12, 9), (12, 14), (3, 50), (4, 32)])
def test_walks_are_counted_exactly(nodes, power, dtype):
    # A = J - I of a complete graph has the eigenvalues N - 1 and -1, so these are whole numbers of Python.
    off = ((nodes - 1) ** power - (-1) ** power) // nodes
    on = off + (-1) ** power
    walks = adjacency_power(adjacency_matrix(nx.complete_graph(nodes)).to(dtype), power)
    assert walks[0, 1].item() == off < 2**53
    assert walks[2, 2].item() == on
    assert torch.equal(adjacency_power(adjacency_matrix(nx.complete_graph(nodes)).numpy(), power), walks)


def test_a_power_beyond_all_numbers_is_named():
    complete = adjacency_matrix(nx.complete_graph(12))
    assert adjacency_power(complete, 200)[0, 1].item() == pytest.approx(11**200 / 12)
    with pytest.raises(ValueError, match="power must leave entries below 1e308, but is 300"):
        adjacency_power(complete, 300)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize("leaves", [300, 5000])
def test_sums_at_a_hub_keep_their_digits(leaves, dtype):
    spokes = torch.stack([torch.arange(1, leaves + 1), torch.zeros(leaves, dtype=torch.long)])
    ones = torch.ones(leaves, dtype=dtype)
    for sparse in (False, True) if leaves < 1000 else (True,):
        degree = degree_matrix(spokes, ones, self_loops=True, sparse=sparse).to_dense()
        assert degree[0, 0].item() == leaves + 1
        assert degree.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)
        normal = normalized_adjacency(spokes, ones, sparse=sparse).to_dense()
        assert normal.dtype == dtype
        # One rounding of the due value to the type, and nothing else.
        due = torch.tensor([1 / (leaves + 1), (leaves + 1) ** -0.5], dtype=torch.float64)
        torch.testing.assert_close(normal[0, :2].double(), due, rtol=torch.finfo(dtype).eps + 3e-7, atol=1e-8)


def test_parallel_edges_of_low_precision_add_up():
    edges = torch.tensor([[0], [1]]).expand(2, 1000)
    assert adjacency_matrix(edges, torch.ones(1000).bfloat16())[1, 0].item() == 1000
    weight = torch.ones(1000, dtype=torch.bfloat16, requires_grad=True)
    adjacency_matrix(edges, weight)[1, 0].backward()
    assert torch.equal(weight.grad, torch.ones(1000, dtype=torch.bfloat16))


@pytest.mark.parametrize("weight", [1e-60, 1e60])
def test_weights_beyond_float32_are_neither_lost_nor_infinite(weight, tmp_path):
    file = tmp_path / "edges.csv"
    file.write_text(f"a,b,{weight}\n")
    for graph in ([("a", "b", weight)], nx.DiGraph([("a", "b", {"weight": weight})]), file):
        assert adjacency_matrix(graph).tolist() == [[0, 0], [weight, 0]]


def test_a_power_of_a_graph_is_that_of_its_matrix():
    path = path_graph(5, directed=True)
    by_hand = np.linalg.matrix_power(np.eye(5, k=-1), 3)
    assert np.array_equal(adjacency_power(path, 3).numpy(), by_hand)
    cycle = nx.cycle_graph(4)
    assert np.array_equal(
        adjacency_power(cycle, 2).numpy(), np.linalg.matrix_power(nx.to_numpy_array(cycle), 2)
    )
