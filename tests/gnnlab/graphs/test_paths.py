import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch_geometric.data import Data

from gnnlab import (
    adjacency_matrix,
    hop_distances,
    palindrome_graph,
    path_graph,
    tree_graph,
    with_virtual_node,
)


def rows(graph, **options):
    matrix = adjacency_matrix(graph.edge_index, num_nodes=graph.num_nodes, **options).int()
    return ["".join(map(str, row)) for row in matrix.tolist()]


def test_path_of_four():
    assert rows(path_graph(4)) == [
        "0100",
        "1010",
        "0101",
        "0010",
    ]


def test_directed_path_hears_only_the_past():
    # Row i is what node i receives: each node hears the one before it.
    assert rows(path_graph(4, directed=True)) == [
        "0000",
        "1000",
        "0100",
        "0010",
    ]


def test_path_with_self_loops():
    assert rows(path_graph(3, self_loops=True)) == [
        "110",
        "111",
        "011",
    ]


def test_path_with_skip_edges():
    assert rows(path_graph(5, skip=3)) == [
        "01010",
        "10101",
        "01010",
        "10101",
        "01010",
    ]


def test_palindrome_of_five_with_mirrored_edges():
    # 0-4 and 1-3 are mirrored; 2 is its own mirror image.
    assert rows(palindrome_graph(5, mirrored=True)) == [
        "01001",
        "10110",
        "01010",
        "01101",
        "10010",
    ]


def test_palindrome_of_six_directed_with_mirrored_edges():
    # The middle pair 2-3 is an edge of the path already, and is not doubled.
    assert rows(palindrome_graph(6, mirrored=True, directed=True)) == [
        "000000",
        "100000",
        "010000",
        "001000",
        "010100",
        "100010",
    ]


def test_palindrome_without_query_has_no_edge_to_it():
    graph = palindrome_graph(5, mirrored=True, query=False)
    assert rows(graph) == [
        "0100",
        "1011",
        "0101",
        "0110",
    ]
    assert "query" not in graph


def test_mirrored_edges_are_marked():
    graph = palindrome_graph(5, mirrored=True)
    pairs = graph.edge_index.T[graph.mirrored].tolist()
    assert pairs == [[0, 4], [1, 3], [3, 1], [4, 0]]


@pytest.mark.parametrize("digits", ["12321", [1, 2, 3, 2, 1], torch.tensor([1, 2, 3, 2, 1])])
def test_digits_in_any_form_and_the_last_is_only_the_target(digits):
    graph = palindrome_graph(digits)
    assert graph.tokens.tolist() == [1, 2, 3, 2]
    assert graph.y.tolist() == [1]
    assert graph.query == 4
    assert graph.position.tolist() == [0, 1, 2, 3, 4]


lengths, flags = st.integers(2, 23), st.booleans()


@given(lengths, flags, flags, flags, st.sampled_from([0, 2, 3, (2, 5)]), flags)
def test_edge_lists_are_sorted_unique_in_range_and_symmetric_unless_directed(
    length, directed, self_loops, mirrored, skip, query
):
    graph = palindrome_graph(
        length, directed=directed, self_loops=self_loops, mirrored=mirrored, skip=skip, query=query
    )
    pairs = [tuple(pair) for pair in graph.edge_index.T.tolist()]
    assert pairs == sorted(set(pairs))
    assert all(0 <= i < graph.num_nodes for pair in pairs for i in pair)
    assert {(i, i) for i in range(graph.num_nodes)} <= set(pairs) or not self_loops
    if directed:
        assert all(i <= j for i, j in pairs)
    else:
        assert {(j, i) for i, j in pairs} == set(pairs)
    if mirrored:
        joined = {(i, length - 1 - i) for i in range(length // 2) if length - 1 - i < graph.num_nodes}
        assert joined <= set(pairs)


@pytest.mark.parametrize("num_nodes", [0, -1, 5.0, "5", True])
def test_path_needs_nodes(num_nodes):
    with pytest.raises(ValueError, match="num_nodes"):
        path_graph(num_nodes)


@pytest.mark.parametrize("digits", [1, 0, -3, "", "1", "12a21", [1, 22, 1]])
def test_bad_digits_are_named(digits):
    with pytest.raises(ValueError, match="digits"):
        palindrome_graph(digits)


@pytest.mark.parametrize("skip", [-1, (2, -3)])
def test_bad_skip_is_named(skip):
    with pytest.raises(ValueError, match="skip"):
        path_graph(5, skip=skip)


def test_a_virtual_node_is_joined_to_all_and_brings_all_within_two_hops():
    graph = with_virtual_node(path_graph(4))
    assert rows(graph) == [
        "01001",
        "10101",
        "01011",
        "00101",
        "11110",
    ]
    assert graph.virtual == 4
    assert int(hop_distances(graph).max()) == 2
    assert int(hop_distances(with_virtual_node(path_graph(9, directed=True))).max()) == 2


def test_a_virtual_node_leaves_the_rest_of_a_palindrome_as_it_was():
    plain = palindrome_graph(7, mirrored=True)
    graph = with_virtual_node(plain)
    assert graph.query == 6
    assert graph.position.tolist() == list(range(8))
    old = (graph.edge_index < 7).all(0)
    assert torch.equal(graph.edge_index[:, old], plain.edge_index)
    assert torch.equal(graph.mirrored[old], plain.mirrored)
    assert not graph.mirrored[~old].any()
    assert plain.num_nodes == 7


@pytest.mark.parametrize(("name", "rows"), [("edge_weight", 4), ("edge_attr", 4), ("x", 3)])
def test_a_virtual_node_has_no_weights_to_its_edges_and_no_features(name, rows):
    graph = path_graph(3)
    graph[name] = torch.ones(rows)
    with pytest.raises(ValueError, match=f"graph must not have {name}"):
        with_virtual_node(graph)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("edge_type", torch.zeros(4, dtype=torch.long)),
        ("train_mask", torch.ones(3, dtype=torch.bool)),
        ("pos", torch.zeros(3, 2)),
        ("y", torch.zeros(3)),
        ("depth", torch.zeros(3)),
    ],
)
def test_a_virtual_node_has_nothing_that_each_node_or_edge_has(name, values):
    graph = path_graph(3)
    graph[name] = values
    with pytest.raises(ValueError, match=f"graph must not have {name}, which says nothing of the new"):
        with_virtual_node(graph)


@pytest.mark.parametrize(
    "edges",
    [torch.tensor([[0], [9]]), torch.zeros(2, 1), torch.zeros(3, 1, dtype=torch.long), np.zeros((2, 1))],
)
def test_a_virtual_node_needs_edges_between_its_nodes(edges):
    with pytest.raises(ValueError, match=r"^edge_index must "):
        with_virtual_node(Data(edge_index=edges, num_nodes=2))


def test_a_virtual_node_is_one_hop_from_the_root_of_a_tree():
    graph = with_virtual_node(tree_graph(2))
    assert graph.height.tolist() == [2, 2, 2, 2, 1, 1, 0, 1]
    assert graph.virtual == 7


@pytest.mark.parametrize("y", [torch.tensor(3), torch.tensor([3])])
@pytest.mark.parametrize("nodes", [1, 2, 3])
def test_a_virtual_node_leaves_the_label_of_a_graph(y, nodes):
    graph = path_graph(nodes)
    graph.y = y
    assert torch.equal(with_virtual_node(graph).y, y)


def test_a_virtual_node_stands_behind_the_last_position():
    graph = path_graph(2)
    graph.position = torch.tensor([5, 3])
    assert with_virtual_node(graph).position.tolist() == [5, 3, 4]


def test_a_virtual_node_needs_data():
    with pytest.raises(ValueError, match=r"graph must be a torch_geometric\.data\.Data, but is a Tensor"):
        with_virtual_node(path_graph(3).edge_index)
