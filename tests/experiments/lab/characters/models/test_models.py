import pytest
import torch

from experiments.lab.characters.models.models import build_character_model, character_hidden
from experiments.lab.characters.settings import CharacterTraining
from experiments.lab.characters.specs import parse_character_model
from experiments.training.budget import count_parameters
from seq import LSTM

LABELS = ["rnn-1", "lstm-2", "lstm-2-onehot", "lstm-3-tied", "gru-2", "gru1-1", "cellgated-2", "peephole-1"]
LABELS += ["gcn-2-w8", "gcn-4-w2-onehot", "gat-3-w4", "gat-2-w3-heads3"]
V = 83


def build(label, hidden=0, **options):
    spec, train = parse_character_model(label), CharacterTraining(hidden=hidden, **options)
    torch.manual_seed(0)
    return build_character_model(spec, train, V, character_hidden(spec, train, V))


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("budget", [30_000, 250_000])
def test_a_budget_is_met_within_five_percent(label, budget):
    assert abs(count_parameters(build(label, budget=budget)) / budget - 1) <= 0.05


@pytest.mark.parametrize("label", LABELS)
def test_every_model_answers_the_same_call(label):
    model = build(label, hidden=12).eval()
    text = torch.randint(V, (3, 17), generator=torch.Generator().manual_seed(0))
    whole, _ = model(text)
    assert whole.shape == (3, 17, V)
    first, state = model(text[:, :5])
    second, _ = model(text[:, 5:], state)
    # Single precision, other sizes of products.
    torch.testing.assert_close(torch.cat([first, second], 1), whole, rtol=1e-4, atol=1e-5)


def test_parameters_of_the_reference_model_are_those_of_the_equations():
    H, E = 128, 64
    layer = 4 * (E * H + H * H + H) + 4 * (H * H + H * H + H)
    assert count_parameters(build("lstm-2", hidden=H)) == V * E + layer + H * V + V
    assert count_parameters(build("lstm-2-onehot", hidden=H)) == layer + 4 * H * (V - E) + H * V + V
    tied = 8 * (H * H + H * H + H)
    assert count_parameters(build("lstm-2-tied", hidden=H)) == tied + H * V + V


def test_dropout_and_forget_bias_reach_the_layers():
    model = build("lstm-2", hidden=12, dropout=0.25)
    assert model.dropout == model.layer.dropout == 0.25
    (first, _) = model.layer.parts()
    torch.manual_seed(0)
    plain = LSTM(64, 12)
    # Drawn as the bare layer draws it, and 1 is added to the forget gate's.
    assert (first.bias[12:24].mean() - plain.bias[12:24].mean()).item() == pytest.approx(1, abs=0.3)


def test_what_cannot_be_met_is_refused():
    with pytest.raises(ValueError, match="budget: 200 parameters cannot be met within 5% by lstm-2"):
        build("lstm-2", budget=200)
    with pytest.raises(ValueError, match="hidden: 10 should be a multiple of 4, the heads of gat-2-w3"):
        build("gat-2-w3", hidden=10)


def test_the_same_seed_gives_the_same_weights():
    one, other = build("gat-2-w3", hidden=8), build("gat-2-w3", hidden=8)
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values()))
