import math

import pytest
import torch

from seq import LSTM, PeepholeLSTM

I, H, B, T = 2, 3, 5, 7


def sigma(z):
    return 1 / (1 + math.exp(-z))


def oracle(x, h, c, W_x, W_h, w_c, b):
    """Python numbers and loops; shares no code with the layer. Rows i, f, g, o, H of each."""
    outputs, n = [], len(h)
    for x_t in x:
        z = [
            b[j] + sum(w * v for w, v in zip(W_x[j], x_t)) + sum(w * v for w, v in zip(W_h[j], h))
            for j in range(4 * n)
        ]
        i = [sigma(z[j] + w_c[0][j] * c[j]) for j in range(n)]
        f = [sigma(z[n + j] + w_c[1][j] * c[j]) for j in range(n)]
        c = [math.tanh(z[2 * n + j]) * i[j] + c[j] * f[j] for j in range(n)]
        h = [math.tanh(c[j]) * sigma(z[3 * n + j] + w_c[2][j] * c[j]) for j in range(n)]
        outputs.append(h)
    return outputs, h, c


@pytest.mark.parametrize("kernel", ["auto", "loop"])
def test_equal_to_scalar_loops(kernel):
    layer = PeepholeLSTM(I, H, kernel=kernel).double()
    x, h, c = (torch.randn(*shape, dtype=torch.double) for shape in ((B, T, I), (B, H), (B, H)))
    outputs, (h_T, c_T) = layer(x, (h, c))
    weights = [p.tolist() for p in (layer.weight_x, layer.weight_h, layer.weight_c, layer.bias)]
    for b in range(B):
        expected = oracle(x[b].tolist(), h[b].tolist(), c[b].tolist(), *weights)
        for got, want in zip((outputs[b], h_T[b], c_T[b]), expected):
            # float64, and the two differ in the order of their sums only.
            torch.testing.assert_close(got, torch.tensor(want, dtype=torch.double), rtol=0, atol=1e-10)


def test_without_peepholes_it_is_the_lstm():
    layer, lstm = PeepholeLSTM(I, H).double(), LSTM(I, H).double()
    with torch.no_grad():
        layer.weight_c.zero_()
    lstm.load_state_dict({name: p for name, p in layer.state_dict().items() if name != "weight_c"})
    x = torch.randn(B, T, I, dtype=torch.double)
    torch.testing.assert_close(layer(x), lstm(x), rtol=0, atol=1e-10)


def test_number_of_parameters():
    count = sum(p.numel() for p in PeepholeLSTM(I, H).parameters())
    assert count == 4 * (I * H + H * H + H) + 3 * H
