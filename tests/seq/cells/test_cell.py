"""The three ways a cell can run, against each other and against torch.nn."""

import pytest
import torch
from torch import nn

from seq import GRU, LSTM, RNN, CellGatedLSTM, PhasedLSTM

I, H, B, T = 2, 3, 5, 7


def copy_into(layer, module):
    """torch.nn's layer with our weights: its second bias is what one bias a gate leaves over."""
    with torch.no_grad():
        module.weight_ih_l0.copy_(layer.weight_x)
        module.weight_hh_l0.copy_(layer.weight_h)
        module.bias_ih_l0.copy_(layer.bias)
        module.bias_hh_l0.zero_()


def everything(run, x, state, parameters):
    """Outputs, state and all gradients of one run, under a fixed random weighting of its outputs."""
    x = x.clone().requires_grad_()
    state = [s.clone().requires_grad_() for s in state]
    outputs, after = run(x, state)
    tensors = [outputs, *after]
    weighting = torch.Generator().manual_seed(0)
    loss = sum((t * torch.randn(t.shape, generator=weighting, dtype=t.dtype)).sum() for t in tensors)
    return tensors + list(torch.autograd.grad(loss, [x, *state, *parameters]))


@pytest.mark.parametrize(("ours", "theirs"), [(RNN, nn.RNN), (GRU, nn.GRU), (LSTM, nn.LSTM)])
@pytest.mark.parametrize("kernel", ["auto", "loop"])
def test_equal_to_torch_nn_with_gradients(ours, theirs, kernel):
    layer, module = ours(I, H, kernel=kernel).double(), theirs(I, H, batch_first=True).double()
    copy_into(layer, module)
    x = torch.randn(B, T, I, dtype=torch.double)
    state = [torch.randn(B, H, dtype=torch.double) for _ in layer.state_names]

    def run_theirs(x, state):
        stacked = tuple(s.unsqueeze(0) for s in state)
        outputs, after = module(x, stacked if len(stacked) > 1 else stacked[0])
        after = after if isinstance(after, tuple) else (after,)
        return outputs, tuple(s.squeeze(0) for s in after)

    got = everything(lambda x, s: layer(x, tuple(s)), x, state, [layer.weight_x, layer.weight_h, layer.bias])
    weights = [module.weight_ih_l0, module.weight_hh_l0, module.bias_ih_l0]
    for one, other in zip(got, everything(run_theirs, x, state, weights)):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-10)


@pytest.mark.parametrize("init", ["torch", "xavier", "kaiming", "orthogonal"])
def test_initialisation(init):
    torch.manual_seed(0)
    layer = LSTM(53, 101, init=init)
    blocks = layer.weight_h.split(101)
    # The spread that each rule asks for a (101, 101) block; the sample's is within a few per cent of it.
    std = {"torch": 101**-0.5 / 3**0.5, "xavier": (1 / 101) ** 0.5, "kaiming": (2 / 101) ** 0.5}
    for block in blocks:
        if init == "orthogonal":
            torch.testing.assert_close(block @ block.t(), torch.eye(101), rtol=0, atol=1e-4)
        else:
            assert block.std().item() == pytest.approx(std[init], rel=0.05)
    assert (layer.bias == 0).all() == (init != "torch")


@pytest.mark.parametrize("layer", [RNN, GRU, LSTM])
def test_bad_options_are_named(layer):
    with pytest.raises(ValueError, match="input_size must be an integer of at least 1, got -2"):
        layer(-2, H)
    with pytest.raises(ValueError, match="hidden_size must be an integer of at least 1, got 0"):
        layer(I, 0)
    with pytest.raises(ValueError, match="init must be one of torch, xavier"):
        layer(I, H, init="he")
    with pytest.raises(ValueError, match="kernel must be one of auto, loop"):
        layer(I, H, kernel="cuda")


def test_outputs_may_be_changed_in_place():
    layer = LSTM(I, H)
    outputs, _ = layer(torch.randn(B, T, I), lengths=torch.full((B,), T))
    expected = torch.autograd.grad(outputs.sum(), layer.weight_h, retain_graph=True)[0]
    torch.testing.assert_close(torch.autograd.grad(outputs.mul_(1).sum(), layer.weight_h)[0], expected)


@pytest.mark.parametrize("make", [RNN, GRU, LSTM, CellGatedLSTM, PhasedLSTM])
def test_under_autocast_the_recurrence_keeps_its_precision(make):
    layer, x = make(I, H), torch.randn(B, T, I)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        outputs, _ = layer(x)
        half, _ = layer(x.bfloat16())
    assert outputs.dtype == half.dtype == torch.float32
    torch.testing.assert_close(outputs, layer(x)[0])
    outputs.sum().backward()
