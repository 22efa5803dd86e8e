import pytest
import torch

from seq import GRU, LSTM, Bidirectional, PhasedLSTM, SequenceClassifier

I, H, B, T = 2, 3, 5, 7


def test_backward_half_is_the_layer_on_the_reversed_sequence():
    ahead, back = LSTM(I, H), LSTM(I, H)
    layer, x = Bidirectional(ahead, back), torch.randn(B, T, I)
    outputs, (h, c) = layer(x)
    torch.testing.assert_close(outputs[..., :H], ahead(x)[0])
    reversed_outputs, (h_back, c_back) = back(x.flip(1))
    torch.testing.assert_close(outputs[..., H:], reversed_outputs.flip(1))
    torch.testing.assert_close(h, torch.stack([ahead(x)[1][0], h_back]))
    torch.testing.assert_close(c, torch.stack([ahead(x)[1][1], c_back]))


def test_classifier_reads_the_last_step_forwards_and_the_first_backwards():
    layer = Bidirectional(LSTM(I, H), LSTM(I, H))
    model, x = SequenceClassifier(layer, 11, encoding="values"), torch.randn(B, T, I)
    outputs, _ = layer(x)
    read = torch.cat([outputs[:, -1, :H], outputs[:, 0, H:]], dim=1)
    torch.testing.assert_close(model(x), model.head(read))


def test_each_sequence_is_reversed_within_its_length():
    layer, x = Bidirectional(GRU(I, H), GRU(I, H)), torch.randn(B, T, I)
    outputs, _ = layer(x, lengths=torch.tensor([3, 7, 1, 2, 5]))
    expected = layer.backward_layer(x[:1, :3].flip(1))[0].flip(1)
    torch.testing.assert_close(outputs[:1, :3, H:], expected)


def test_time_stamps_are_reversed_with_the_sequence():
    ahead, back = PhasedLSTM(I, H, r_on=0.9), PhasedLSTM(I, H, r_on=0.9)
    x, times = torch.randn(B, T, I), torch.rand(B, T).cumsum(1)
    outputs, _ = Bidirectional(ahead, back)(x, times=times)
    expected = back(x.flip(1), times=times.flip(1))[0].flip(1)
    torch.testing.assert_close(outputs[..., H:], expected)


def test_layers_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="backward_layer must have the input_size 2 of forward_layer, has 3"):
        Bidirectional(LSTM(2, H), LSTM(3, H))
    with pytest.raises(ValueError, match="backward_layer must have a state"):
        Bidirectional(LSTM(I, H), GRU(I, H))
    with pytest.raises(ValueError, match="backward_layer must have a state"):
        Bidirectional(LSTM(I, H), LSTM(I, H + 1))
