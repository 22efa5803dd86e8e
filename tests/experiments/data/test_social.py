import os
import subprocess
import sys

import networkx as nx
import pytest
import torch

from experiments.data.social import LABELLED, VALIDATION, few_labels, social_graph


def test_karate_is_networkx_own():
    data, graph = social_graph("karate"), nx.karate_club_graph()
    assert {tuple(pair) for pair in data.edge_index.t().tolist()} == {
        pair for i, j in graph.edges for pair in ((i, j), (j, i))
    }
    assert [data.class_names[kind] for kind in data.y.tolist()] == [
        graph.nodes[node]["club"] for node in graph
    ]


@pytest.mark.parametrize(
    ("name", "nodes"), [("karate", 34), ("lesmis", 77), ("davis", 32), ("florentine", 15)]
)
def test_edges_go_both_ways_and_nodes_have_names(name, nodes):
    data = social_graph(name)
    assert data.num_nodes == nodes == len(set(data.names))
    assert data.is_undirected()
    assert ("y" in data) == (name != "florentine")


@pytest.mark.parametrize("name", ["karate", "lesmis"])
def test_split_is_drawn_from_the_seed(name):
    data = social_graph(name)
    one, same, other = (few_labels(data, seed) for seed in (5, 5, 6))
    for mask in ("train_mask", "val_mask", "test_mask"):
        assert torch.equal(one[mask], same[mask])
    assert not torch.equal(one.train_mask, other.train_mask)
    assert torch.equal(one.train_mask.int() + one.val_mask + one.test_mask, torch.ones(data.num_nodes).int())
    for mask, count in (("train_mask", LABELLED), ("val_mask", VALIDATION)):
        assert one.y[one[mask]].bincount().tolist() == [count] * len(data.class_names)
    assert set(one.y[one.test_mask].tolist()) == set(range(len(data.class_names)))


def test_features_say_nothing_but_which_node_it_is():
    assert torch.equal(social_graph("karate").x, torch.eye(34))


def test_a_class_too_small_for_a_split_is_named():
    data = social_graph("karate")
    data.y[1:] = 1
    with pytest.raises(ValueError, match=r"class 'Mr\. Hi' has 1 nodes"):
        few_labels(data, 0)


def test_unknown_graph_is_named():
    with pytest.raises(ValueError, match="graph: unknown 'karat'"):
        social_graph("karat")


def test_communities_are_the_same_in_every_process():
    program = "from experiments.data.social import social_graph; print(social_graph('lesmis').y.tolist())"
    # Text has another hash there than here.
    other = {"PYTHONHASHSEED": "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"}
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env=os.environ | other,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == str(social_graph("lesmis").y.tolist())
