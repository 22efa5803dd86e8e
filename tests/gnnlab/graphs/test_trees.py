import networkx as nx
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gnnlab import hop_distances, tree_graph, tree_neighbors_match


@pytest.mark.parametrize("radius", [1, 2, 3, 5])
def test_the_tree_is_the_full_binary_one(radius):
    graph = tree_graph(radius)
    theirs = nx.balanced_tree(2, radius, create_using=nx.DiGraph).reverse()
    ours = nx.DiGraph(graph.edge_index.t().tolist())
    assert nx.is_isomorphic(ours, theirs)
    assert ours.out_degree(graph.query) == 0
    leaves = [node for node in ours if ours.in_degree(node) == 0]
    assert sorted(leaves) == list(range(2**radius))
    assert torch.equal(graph.height, hop_distances(graph)[graph.query])


def test_an_undirected_tree_has_every_edge_twice_and_sorted():
    one, both = tree_graph(3), tree_graph(3, directed=False)
    pairs = {tuple(edge) for edge in one.edge_index.t().tolist()}
    assert both.edge_index.t().tolist() == sorted(map(list, pairs | {(j, i) for i, j in pairs}))


@given(st.sampled_from([2, 4, 8, 16]), st.integers(1, 13), st.integers(0, 2**31))
def test_the_root_names_the_label_of_the_leaf_with_its_key(leaves, count, seed):
    draws = torch.Generator().manual_seed(seed)
    values = torch.rand(count, leaves, generator=draws).argsort(1)
    wanted = torch.randint(leaves, (count,), generator=draws)
    nodes, targets = tree_neighbors_match(values, wanted)
    assert nodes.shape == (count, 2 * leaves - 1, 2)
    for example, target in zip(nodes.tolist(), targets.tolist()):
        labels = dict(example[:leaves])  # key → label
        assert sorted(labels) == sorted(labels.values()) == list(range(1, leaves + 1))
        assert all(node == [0, 0] for node in example[leaves:-1])
        key, label = example[-1]
        assert label == 0  # the root does not know the answer
        assert labels[key] == target + 1


def test_bad_arguments_are_named():
    for radius in (0, 13, 2.0, True):
        with pytest.raises(ValueError, match="radius must be a whole number from 1 to 12"):
            tree_graph(radius)
    with pytest.raises(ValueError, match="values must be"):
        tree_neighbors_match(torch.zeros(2, 3, dtype=torch.long), torch.zeros(2, dtype=torch.long))
    with pytest.raises(ValueError, match="wanted must hold 2 leaves from 0 to 3"):
        tree_neighbors_match(torch.arange(4).expand(2, 4), torch.tensor([0, 4]))
    for values in ([0, 0], [1, 2], [-1, 0]):  # two right answers, or one without a class
        with pytest.raises(ValueError, match="values must hold each label from 0 to 1 once"):
            tree_neighbors_match(torch.tensor([values]), torch.tensor([0]))
    for values in (torch.tensor([[0.0, 1.0]]), torch.tensor([[False, True]]), [[0, 1]]):
        with pytest.raises(ValueError, match="values must be a tensor of integers"):
            tree_neighbors_match(values, torch.tensor([0]))
    with pytest.raises(ValueError, match="wanted must be a tensor of integers"):
        tree_neighbors_match(torch.tensor([[0, 1]]), torch.tensor([0.0]))


def test_sizes_and_labels_of_any_integer_type_will_do():
    assert tree_graph(np.int64(3)).num_nodes == 15
    values, wanted = torch.tensor([[3, 0, 2, 1]]), torch.tensor([2])
    expected = tree_neighbors_match(values, wanted)
    for kind in (torch.int32, torch.uint8):
        for found, same in zip(tree_neighbors_match(values.to(kind), wanted.to(kind)), expected):
            assert torch.equal(found, same)
