import pytest
import torch
from torch import nn

from seq import (
    GRU,
    LRU,
    LSTM,
    RNN,
    CellGatedLSTM,
    CharLM,
    MinGRU,
    MinLSTM,
    PeepholeLSTM,
    PhasedLSTM,
    Stacked,
    Transformer,
)
from seq.text.stepper import _CellStepper, stepper

B, T, V, H = 5, 7, 11, 13
FUSED = {
    "lstm": lambda size: LSTM(size, H),
    "three lstm": lambda size: Stacked([LSTM(size, H), LSTM(H, H), LSTM(H, H)], dropout=0.5),
    "gru1": lambda size: GRU(size, H, variant="cho"),
    "cellgated": lambda size: Stacked([CellGatedLSTM(size, H), CellGatedLSTM(H, H)]),
    "peephole": lambda size: PeepholeLSTM(size, H),
    "mixed": lambda size: Stacked([PeepholeLSTM(size, H), LSTM(H, H)]),
    "mingru and minlstm": lambda size: Stacked([MinGRU(size, H), MinLSTM(H, H)]),
    "one in a stack": lambda size: Stacked([LSTM(size, H)]),
}
OTHERS = {
    "rnn": lambda size: RNN(size, H),
    "gru": lambda size: Stacked([GRU(size, H), GRU(H, H)]),
    "phased": lambda size: PhasedLSTM(size, H, r_on=0.5),
    "residual": lambda size: Stacked([LSTM(size, H), LSTM(H, H)], residual=True),
    "norm": lambda size: Stacked([LSTM(size, H), LSTM(H, H)], norm=True),
    "lru": lambda size: LRU(size, H),
    "attention": lambda size: Transformer(size, 8, window=3),
    "plain loop": lambda size: LSTM(size, H, kernel="loop"),
    "in part": lambda size: Stacked([PhasedLSTM(size, H, r_on=0.5), LSTM(H, H)]),
}


@pytest.mark.parametrize("batch", [1, B])
@pytest.mark.parametrize("encoding", ["embedding", "onehot"])
@pytest.mark.parametrize("layer", [*FUSED, *OTHERS])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_steps_are_the_models_own_logits(layer, encoding, batch, dtype, tolerance):
    torch.manual_seed(0)
    size = V if encoding == "onehot" else 3
    model = CharLM((FUSED | OTHERS)[layer](size), V, encoding=encoding, dropout=0.5).to(dtype).eval()
    tokens = torch.randint(V, (batch, T))
    whole, _ = model(tokens)
    _, state = model(tokens[:, :2])
    kept = [part.clone() for part in state]
    step = stepper(model, state)
    assert isinstance(step, _CellStepper) == (layer in FUSED)
    logits = torch.stack([step(tokens[:, t]) for t in range(2, T)], dim=1)
    # Products by another library, in another order of sums.
    torch.testing.assert_close(logits, whole[:, 2:], rtol=0, atol=tolerance)
    assert all(torch.equal(a, b) for a, b in zip(state, kept))
    assert not logits.requires_grad


def test_two_steppers_of_a_model_are_apart():
    model = CharLM(LSTM(3, H), V).eval()
    tokens = torch.randint(V, (B, T))
    _, state = model(tokens[:, :1])
    first, second = stepper(model, state), stepper(model, state)
    expected = [first(tokens[:, t]) for t in range(1, T)]
    assert all(torch.equal(second(tokens[:, t]), e) for t, e in enumerate(expected, start=1))


def test_another_kind_of_model_is_called_itself():
    class Noisy(CharLM):
        def forward(self, tokens, state=None):
            logits, state = super().forward(tokens, state)
            return logits + 1, state

    model = Noisy(LSTM(3, H), V).eval()
    tokens = torch.randint(V, (B, 1))
    _, state = model(tokens)
    assert torch.equal(stepper(model, state)(tokens[:, 0]), model(tokens, state)[0][:, -1])


def test_under_autocast_the_model_is_called_itself():
    model = CharLM(LSTM(3, H), V).eval()
    tokens = torch.randint(V, (B, 1))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        _, state = model(tokens)
        expected = model(tokens, state)[0][:, -1]
        logits = stepper(model, state)(tokens[:, 0])
    assert logits.dtype == torch.bfloat16
    assert torch.equal(logits, expected)


def test_a_head_of_another_kind_is_used_as_it_is():
    model = CharLM(LSTM(3, H), V).eval()
    model.head = nn.Sequential(nn.Linear(H, 17), nn.Tanh(), nn.Linear(17, V))
    tokens = torch.randint(V, (B, 2))
    whole, _ = model(tokens)
    _, state = model(tokens[:, :1])
    torch.testing.assert_close(stepper(model, state)(tokens[:, 1]), whole[:, 1], rtol=0, atol=1e-5)
