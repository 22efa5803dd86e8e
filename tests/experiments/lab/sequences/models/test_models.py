import pytest
import torch

from experiments.core.specs import parse_model
from experiments.lab.sequences.models.models import build_model, fit_hidden
from experiments.lab.sequences.tasks.tasks import DigitPalindromes
from experiments.training.budget import count_parameters

TASK = DigitPalindromes(7, 0)
LABELS = [
    "rnn",
    "lstm",
    "lstm-scalar",
    "rnn-onehot",
    "gcn-3",
    "gat-2",
    "gcn-2-mirrored",
    "gat-4-heads3",
    "gcn-2-mean",
    "gcn-3-noposition",
    "gat-2-directed-skip2-residual",
    "gcn-3-virtual-norm",
    "gat-2-fulllast-mirrored-virtual",
]


@pytest.mark.parametrize(
    ("label", "budget"),
    [*((label, 20_000) for label in LABELS), ("lstm", 5_000), ("gcn-4", 5_000), ("gat-4", 5_000)],
)
def test_parameters_match_the_budget(label, budget):
    spec = parse_model(label)
    model = build_model(spec, TASK, fit_hidden(spec, TASK, budget))
    assert abs(count_parameters(model) - budget) <= 0.05 * budget


@pytest.mark.parametrize("label", LABELS)
def test_every_model_maps_tokens_to_logits(label):
    spec = parse_model(label)
    tokens, _, _ = TASK.batch("train", 11, TASK.generator("train"))
    logits = build_model(spec, TASK, 12)(tokens)
    assert logits.shape == (11, 10)
    assert logits.isfinite().all()


@pytest.mark.parametrize("label", LABELS)
def test_weights_come_from_the_seed(label):
    def weights(seed):
        torch.manual_seed(seed)
        return torch.cat(
            [p.detach().flatten() for p in build_model(parse_model(label), TASK, 12).parameters()]
        )

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


def test_lstm_forget_gate_starts_open():
    # With forget bias b and all else zero, the cell state is multiplied by sigmoid(b) each step.
    model = build_model(parse_model("lstm-bias3"), TASK, 5)
    with torch.no_grad():
        for name, parameter in model.layer.named_parameters():
            if "bias" not in name:
                parameter.zero_()
    c = torch.full((1, 5), 2.0)
    _, (_, after) = model.layer(torch.zeros(1, 1, 16), (torch.zeros(1, 5), c))
    kept = torch.sigmoid(torch.tensor(3.0)) * 2.0
    # The biases of the other gates are small random numbers; they add tanh(b_g) * sigmoid(b_i), at most 0.3 here.
    assert (after - kept).abs().max() < 0.3


def test_impossible_budget_is_named():
    with pytest.raises(ValueError, match=r"budget: 50 parameters cannot be met.*nearest is"):
        fit_hidden(parse_model("gcn-9"), TASK, 50)
