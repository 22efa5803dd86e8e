import math

import pytest
import torch

from seq import RNN

I, H, B, T = 2, 3, 5, 7


def oracle(x, h, W_x, W_h, b):
    """Python numbers and loops; shares no code with the layer."""
    outputs = []
    for x_t in x:
        h = [
            math.tanh(
                b[j]
                + sum(W_x[j][i] * x_t[i] for i in range(len(x_t)))
                + sum(W_h[j][i] * h[i] for i in range(len(h)))
            )
            for j in range(len(h))
        ]
        outputs.append(h)
    return outputs


@pytest.mark.parametrize("kernel", ["auto", "loop"])
def test_equal_to_scalar_loops(kernel):
    layer = RNN(I, H, kernel=kernel).double()
    x, h = torch.randn(B, T, I, dtype=torch.double), torch.randn(B, H, dtype=torch.double)
    outputs, (last,) = layer(x, (h,))
    weights = [p.tolist() for p in (layer.weight_x, layer.weight_h, layer.bias)]
    for b in range(B):
        expected = torch.tensor(oracle(x[b].tolist(), h[b].tolist(), *weights), dtype=torch.double)
        # float64, and the two differ in the order of their sums only.
        torch.testing.assert_close(outputs[b], expected, rtol=0, atol=1e-10)
        torch.testing.assert_close(last[b], expected[-1], rtol=0, atol=1e-10)


def test_number_of_parameters():
    assert sum(p.numel() for p in RNN(I, H).parameters()) == I * H + H * H + H
