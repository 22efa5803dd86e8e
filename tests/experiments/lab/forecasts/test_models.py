import numpy as np
import pytest
import torch
from torch import nn

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
