import pytest
import torch

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
