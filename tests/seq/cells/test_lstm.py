import math

import pytest
import torch

from seq import LSTM, SequenceClassifier

I, H, B, T = 2, 3, 5, 7


def sigma(z):
    return 1 / (1 + math.exp(-z))


def oracle(x, h, c, W_x, W_h, b):
    """Python numbers and loops; shares no code with the layer. Rows i, f, g, o, H of each."""
    outputs, n = [], len(h)
    for x_t in x:
        z = [
            b[j] + sum(w * v for w, v in zip(W_x[j], x_t)) + sum(w * v for w, v in zip(W_h[j], h))
            for j in range(4 * n)
        ]
        c = [math.tanh(z[2 * n + j]) * sigma(z[j]) + c[j] * sigma(z[n + j]) for j in range(n)]
        h = [math.tanh(c[j]) * sigma(z[3 * n + j]) for j in range(n)]
        outputs.append(h)
    return outputs, h, c


@pytest.mark.parametrize("kernel", ["auto", "loop"])
@pytest.mark.parametrize("with_lengths", [False, True])  # with lengths another path runs
def test_equal_to_scalar_loops(kernel, with_lengths):
    layer = LSTM(I, H, kernel=kernel).double()
    x, h, c = (torch.randn(*shape, dtype=torch.double) for shape in ((B, T, I), (B, H), (B, H)))
    outputs, (h_T, c_T) = layer(x, (h, c), lengths=torch.full((B,), T) if with_lengths else None)
    weights = [p.tolist() for p in (layer.weight_x, layer.weight_h, layer.bias)]
    for b in range(B):
        expected = oracle(x[b].tolist(), h[b].tolist(), c[b].tolist(), *weights)
        for got, want in zip((outputs[b], h_T[b], c_T[b]), expected):
            # float64, and the two differ in the order of their sums only.
            torch.testing.assert_close(got, torch.tensor(want, dtype=torch.double), rtol=0, atol=1e-10)


def test_number_of_parameters_with_head():
    C = 11
    model = SequenceClassifier(LSTM(I, H), C, encoding="values")
    assert sum(p.numel() for p in model.parameters()) == 4 * (I * H + H * H + H) + H * C + C


def test_forget_bias_is_added_to_that_gate_only():
    torch.manual_seed(0)
    plain = LSTM(I, H)
    torch.manual_seed(0)
    remembering = LSTM(I, H, forget_bias=1.5)
    difference = (remembering.bias - plain.bias).view(4, H)
    expected = torch.tensor([[0.0], [1.5], [0.0], [0.0]]).expand(4, H)
    torch.testing.assert_close(difference, expected)
    assert torch.equal(remembering.weight_x, plain.weight_x)
