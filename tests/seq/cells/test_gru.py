import math

import pytest
import torch

from seq import GRU

I, H, B, T = 2, 3, 5, 7


def sigma(z):
    return 1 / (1 + math.exp(-z))


def dot(row, vector):
    return sum(w * v for w, v in zip(row, vector))


def oracle(variant, x, h, W_x, W_h, b, b_nh):
    """Python numbers and loops; shares no code with the layer. Rows r, z, n, H of each."""
    outputs, n = [], len(h)
    for x_t in x:
        a = [b[j] + dot(W_x[j], x_t) for j in range(3 * n)]
        r = [sigma(a[j] + dot(W_h[j], h)) for j in range(n)]
        z = [sigma(a[n + j] + dot(W_h[n + j], h)) for j in range(n)]
        if variant == "torch":
            new = [math.tanh(a[2 * n + j] + r[j] * (dot(W_h[2 * n + j], h) + b_nh[j])) for j in range(n)]
            h = [(1 - z[j]) * new[j] + z[j] * h[j] for j in range(n)]
        else:
            reset = [r[j] * h[j] for j in range(n)]
            new = [math.tanh(a[2 * n + j] + dot(W_h[2 * n + j], reset)) for j in range(n)]
            h = [(1 - z[j]) * h[j] + z[j] * new[j] for j in range(n)]
        outputs.append(h)
    return outputs


@pytest.mark.parametrize("kernel", ["auto", "loop"])
@pytest.mark.parametrize(("variant", "recurrent_bias"), [("torch", False), ("torch", True), ("cho", False)])
def test_equal_to_scalar_loops(variant, recurrent_bias, kernel):
    layer = GRU(I, H, variant=variant, recurrent_bias=recurrent_bias, kernel=kernel).double()
    x, h = torch.randn(B, T, I, dtype=torch.double), torch.randn(B, H, dtype=torch.double)
    outputs, (last,) = layer(x, (h,))
    weights = [p.tolist() for p in (layer.weight_x, layer.weight_h, layer.bias)]
    b_nh = layer.bias_nh.tolist() if recurrent_bias else [0.0] * H
    for b in range(B):
        expected = oracle(variant, x[b].tolist(), h[b].tolist(), *weights, b_nh)
        # float64, and the two differ in the order of their sums only.
        torch.testing.assert_close(outputs[b], torch.tensor(expected, dtype=torch.double), rtol=0, atol=1e-10)
        assert torch.equal(last[b], outputs[b, -1])


def test_number_of_parameters():
    counts = {
        bias: sum(p.numel() for p in GRU(I, H, recurrent_bias=bias).parameters()) for bias in (False, True)
    }
    assert counts == {False: 3 * (I * H + H * H + H), True: 3 * (I * H + H * H + H) + H}


def test_bad_options_are_named():
    with pytest.raises(ValueError, match="variant must be one of torch, cho; got 'v3'"):
        GRU(I, H, variant="v3")
    with pytest.raises(ValueError, match="recurrent_bias must be False"):
        GRU(I, H, variant="cho", recurrent_bias=True)
