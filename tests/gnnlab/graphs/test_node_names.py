"""A node of a graph with names is the one that is called so, wherever it stands."""

import networkx as nx
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch_geometric.data import Data

from gnnlab import as_graph, draw_adjacency, draw_graph, hop_distances, layers_until_heard, receptive_field

SHUFFLED = nx.Graph([(3, 0), (0, 1), (1, 2)])
WORDS = [("Ulm", "Aalen"), ("Aalen", "Ellwangen")]


def test_a_number_in_networkx_is_a_name_and_no_place():
    for graph in (SHUFFLED, as_graph(SHUFFLED)):
        assert layers_until_heard(graph, 3, 0) == 1
        assert layers_until_heard(graph, np.int64(3), torch.tensor(2)) == 3
        assert layers_until_heard(graph, "3", "2") == 3
    assert receptive_field(SHUFFLED, 3, 1) == [3, 0]
    assert hop_distances(SHUFFLED, 2).tolist() == [3, 2, 1, 0]  # in the graph's order 3, 0, 1, 2


@given(st.permutations(range(7)), st.integers(0, 6), st.integers(0, 6))
def test_hops_between_names_are_those_of_networkx(order, source, target):
    graph = nx.DiGraph()
    graph.add_nodes_from(order)
    graph.add_edges_from([(0, 1), (1, 2), (2, 3), (3, 1), (5, 6)])
    lengths = dict(nx.all_pairs_shortest_path_length(graph))
    assert layers_until_heard(graph, source, target) == lengths[source].get(target)
    hears = [node for node in order if lengths[node].get(target, 99) <= 1]
    assert receptive_field(graph, target, 1) == hears


def test_any_name_will_do():
    grid = nx.grid_2d_graph(2, 3)
    assert layers_until_heard(grid, (0, 0), (1, 2)) == 3
    assert (0, 0) in receptive_field(grid, (0, 1), 1)
    assert layers_until_heard(WORDS, "Ulm", "Ellwangen") == 2
    assert receptive_field(WORDS, "Ellwangen", 1) == ["Aalen", "Ellwangen"]
    assert receptive_field(as_graph(WORDS), "Ellwangen", 1).tolist() == [1, 2]
    assert layers_until_heard(WORDS, 0, 2) == 2  # no name is a number, so a number is a place


@pytest.mark.parametrize(
    ("graph", "node", "words"),
    [
        (SHUFFLED, 4, r"source must be the name of a node \(3, 0, 1, 2\), but is 4"),
        (nx.Graph([(5, 7)]), 0, r"source must be the name of a node \(5, 7\), but is 0"),
        (WORDS, "ulm", "source must be the name of a node .*but is 'ulm'"),
        (WORDS, 3, "but is 3"),
        (WORDS, ["Ulm"], "but is"),
        (torch.tensor([[0, 1, 2], [1, 2, 3]]), "0", "source must be a node from 0 to 3, but is '0'"),
        (torch.tensor([[0, 1, 2], [1, 2, 3]]), 1.5, "but is 1.5"),
        (
            Data(edge_index=torch.tensor([[0], [1]]), num_nodes=2, names=["x", "x"]),
            "x",
            "2 nodes are called 'x'",
        ),
    ],
    ids=str,
)
def test_unknown_nodes_are_named(graph, node, words):
    with pytest.raises(ValueError, match=words):
        hop_distances(graph, node)


def test_nodes_that_differ_only_in_type_are_told_apart():
    graph = nx.DiGraph([(3, "3"), ("3", "end")])
    assert layers_until_heard(graph, 3, "end") == 2
    assert layers_until_heard(graph, "3", "end") == 1


def shown(ax):
    return [text.get_text() for text in ax.texts]


def test_drawings_take_names():
    ax = draw_graph(
        WORDS,
        labels={"Aalen": "A"},
        query="Ulm",
        positions={"Ulm": (0, 0), "Aalen": (1, 2), "Ellwangen": (3, 1)},
    )
    assert shown(ax) == ["Ulm", "A", "Ellwangen"]
    assert ax.collections[0].get_offsets().tolist() == [[0, 0], [1, 2], [3, 1]]
    places = {3: (9.0, 0.0), 0: (8.0, 0.0), 1: (7.0, 1.0), 2: (6.0, 0.0)}
    ax = draw_graph(SHUFFLED, positions=places, receptive_field_of=3, layers=0)
    assert ax.collections[0].get_offsets().tolist() == [list(places[node]) for node in SHUFFLED]
    colors = [tuple(color) for color in ax.collections[0].get_facecolor()]
    assert colors.count(colors[0]) == 1  # node 3 stands first, and only it is heard
    with pytest.raises(ValueError, match="positions must have a place for each node, but has none for 'Ulm'"):
        draw_graph(WORDS, positions={"Aalen": (1, 2), "Ellwangen": (3, 1)})
    with pytest.raises(ValueError, match="labels must be the name"):
        draw_graph(WORDS, labels={"Rome": "R"})


def test_matrices_have_the_names_beside_them():
    ax = draw_adjacency(WORDS, labels={"Ulm": "U"})
    for axis in (ax.xaxis, ax.yaxis):
        assert [tick.get_text() for tick in axis.get_ticklabels()] == ["U", "Aalen", "Ellwangen"]
    numbers = draw_adjacency(np.eye(3), labels="abc").xaxis.get_ticklabels()
    assert [tick.get_text() for tick in numbers] == ["a", "b", "c"]
    assert len(draw_adjacency(nx.path_graph(100)).get_xticks()) == 10
