"""D(r), reach and energy of networks on one graph, against matrices; and the two controls."""

import networkx as nx
import numpy as np
import pytest
import torch

from experiments.data.node_graphs import load_task
from experiments.lab.citation.controls import controlled
from experiments.lab.citation.hearing import measure_hearing
from experiments.lab.citation.models import build_node_model
from experiments.lab.citation.settings import NodeModel


@pytest.fixture(scope="module")
def karate():
    return load_task("karate", 1)


def dense_gcn_matrix(task):
    a = np.eye(task.num_nodes)
    for source, target in task.edge_index.t().tolist():
        a[target, source] = 1.0
    degree = a.sum(1)
    return a / np.sqrt(degree[:, None] * degree[None, :])


def linear(task, layers=2):
    """A GCN whose activation changes nothing: z = Â^L X W."""
    torch.manual_seed(0)
    model = build_node_model(NodeModel("gcn", layers=layers), task.num_node_features, 2)
    model.activation = torch.nn.Identity()
    return model


@pytest.mark.parametrize("layers", [2, 3])
def test_shares_of_a_linear_network_are_powers_of_the_matrix(layers, karate):
    """∂z_v / ∂x_u = (Â^L)_vu W, so D(r)² is a sum of squares of the power, times one number."""
    rows, found = measure_hearing(linear(karate, layers), karate, seed=0)
    power = np.linalg.matrix_power(dense_gcn_matrix(karate), layers)
    graph = nx.Graph(karate.edge_index.t().tolist())
    hops = dict(nx.all_pairs_shortest_path_length(graph))
    # 26 test nodes are fewer than are asked for, so all of them are measured; each has a random vector of its own,
    # which weighs it by another length: the shares of the mean over nodes are near, and not equal.
    test = karate.test_mask.nonzero().view(-1).tolist()
    expected = np.array(
        [
            sum(power[v, u] ** 2 for v in test for u in graph if hops[v][u] == r) ** 0.5
            for r in range(layers + 1)
        ]
    )
    measured = np.array([row["sensitivity"] for row in rows])
    assert [row["hop"] for row in rows] == list(range(layers + 1))
    assert np.allclose(measured / measured.sum(), expected / expected.sum(), atol=0.08)
    assert found["reach"] == pytest.approx((measured * np.arange(layers + 1)).sum() / measured.sum())


def test_sensitivity_is_that_of_the_whole_jacobian(karate):
    """With one test node, against all derivatives, and the same random vector."""
    task = karate.clone()
    one = int(karate.test_mask.nonzero()[3])
    task.test_mask = torch.arange(34) == one
    model = linear(karate)
    model.activation = torch.nn.Tanh()
    rows, _ = measure_hearing(model, task, seed=5)
    wide = model.double().eval()
    jacobian = torch.autograd.functional.jacobian(lambda x: wide(x, task.edge_index)[one], task.x.double())
    generator = torch.Generator().manual_seed(5)
    torch.randperm(1, generator=generator)
    vector = torch.randn(1, 2, generator=generator, dtype=torch.float64)[0]
    lengths = torch.einsum("c,cuf->uf", vector, jacobian).square().sum(1)
    hops = nx.single_source_shortest_path_length(nx.Graph(task.edge_index.t().tolist()), one)
    for row in rows:
        expected = sum(float(lengths[u]) for u, hop in hops.items() if hop == row["hop"]) ** 0.5
        assert row["sensitivity"] == pytest.approx(expected)


def test_mlp_hears_itself_alone_and_energy_is_that_of_a_loop(karate):
    torch.manual_seed(0)
    model = build_node_model(NodeModel("mlp"), 34, 2)
    rows, found = measure_hearing(model, karate, seed=0)
    assert [row["hop"] for row in rows] == [0]
    assert found["reach"] == 0

    def energy(h):
        degree = torch.bincount(karate.edge_index[1], minlength=34).double()
        total = 0.0
        for i, j in karate.edge_index.t().tolist():
            total += float((h[i] / (1 + degree[i]).sqrt() - h[j] / (1 + degree[j]).sqrt()).square().sum()) / 2
        return total / float(h.square().sum())

    hidden = torch.relu(karate.x.double() @ model.first.weight.double().t()).detach()
    assert found["energy"] == pytest.approx(energy(hidden) / energy(karate.x.double()))


def test_the_model_is_left_as_it_was(karate):
    model = linear(karate).train()
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    measure_hearing(model, karate, seed=0)
    assert model.training
    assert all(torch.equal(weight, before[name]) for name, weight in model.state_dict().items())


def test_renamed_nodes_keep_the_graph_and_lose_their_neighbours(karate):
    task = controlled(karate, NodeModel("gcn", shuffled=True), 3)
    graphs = [nx.Graph(each.edge_index.t().tolist()) for each in (karate, task)]
    assert nx.is_isomorphic(*graphs)
    assert not torch.equal(task.edge_index, karate.edge_index)
    assert torch.equal(task.x, karate.x)
    assert torch.equal(task.train_mask, karate.train_mask)
    again = controlled(karate, NodeModel("gcn", shuffled=True), 3)
    assert torch.equal(task.edge_index, again.edge_index)


def test_permuted_features_are_the_same_rows_at_other_nodes(karate):
    task = controlled(karate, NodeModel("gcn", permuted=True), 3)
    assert torch.equal(task.edge_index, karate.edge_index)
    assert not torch.equal(task.x, karate.x)
    assert torch.equal(task.x.argmax(1).sort().values, torch.arange(34))


@pytest.mark.parametrize("label", ["mlp-shuffled", "labels-permuted"])
def test_a_control_of_what_a_model_does_not_see_is_refused(label):
    from experiments.lab.citation.settings import parse_node_model

    with pytest.raises(ValueError, match="so there are none to"):
        parse_node_model(label)


def test_a_dead_network_hears_nothing_and_has_no_reach(karate):
    model = linear(karate)
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
    rows, found = measure_hearing(model, karate, seed=0)
    assert rows == [{"hop": 0, "sensitivity": 0.0}]
    assert found == {"energy": 0.0}
