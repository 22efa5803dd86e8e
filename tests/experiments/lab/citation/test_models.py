import dataclasses

import pytest
import torch

from experiments.core.registry import CONVOLUTIONS, Part
from experiments.lab.citation.models import Dense, FeatureDropout, build_node_model, build_optimizer
from experiments.lab.citation.settings import NodeTraining, papers_settings
from gnnlab import normalized_adjacency, path_graph

EDGES = path_graph(5).edge_index


@pytest.mark.parametrize(
    "name", [*(n for n, part in CONVOLUTIONS.items() if "shared" not in part.features), "mlp"]
)
def test_logits_of_every_node(name):
    torch.manual_seed(0)
    model = build_node_model(papers_settings(name, {"dataset": "cora"})[0], 11, 3)
    assert model(torch.randn(5, 11), EDGES).shape == (5, 3)


@pytest.mark.parametrize("features", [frozenset(), frozenset({"heads"})])
def test_a_new_convolution_needs_an_entry_and_nothing_else(features, monkeypatch):
    make = "gnnlab:GATConv" if features else "gnnlab:GCNConv"
    monkeypatch.setitem(CONVOLUTIONS, "other", Part("other", make, "for this test", features))
    spec, train = papers_settings("other", {"dataset": "cora"})
    assert (spec.label, spec.hidden, train) == ("other", 16, papers_settings("gcn", {"dataset": "cora"})[1])
    assert build_node_model(spec, 11, 3)(torch.randn(5, 11), EDGES).shape == (5, 3)


def test_gcn_is_the_papers_formula():
    torch.manual_seed(0)
    model = build_node_model(papers_settings("gcn", {"dataset": "cora"})[0], 11, 3).eval()
    x, adjacency = torch.randn(5, 11), normalized_adjacency(EDGES, num_nodes=5)
    hidden = (adjacency @ x @ model.first.lin.weight.t()).relu()
    expected = adjacency @ hidden @ model.second.lin.weight.t()
    torch.testing.assert_close(model(x, EDGES), expected)


def test_pubmed_averages_its_output_heads():
    model = build_node_model(papers_settings("gat", {"dataset": "pubmed"})[0], 11, 3)
    assert model.second.heads == 8
    assert model(torch.randn(5, 11), EDGES).shape == (5, 3)


def test_dense_ignores_the_edges():
    layer, x = Dense(7, 3), torch.randn(5, 7)
    assert torch.equal(layer(x, EDGES), layer(x, EDGES[:, :0]))
    torch.testing.assert_close(layer(x, EDGES), x @ layer.weight.t())


def test_feature_dropout_drops_a_share_and_scales_the_rest():
    torch.manual_seed(0)
    x = torch.zeros(500, 40)
    x[:, ::4] = torch.rand(500, 10) + 1  # 5000 entries that are not zero
    drop = FeatureDropout(0.6)
    y = drop(x)
    assert torch.equal(y[x == 0], x[x == 0])
    kept = y != 0
    torch.testing.assert_close(y[kept], x[kept] / 0.4)
    # A share of 5000 draws has a standard deviation of 0.007; this allows five of them.
    assert abs(kept.sum().item() / 5000 - 0.4) < 0.035
    assert not torch.equal(drop(x) != 0, kept)
    drop.eval()
    assert drop(x) is x


def test_feature_dropout_looks_at_a_new_matrix_anew():
    drop = FeatureDropout(0.5)
    one, other = torch.eye(9), torch.eye(9).flip(0)
    drop(one)
    assert torch.equal(drop(other)[other == 0], other[other == 0])


@pytest.mark.parametrize(("decay_all", "second"), [(True, 5e-4), (False, 0.0)])
def test_weight_decay_of_all_layers_or_the_first(decay_all, second):
    model = build_node_model(papers_settings("gcn", {"dataset": "cora"})[0], 11, 3)
    groups = build_optimizer(model, NodeTraining(decay_all=decay_all)).param_groups
    assert [group["weight_decay"] for group in groups] == [5e-4, second]
    assert sum(len(group["params"]) for group in groups) == len(list(model.parameters()))


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("norm", [False, True])
@pytest.mark.parametrize("name", ["gcn", "gat", "mlp"])
def test_a_deep_network_is_its_layers_one_after_the_other(name, residual, norm):
    spec = dataclasses.replace(
        papers_settings(name, {"dataset": "cora"})[0], layers=5, residual=residual, norm=norm
    )
    model = build_node_model(spec, 11, 3).eval()
    x = torch.randn(5, 11)
    act = torch.nn.functional.elu if name == "gat" else torch.relu
    hidden, convs = x, [model.first, *model.between]
    assert len(convs) == 4
    for number, conv in enumerate(convs):
        out = conv(hidden, EDGES)
        if norm:
            out = (out - out.mean(1, keepdim=True)) / (out.var(1, correction=0, keepdim=True) + 1e-5).sqrt()
        out = act(out)
        hidden = out + hidden if residual and number else out
    assert torch.allclose(model(x, EDGES), model.second(hidden, EDGES), atol=1e-5)
    model(x, EDGES).sum().backward()
    assert all(weight.grad is not None for weight in model.parameters())


def test_weight_decay_of_a_deep_network_is_on_the_first_layer_alone_or_on_all():
    spec = dataclasses.replace(papers_settings("gcn", {"dataset": "cora"})[0], layers=4, norm=True)
    model = build_node_model(spec, 11, 3)
    optimizer = build_optimizer(model, NodeTraining(weight_decay=0.5))
    decayed = {id(w): group["weight_decay"] for group in optimizer.param_groups for w in group["params"]}
    assert decayed == {
        id(w): 0.5 if name.startswith("first.") else 0.0 for name, w in model.named_parameters()
    }
