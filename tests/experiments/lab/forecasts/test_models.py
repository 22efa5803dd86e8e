import numpy as np
import pytest
import torch
from torch import nn
from torch_geometric.nn import GATConv

from experiments.core.registry import CONVOLUTIONS, Part
from experiments.lab.forecasts.models import Forecaster, build_forecaster
from experiments.lab.forecasts.specs import READERS, parse_forecast_model
from experiments.training.budget import count_parameters
from seq import to_torch

B, W, N, H = 3, 5, 7, 4
CONVS = [name for name, part in CONVOLUTIONS.items() if "shared" not in part.features]
NETWORKS = (
    *READERS,
    *(f"{conv}{view}" for conv in CONVS for view in ("", "-last", "-lstm")),
    "gcn-lru",
    "gat-mingru",
)
PAIRS = torch.tensor([[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 6], [1, 4]]).t()
EDGES = torch.cat([PAIRS, PAIRS.flip(0)], dim=1)


def network(name, seed=0):
    torch.manual_seed(seed)
    return Forecaster(parse_forecast_model(name), W, H, EDGES).double()


def normalised():
    """Â of Kipf & Welling, by loops."""
    matrix = np.eye(N)
    for source, target in EDGES.t().tolist():
        matrix[target, source] = 1
    degree = matrix.sum(1)
    return torch.from_numpy(matrix / np.sqrt(np.outer(degree, degree)))


def test_lstm_and_graph_agree_with_matrices_and_torch():
    model = network("gcn-lstm")
    x = torch.randn(B, W, N, dtype=torch.float64, requires_grad=True)
    conv, own = model.graph.convs[0], model.graph.selves[0]
    around = torch.relu(
        normalised() @ (x.unsqueeze(-1) * conv.lin.weight.view(-1))
        + conv.bias
        + x.unsqueeze(-1) * own.weight.view(-1)
    )
    steps = torch.cat([x.unsqueeze(-1), around], dim=-1)
    reference = to_torch(model.recurrent)  # torch's own, with the same weights
    outputs, _ = reference(steps.transpose(1, 2).reshape(B * N, W, 1 + H))
    expected = x[:, -1] + (outputs[:, -1] @ model.head.weight.t() + model.head.bias).view(B, N)
    found = model(x)
    assert torch.allclose(found, expected, atol=1e-10)
    (grad,) = torch.autograd.grad(found.sin().sum(), x, retain_graph=True)
    (wanted,) = torch.autograd.grad(expected.sin().sum(), x)
    assert torch.allclose(grad, wanted, atol=1e-10)


@pytest.mark.parametrize("name", ["gru", "mingru", "lru"])
def test_a_cell_reads_each_node_alone(name):
    """Its last output, node by node."""
    model, x = network(name), torch.randn(B, W, N, dtype=torch.float64)
    found = model(x)
    for node in range(N):
        outputs, _ = model.recurrent(x[:, :, node : node + 1])
        expected = x[:, -1, node] + outputs[:, -1] @ model.head.weight[0] + model.head.bias
        assert torch.allclose(found[:, node], expected, atol=1e-12)


WEIGHTS = torch.tensor([0.5, 2.0, 1.0, 0.25, 1.5, 3.0, 0.75]).repeat(2)


def weighted(name, weights=WEIGHTS):
    torch.manual_seed(0)
    return Forecaster(parse_forecast_model(name), W, H, EDGES, weights).double()


def test_a_gcn_multiplies_by_the_weights_of_edges():
    model = weighted("gcn-1")
    x = torch.randn(B, W, N, dtype=torch.float64)
    matrix = np.eye(N)
    for (source, target), weight in zip(EDGES.t().tolist(), WEIGHTS.tolist()):
        matrix[target, source] = weight
    root = np.sqrt(matrix.sum(1))
    conv, own = model.graph.convs[0], model.graph.selves[0]
    features = x.transpose(1, 2)
    around = torch.from_numpy(matrix / np.outer(root, root)) @ features @ conv.lin.weight.t() + conv.bias
    h = torch.relu(around + features @ own.weight.t())
    expected = x[:, -1] + (h @ model.head.weight.t() + model.head.bias).squeeze(-1)
    assert torch.allclose(model(x), expected, atol=1e-10)


def test_attention_reads_the_weight_as_a_feature_of_an_edge():
    model = weighted("gat-1")
    x = torch.randn(B, W, N, dtype=torch.float64)
    conv, own = model.graph.convs[0], model.graph.selves[0]
    reference = GATConv(W, H // 2, heads=2, edge_dim=1).double()
    reference.load_state_dict(conv.state_dict())
    rows = []
    for features in x.transpose(1, 2):
        h = torch.relu(reference(features, EDGES, WEIGHTS.double()) + features @ own.weight.t())
        rows.append((h @ model.head.weight.t() + model.head.bias).squeeze(-1))
    assert torch.allclose(model(x), x[:, -1] + torch.stack(rows), atol=1e-10)


@pytest.mark.parametrize("name", [*CONVS, "gcn-lstm", "gat-2-lru", "pyg:GraphConv", "pyg:TAGConv"])
def test_weights_count_where_a_model_says_that_it_reads_them(name):
    x = torch.randn(B, W, N, dtype=torch.float64)
    first, second = weighted(name), weighted(name, WEIGHTS.flip(0))
    differs = not torch.allclose(first(x), second(x), atol=1e-9)
    assert first.graph.weighted == differs == (name not in {"gin", "sage", "graphtransformer"})


@pytest.mark.parametrize("name", ["gcn", "gat", "gatv2-lstm", "sage"])
def test_parameters_meet_the_budget_with_weights_too(name):
    model, _ = build_forecaster(parse_forecast_model(name), W, EDGES, 5000, WEIGHTS)
    assert abs(count_parameters(model) - 5000) <= 250


def influence(model, node):
    """Which nodes' forecasts change when one node's past does."""
    x = torch.randn(B, W, N, dtype=torch.float64)
    other = x.clone()
    other[:, 0, node] += 1.0
    with torch.no_grad():
        return [n for n in range(N) if not torch.equal(model(x)[:, n], model(other)[:, n])]


def test_who_hears_of_a_node():
    assert influence(network("lstm"), 3) == [3]
    assert influence(network("lru"), 3) == [3]
    assert influence(network("gcn-lstm"), 3) == [2, 3, 4]  # one layer reaches neighbours
    assert influence(network("gcn-mingru"), 3) == [2, 3, 4]
    assert influence(network("gcn"), 3) == [1, 2, 3, 4, 5]  # two layers
    assert influence(network("gat-last"), 3) == []  # the first snapshot of the window is not seen


@pytest.mark.parametrize("name", NETWORKS)
def test_renaming_nodes_renames_forecasts(name):
    order = torch.randperm(N, generator=torch.Generator().manual_seed(1))
    place = torch.empty_like(order)
    place[order] = torch.arange(N)
    x = torch.randn(B, W, N, dtype=torch.float64)
    model = network(name)
    before = model(x)
    model.edge_index = place[EDGES]
    assert torch.allclose(model(x[:, :, order]), before[:, order], atol=1e-10)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_batch_is_its_examples(name):
    model, x = network(name), torch.randn(B, W, N, dtype=torch.float64)
    together = model(x)
    for row in range(B):
        assert torch.allclose(model(x[row : row + 1]), together[row : row + 1], atol=1e-12)


def test_a_silent_network_is_the_last_value():
    for name in NETWORKS:
        model = network(name)
        nn.init.zeros_(model.head.weight)
        nn.init.zeros_(model.head.bias)
        x = torch.randn(B, W, N, dtype=torch.float64)
        assert torch.equal(model(x), x[:, -1])


@pytest.mark.parametrize("label", [*NETWORKS, "gcn-3", "gat-2-lstm", "gcn-4-last"])
def test_parameters_meet_the_budget(label):
    model, hidden = build_forecaster(parse_forecast_model(label), W, EDGES, 5000)
    assert abs(count_parameters(model) - 5000) <= 250
    assert model.head.in_features == hidden


def test_a_budget_that_cannot_be_met_is_refused():
    with pytest.raises(ValueError, match="budget: 10 parameters cannot be met within 5% by gcn-lstm"):
        build_forecaster(parse_forecast_model("gcn-lstm"), W, EDGES, 10)


@pytest.mark.parametrize("features", [frozenset(), frozenset({"heads"})])
@pytest.mark.parametrize("label", ["other", "other-last", "other-3-lstm"])
def test_a_new_convolution_needs_an_entry_and_nothing_else(features, label, monkeypatch):
    make = "gnnlab:GATConv" if features else "gnnlab:GCNConv"
    monkeypatch.setitem(CONVOLUTIONS, "other", Part("other", make, "for this test", features))
    model, hidden = build_forecaster(parse_forecast_model(label), W, EDGES, 5000)
    assert model(torch.randn(B, W, N)).shape == (B, N)
    assert not features or hidden % 2 == 0
