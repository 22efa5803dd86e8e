import networkx as nx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from experiments.lab.paths.graphs import edge_lists, hops_from, random_graphs, reordered


def draws(seed):
    return torch.Generator().manual_seed(seed)


def as_networkx(adjacency):
    return nx.from_numpy_array(adjacency.int().numpy())


@given(nodes=st.integers(2, 17), extra=st.sampled_from([0.0, 0.05, 0.5, 1.0]), seed=st.integers(0, 99))
def test_graphs_are_connected_simple_and_have_the_edges_of_a_tree_at_least(nodes, extra, seed):
    for adjacency in random_graphs(nodes, 5, extra, draws(seed)):
        graph = as_networkx(adjacency)
        assert torch.equal(adjacency, adjacency.T)
        assert nx.is_connected(graph)
        assert nx.number_of_selfloops(graph) == 0
        assert nx.is_tree(graph) or extra > 0
        assert graph.number_of_edges() == nodes * (nodes - 1) // 2 or extra < 1


def test_edges_that_the_tree_lacks_come_with_their_probability():
    edges = random_graphs(11, 2000, 0.1, draws(0)).sum((1, 2)) / 2
    # 45 pairs are not joined by the tree; five standard deviations of the mean are 5 sqrt(45 x .09 / 2000) = 0.23.
    assert edges.mean().item() == pytest.approx(10 + 45 * 0.1, abs=0.23)


def test_every_node_may_have_every_place_in_the_tree():
    degree = random_graphs(7, 6000, 0.0, draws(1)).float().sum(2).mean(0)
    torch.testing.assert_close(
        degree, torch.full((7,), 12 / 7), atol=0.06, rtol=0
    )  # over five standard deviations


@given(nodes=st.integers(2, 17), extra=st.sampled_from([0.0, 0.05, 0.3]), seed=st.integers(0, 99))
def test_hops_are_those_of_networkx(nodes, extra, seed):
    adjacency = random_graphs(nodes, 5, extra, draws(seed))
    marked = torch.randint(nodes, (5,), generator=draws(seed + 1))
    for one, node, hops in zip(adjacency, marked.tolist(), hops_from(adjacency, marked).tolist()):
        found = nx.single_source_shortest_path_length(as_networkx(one), node)
        assert hops == [found[other] for other in range(nodes)]


def test_nodes_that_no_path_reaches_are_never_heard():
    adjacency = torch.zeros(1, 4, 4, dtype=torch.bool)
    adjacency[0, 0, 2] = adjacency[0, 2, 0] = True
    assert hops_from(adjacency, torch.tensor([2])).tolist() == [[1, -1, 0, -1]]


def test_edge_lists_are_those_of_networkx_in_both_directions():
    adjacency = random_graphs(7, 9, 0.1, draws(2))
    for one, edges in zip(adjacency, edge_lists(adjacency)):
        pairs = [tuple(pair) for pair in edges.T.tolist() if pair != [-1, -1]]
        wanted = as_networkx(one).to_directed().edges()
        assert sorted(pairs) == sorted(wanted)
        assert edges[:, len(pairs) :].eq(-1).all()


def test_other_numbers_leave_a_graph_what_it_is():
    adjacency = random_graphs(6, 3, 0.2, draws(3))
    order = torch.stack([torch.randperm(6, generator=draws(seed)) for seed in range(3)])
    for old, new, numbers in zip(adjacency, reordered(adjacency, order), order.tolist()):
        wanted = nx.relabel_nodes(as_networkx(old), {node: place for place, node in enumerate(numbers)})
        assert set(map(frozenset, as_networkx(new).edges())) == set(map(frozenset, wanted.edges()))
