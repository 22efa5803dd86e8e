import pytest
import torch

from experiments.core.specs import parse_model
from experiments.lab.memory.depth_profile import EXAMPLES, measure_depth, singular_values
from experiments.lab.sequences.models.models import build_model
from experiments.lab.sequences.tasks.tasks import DigitPalindromes
from gnnlab import normalized_adjacency

TASK = DigitPalindromes(7, 0)


def made(label, hidden=6):
    torch.manual_seed(0)
    return build_model(parse_model(label), TASK, hidden)


def test_singular_values_are_those_of_a_decomposition():
    matrices = torch.randn(2, 3, 11, 11, dtype=torch.double)
    matrices[:, :, [2, 5, 6]] = 0  # three values are 0
    torch.testing.assert_close(
        singular_values(matrices), torch.linalg.svdvals(matrices), rtol=1e-6, atol=1e-8
    )


def test_a_layer_of_one_sign_is_a_kronecker_product():
    # With features and weights above zero no relu is closed: the Jacobian is Â ⊗ W, its values are the products.
    model = made("gcn-2").double()
    with torch.no_grad():
        for conv in model.net.convs:
            conv.lin.weight.abs_()
            conv.bias.fill_(1.0)
    rows = measure_depth(model, TASK)
    a = torch.linalg.svdvals(normalized_adjacency(model.edge_index, num_nodes=7).double())
    for row, conv in zip(rows, model.net.convs):
        values = torch.outer(a, torch.linalg.svdvals(conv.lin.weight)).flatten()
        assert row["singular_max"] == pytest.approx(values.max().item(), rel=1e-5)
        assert row["singular_median"] == pytest.approx(values.median().item(), rel=1e-4)


def test_norm_and_energy_are_those_of_the_features_after_each_layer():
    model = made("gcn-3").double()
    tokens = TASK.batch("validation", EXAMPLES, TASK.generator("validation")).inputs
    rows = measure_depth(model, TASK)
    h = model.hidden(model.encode(tokens))
    matrix = normalized_adjacency(model.edge_index, num_nodes=7).double()
    laplacian = torch.eye(7, dtype=torch.double) - matrix
    for row, conv in zip(rows, model.net.convs):
        h = (matrix @ h @ conv.lin.weight.t() + conv.bias).clamp(min=0)
        assert row["norm"] == pytest.approx(h.pow(2).mean().sqrt().item(), rel=1e-5)
        energies = [torch.trace(x.t() @ laplacian @ x) / x.pow(2).sum() for x in h]
        assert row["energy"] == pytest.approx(torch.stack(energies).mean().item(), rel=1e-4)
    assert [row["depth"] for row in rows] == [1, 2, 3]


def test_steps_of_the_vanilla_network_are_its_closed_form():
    model = made("rnn").double()
    tokens = TASK.batch("validation", EXAMPLES, TASK.generator("validation")).inputs
    h = model.layer(model.encode(tokens))[0]
    rows = measure_depth(model, TASK)
    assert [row["depth"] for row in rows] == list(range(1, 7))
    for t, row in enumerate(rows):
        jacobian = (1 - h[:, t] ** 2).unsqueeze(-1) * model.layer.weight_h
        assert row["singular_max"] == pytest.approx(
            torch.linalg.svdvals(jacobian)[:, 0].mean().item(), rel=1e-6
        )
        assert row["norm"] == pytest.approx(h[:, t].pow(2).mean().sqrt().item(), rel=1e-6)
        assert row["energy"] is None


def test_a_bidirectional_network_has_no_steps_of_its_own():
    assert measure_depth(made("lstm-bidirectional"), TASK) == []
