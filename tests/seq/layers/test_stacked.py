import pytest
import torch

from seq import GRU, LSTM, SequenceClassifier, Stacked

I, H, B, T = 2, 3, 5, 7


def test_each_layer_reads_the_one_below():
    low, high = LSTM(I, H), LSTM(H, H)
    layer, x = Stacked([low, high]), torch.randn(B, T, I)
    outputs, (h, c) = layer(x)
    low_outputs, (h_low, c_low) = low(x)
    high_outputs, (h_high, c_high) = high(low_outputs)
    torch.testing.assert_close(outputs, high_outputs)
    torch.testing.assert_close(h, torch.stack([h_low, h_high]))
    torch.testing.assert_close(c, torch.stack([c_low, c_high]))
    model = SequenceClassifier(layer, 11, encoding="values")
    torch.testing.assert_close(model(x), model.head(h_high))


def test_dropout_acts_between_layers_in_training_only():
    torch.manual_seed(0)
    layer = Stacked([LSTM(I, 101), LSTM(101, 101)], dropout=0.25)
    seen = []
    layer.layers[1].register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    x = torch.randn(B, T, I)
    outputs, _ = layer(x)
    # 3535 outputs, a standard deviation of 0.007.
    assert (seen[-1] == 0).float().mean().item() == pytest.approx(0.25, abs=0.04)
    assert (outputs != 0).all()
    layer.eval()
    layer(x)
    assert (seen[-1] != 0).all()


def test_layers_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="layers must hold at least one layer"):
        Stacked([])
    with pytest.raises(ValueError, match=r"layers\[1\] must have input_size 3, .* has 5"):
        Stacked([GRU(I, H), GRU(5, H)])
    with pytest.raises(ValueError, match=r"layers\[1\] must have a state"):
        Stacked([GRU(I, H), LSTM(H, H)])
    with pytest.raises(ValueError, match=r"dropout must lie in \[0, 1\), got 1.0"):
        Stacked([GRU(I, H)], dropout=1.0)
