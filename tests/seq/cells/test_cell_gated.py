import math

import pytest
import torch

from seq import CellGatedLSTM

I, H, B, T = 2, 3, 5, 7


def sigma(z):
    return 1 / (1 + math.exp(-z))


def dot(row, vector):
    return sum(w * v for w, v in zip(row, vector))


def oracle(x, c, W_x, W_h, b):
    """Python numbers and loops; shares no code with the layer. Rows c, i, f, o of W_x and i, f, o of W_h."""
    outputs, n = [], len(c)
    for x_t in x:
        a = [b[j] + dot(W_x[j], x_t) for j in range(4 * n)]
        i, f, o = ([sigma(a[(g + 1) * n + j] + dot(W_h[g * n + j], c)) for j in range(n)] for g in range(3))
        c = [sigma(a[j]) * i[j] + c[j] * f[j] for j in range(n)]
        h = [math.tanh(c[j]) * o[j] for j in range(n)]
        outputs.append(h)
    return outputs, h, c


@pytest.mark.parametrize("kernel", ["auto", "loop"])
def test_equal_to_scalar_loops(kernel):
    layer = CellGatedLSTM(I, H, kernel=kernel).double()
    x, h, c = (torch.randn(*shape, dtype=torch.double) for shape in ((B, T, I), (B, H), (B, H)))
    outputs, (h_T, c_T) = layer(x, (h, c))
    weights = [p.tolist() for p in (layer.weight_x, layer.weight_h, layer.bias)]
    for b in range(B):
        for got, want in zip((outputs[b], h_T[b], c_T[b]), oracle(x[b].tolist(), c[b].tolist(), *weights)):
            # float64, and the two differ in the order of their sums only.
            torch.testing.assert_close(got, torch.tensor(want, dtype=torch.double), rtol=0, atol=1e-10)


def test_h_is_an_output_only():
    layer, x, c = CellGatedLSTM(I, H), torch.randn(B, T, I), torch.randn(B, H)
    assert torch.equal(layer(x, (torch.randn(B, H), c))[0], layer(x, (torch.randn(B, H), c))[0])


def test_number_of_parameters():
    count = sum(p.numel() for p in CellGatedLSTM(I, H).parameters())
    assert count == 4 * (I * H + H) + 3 * H * H


def test_forget_bias_is_added_to_that_gate_only():
    layer = CellGatedLSTM(I, H, init="xavier", forget_bias=1.5)
    assert layer.bias.tolist() == [0.0] * 2 * H + [1.5] * H + [0.0] * H
