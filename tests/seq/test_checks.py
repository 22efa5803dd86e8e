import numpy as np
import pytest
import torch

import gnnlab
import seq
from seq import LSTM, RNN, SequenceClassifier, value_checks


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_values_are_read_only_when_the_switch_is_on(bad):
    layer, x = RNN(2, 3), torch.full((5, 7, 2), bad)
    layer(x)
    with value_checks(), pytest.raises(ValueError, match="x must hold finite numbers"):
        layer(x)
    layer(x)


def test_state_is_checked_too():
    state = (torch.zeros(5, 3), torch.full((5, 3), float("nan")))
    with value_checks(), pytest.raises(ValueError, match=r"state must hold finite numbers, .* in c"):
        LSTM(2, 3)(torch.zeros(5, 7, 2), state)


def test_switch_holds_from_the_call_on_and_can_be_nested():
    model = SequenceClassifier(RNN(2, 3), 4, encoding="values")
    bad = torch.full((5, 7, 2), float("nan"))
    switch = value_checks()
    with pytest.raises(ValueError, match="x must"):
        model(bad)
    with value_checks(False):
        model(bad)
    with pytest.raises(ValueError, match="x must"):
        model(bad)
    with switch:
        pass
    model(bad)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("x", {"x": [[[1.0, 2.0]]]}),
        ("state", {"state": (None,)}),
        ("lengths", {"lengths": [1, 2, 3]}),
        ("lengths", {"lengths": torch.tensor([True, True, True])}),
    ],
)
def test_what_is_no_tensor_is_named(name, arguments):
    with pytest.raises(ValueError, match=name):
        RNN(2, 5)(**{"x": torch.ones(3, 4, 2)} | arguments)


def test_an_empty_batch_is_no_error():
    layer = LSTM(2, 5)
    outputs, (h, _) = layer(torch.ones(0, 4, 2), lengths=torch.ones(0, dtype=torch.long))
    assert outputs.shape == (0, 4, 5)
    assert h.shape == (0, 5)
    classifier = SequenceClassifier(layer, 3, num_tokens=7)
    assert classifier(torch.ones(0, 4, dtype=torch.long)).shape == (0, 3)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_forget_bias_is_a_finite_number(value):
    with pytest.raises(ValueError, match="forget_bias"):
        LSTM(2, 5, forget_bias=value)


@pytest.mark.parametrize("period", [(1.0,), (1.0, 2.0, 3.0), ("a", "b"), (2.0, 1.0), (0.0, float("inf"))])
def test_a_period_is_two_numbers_in_order(period):
    with pytest.raises(ValueError, match="log_period"):
        seq.PhasedLSTM(2, 3, log_period=period)


def test_numbers_of_numpy_are_numbers():
    two, half = np.int64(2), np.float32(0.5)
    assert seq.LSTM(two, np.int32(3))(torch.ones(5, 7, 2))[0].shape == (5, 7, 3)
    assert seq.CharLM(seq.RNN(3, two), np.int64(7), dropout=half).dropout == 0.5
    edges = torch.tensor([[0, 1], [1, 0]])
    assert gnnlab.GCNConv(two, np.int16(5))(torch.ones(2, 2), edges).shape == (2, 5)
    assert gnnlab.GATConv(two, 3, heads=two, dropout=half)(torch.ones(2, 2), edges).shape == (2, 6)
    assert torch.equal(
        seq.softmax_with_temperature(torch.ones(3), half), seq.softmax_with_temperature(torch.ones(3), 0.5)
    )
