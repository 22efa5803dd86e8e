"""Splits, scales and homophily of graphs whose nodes have classes."""

import networkx as nx
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch_geometric.data import Data
from torch_geometric.utils import homophily as pyg_homophily

from experiments.data.graph_files.published import FILES, published_path
from experiments.data.names import HETEROPHILOUS
from experiments.data.node_graphs import homophily, load_task, most_frequent
from experiments.data.splits import LABELLED, VALIDATION, random_split


def classes(*sizes):
    y = torch.arange(len(sizes)).repeat_interleave(torch.tensor(sizes))
    return Data(y=y, class_names=[f"c{kind}" for kind in range(len(sizes))], x=torch.zeros(len(y), 1))


def test_a_random_split_has_its_numbers_of_each_class_and_every_node_once():
    data = classes(80, 80, 80)
    first, again, other = (random_split(data, seed) for seed in (1, 1, 2))
    masks = torch.stack([first.train_mask, first.val_mask, first.test_mask])
    assert (masks.sum(0) == 1).all()
    for mask, count in zip(masks, (LABELLED, VALIDATION, 80 - LABELLED - VALIDATION)):
        assert torch.bincount(data.y[mask]).tolist() == [count] * 3
    assert torch.equal(first.train_mask, again.train_mask)
    assert not torch.equal(first.train_mask, other.train_mask)
    with pytest.raises(ValueError, match="split: class 'c0' has 50 nodes, too few for 20 to train on, 30 to"):
        random_split(classes(50), 0)


@given(
    st.lists(st.integers(20, 60), min_size=2, max_size=4),
    st.sampled_from([0.1, 0.48, 0.6, 2, 5]),
    st.sampled_from([0.1, 0.32, 1, 3]),
)
def test_a_share_is_one_of_each_class(sizes, train, validation):
    task = random_split(classes(*sizes), 0, train, validation)
    masks = (task.train_mask, task.val_mask, task.test_mask)
    assert (torch.stack(masks).sum(0) == 1).all()
    for kind, size in enumerate(sizes):
        for mask, part in zip(masks, (train, validation)):
            wanted = max(1, round(part * size)) if part < 1 else part
            assert int((task.y[mask] == kind).sum()) == wanted


def test_a_node_without_a_class_is_in_no_part():
    data = classes(20, 20)
    data.y[5] = data.y[30] = -1
    task = random_split(data, 0, 0.5, 0.2)
    assert not (task.train_mask | task.val_mask | task.test_mask)[[5, 30]].any()


@given(st.integers(0, 10_000))
def test_homophily_is_that_of_pyg_and_of_counting(seed):
    rng = np.random.default_rng(seed)
    graph = nx.gnm_random_graph(12, 20, seed=seed)
    y = torch.from_numpy(rng.integers(0, 3, 12))
    ends = torch.tensor(list(graph.edges)).t()
    task = Data(edge_index=torch.cat([ends, ends.flip(0)], 1), y=y)
    found = homophily(task)
    assert found["edge_homophily"] == pytest.approx(pyg_homophily(task.edge_index, y, method="edge"))
    # The numeric assortativity of classes is the same number as the adjusted homophily.
    nx.set_node_attributes(graph, {node: int(kind) for node, kind in enumerate(y)}, "kind")
    if len({int(y[node]) for node in graph if graph.degree(node)}) > 1:
        expected = nx.attribute_assortativity_coefficient(graph, "kind")
        assert found["adjusted_homophily"] == pytest.approx(expected)


def platonov(folder, splits=3):
    """A stand-in for a heterophilous graph, where PyG would have put it."""
    rng = np.random.default_rng(0)
    part = np.stack([rng.permutation(60) for _ in range(splits)])
    path = folder / FILES[HETEROPHILOUS[0]].path
    path.parent.mkdir(parents=True)
    np.savez(
        path,
        node_features=rng.normal(size=(60, 4)).astype(np.float32),
        node_labels=np.arange(60) % 3,
        edges=np.stack([np.arange(59), np.arange(1, 60)], axis=1),
        train_masks=part < 30,
        val_masks=(part >= 30) & (part < 45),
        test_masks=part >= 45,
    )
    return part


def test_a_published_graph_has_another_of_its_splits_for_each_seed(tmp_path, monkeypatch):
    monkeypatch.setenv("GNNLAB_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=r"roman-empire is not here: put https://.*/roman_empire\.npz at "):
        load_task("roman-empire", 0)
    part = platonov(tmp_path)
    for seed in (0, 2, 4):
        task = load_task("roman-empire", seed)
        assert torch.equal(task.train_mask, torch.from_numpy(part[seed % 3] < 30))
        assert torch.equal(task.test_mask, torch.from_numpy(part[seed % 3] >= 45))
    assert load_task("roman-empire", 0, "random", sizes=(0.5, 0.25)).test_mask.sum() == 15
    assert (
        len({published_path(name, tmp_path) for name in FILES if (tmp_path / FILES[name].path).exists()}) == 1
    )


def test_columns_have_mean_0_and_deviation_1_and_rows_sum_to_1(tmp_path, monkeypatch):
    monkeypatch.setenv("GNNLAB_DATA", str(tmp_path))
    platonov(tmp_path)
    raw = load_task("roman-empire", 0, scale="raw").x.double()
    assert torch.equal(raw, load_task("roman-empire", 0).x.double())
    columns = load_task("roman-empire", 0, scale="columns").x.double().numpy()
    assert np.allclose(columns.mean(0), 0, atol=1e-6)
    assert np.allclose(columns.std(0), 1, atol=1e-5)
    assert torch.allclose(load_task("karate", 0, scale="rows").x.sum(1), torch.ones(34))


def own(folder, x, labels="ababab", split=("train", "train", "validation", "validation", "test", "test")):
    rows = [f"n{node},{labels[node]},{split[node]},{value}" for node, value in enumerate(x)]
    (folder / "n.csv").write_text("node,label,split,x\n" + "\n".join(rows))
    (folder / "e.csv").write_text("\n".join(f"n{node},n{(node + 1) % 6}" for node in range(6)))
    return {"edge_list": str(folder / "e.csv")}


def test_features_far_from_0_are_scaled_before_they_are_rounded(tmp_path):
    edges = own(tmp_path, [1600000000 + 30 * (node % 2) for node in range(6)])
    x = load_task(str(tmp_path / "n.csv"), 0, scale="columns", **edges).x[:, 0]
    assert x.tolist() == pytest.approx([-1, 1, -1, 1, -1, 1], abs=1e-6)


def test_rows_of_negative_features_are_divided_by_their_sizes(tmp_path):
    edges = own(tmp_path, [-1, 2, -3, 4, 0, 5])
    x = load_task(str(tmp_path / "n.csv"), 0, scale="rows", **edges).x[:, 0]
    assert x.tolist() == [-1, 1, -1, 1, 0, 1]


def test_most_frequent_is_scored_on_the_test_part_alone(tmp_path):
    edges = own(tmp_path, range(6), labels="aaabbb")
    assert most_frequent(load_task(str(tmp_path / "n.csv"), 0, **edges)) == 0
    edges = own(tmp_path, range(6), labels="abaaab")
    assert most_frequent(load_task(str(tmp_path / "n.csv"), 0, **edges)) == 0.5
