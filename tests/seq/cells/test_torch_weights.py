import pytest
import torch
from torch import nn

from seq import GRU, LSTM, RNN, Bidirectional, CellGatedLSTM, Stacked, from_torch, to_torch

I, H, B, T = 2, 3, 5, 7


def theirs_on(module, x):
    outputs, state = module(x)
    return outputs, state if isinstance(state, tuple) else (state,)


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_from_torch_and_back(kind, layers, bidirectional, bias):
    module = kind(I, H, layers, bidirectional=bidirectional, bias=bias, batch_first=True).double()
    x = torch.randn(B, T, I, dtype=torch.double)
    expected_outputs, expected_state = theirs_on(module, x)
    layer = from_torch(module)
    outputs, state = layer(x)
    torch.testing.assert_close(outputs, expected_outputs, rtol=0, atol=1e-10)
    for one, other in zip(state, expected_state):
        torch.testing.assert_close(one.reshape(other.shape), other, rtol=0, atol=1e-10)
    back_outputs, back_state = theirs_on(to_torch(layer), x)
    torch.testing.assert_close(back_outputs, expected_outputs, rtol=0, atol=1e-10)
    torch.testing.assert_close(back_state, expected_state, rtol=0, atol=1e-10)


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_gradients_of_weights_are_the_same(kind):
    module = kind(I, H, batch_first=True).double()
    layer, x = from_torch(module), torch.randn(B, T, I, dtype=torch.double)
    for run in (module, layer):
        run(x)[0].square().sum().backward()
    pairs = [
        (layer.weight_x, module.weight_ih_l0),
        (layer.weight_h, module.weight_hh_l0),
        (layer.bias, module.bias_ih_l0),
    ]
    for ours, theirs in pairs:
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=0, atol=1e-10)


def test_options_come_along():
    module = nn.LSTM(I, H, 2, dropout=0.25).eval()
    layer = from_torch(module)
    assert isinstance(layer, Stacked)
    assert layer.dropout == 0.25
    assert not layer.training
    assert to_torch(layer).dropout == 0.25


def test_what_the_other_side_does_not_have_is_refused():
    with pytest.raises(ValueError, match="no projection and no ReLU"):
        from_torch(nn.LSTM(I, H, proj_size=2))
    with pytest.raises(ValueError, match="no projection and no ReLU"):
        from_torch(nn.RNN(I, H, nonlinearity="relu"))
    with pytest.raises(ValueError, match=r"module must be a torch\.nn\.RNN, GRU or LSTM, got Linear"):
        from_torch(nn.Linear(I, H))
    for layer in (
        CellGatedLSTM(I, H),
        GRU(I, H, variant="cho"),
        Stacked([RNN(I, H), GRU(H, H)]),
        Bidirectional(LSTM(I, H), CellGatedLSTM(I, H)),
    ):
        with pytest.raises(ValueError, match="layer must be made of RNN, LSTM or GRU"):
            to_torch(layer)
