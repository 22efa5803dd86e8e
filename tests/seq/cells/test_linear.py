"""Cells that are linear in their state: against numbers one by one, and their three ways to run against each other."""

import cmath
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seq import LRU, MinGRU, MinLSTM

I, H, B, T = 2, 3, 5, 7
KINDS = {"mingru": MinGRU, "minlstm": MinLSTM, "lru": LRU}
every_kind = pytest.mark.parametrize("kind", KINDS)
every_kernel = pytest.mark.parametrize("kernel", ["auto", "loop", "scan"])


def sigma(z):
    return 1 / (1 + math.exp(-z))


def dot(row, vector):
    return sum(w * v for w, v in zip(row, vector))


def gated_loop(kind, layer, x, h):
    """Python numbers and loops; the rows of W are z, n or f, i, n, H of each."""
    W, b = layer.weight_x.tolist(), layer.bias.tolist()
    outputs = []
    for x_t in x:
        a = [b[j] + dot(W[j], x_t) for j in range(len(W))]
        if kind == "mingru":
            z = [sigma(v) for v in a[:H]]
            h = [(1 - z[j]) * h[j] + z[j] * a[H + j] for j in range(H)]
        else:
            f, i = [sigma(v) for v in a[:H]], [sigma(v) for v in a[H : 2 * H]]
            h = [(f[j] * h[j] + i[j] * a[2 * H + j]) / (f[j] + i[j]) for j in range(H)]
        outputs.append(h)
    return outputs


def complex_loop(layer, x, s):
    """Outputs and states of the linear recurrent unit with Python's complex numbers."""
    nu, theta, D = layer.nu.tolist(), layer.theta.tolist(), layer.skip.tolist()
    B, C = layer.weight_x.tolist(), layer.weight_y.tolist()
    outputs = []
    for x_t in x:
        for j in range(H):
            lam = cmath.exp(-math.exp(nu[j]) + 1j * math.exp(theta[j]))
            drive = dot([complex(re, im) for re, im in zip(B[j], B[H + j])], x_t)
            s = [*s[:j], lam * s[j] + math.sqrt(1 - abs(lam) ** 2) * drive, *s[j + 1 :]]
        y = [
            sum((complex(C[k][j], C[k][H + j]) * s[j]).real for j in range(H)) + dot(D[k], x_t)
            for k in range(H)
        ]
        if layer.gate is not None:
            u = [v * (1 + math.erf(v / math.sqrt(2))) / 2 for v in y]
            W, b = layer.gate.weight.tolist(), layer.gate.bias.tolist()
            y = [(b[k] + dot(W[k], u)) * sigma(b[H + k] + dot(W[H + k], u)) for k in range(H)]
        outputs.append(y)
    return outputs, s


def double(*rows):
    return torch.tensor(rows[0] if len(rows) == 1 else rows, dtype=torch.double)


@every_kernel
@pytest.mark.parametrize("kind", ["mingru", "minlstm"])
def test_gated_cells_are_their_equations(kind, kernel):
    torch.manual_seed(0)
    layer = KINDS[kind](I, H, kernel=kernel).double()
    x, h = torch.randn(B, T, I, dtype=torch.double), torch.randn(B, H, dtype=torch.double)
    outputs, (last,) = layer(x, (h,))
    for b in range(B):
        # float64, and the two differ in the order of their sums only.
        expected = double(gated_loop(kind, layer, x[b].tolist(), h[b].tolist()))
        torch.testing.assert_close(outputs[b], expected, rtol=0, atol=1e-12)
    assert torch.equal(last, outputs[:, -1])


@every_kernel
@pytest.mark.parametrize("gated", [False, True])
def test_the_linear_recurrent_unit_is_its_equations(gated, kernel):
    torch.manual_seed(0)
    layer = LRU(I, H, gated=gated, kernel=kernel).double()
    x = torch.randn(B, T, I, dtype=torch.double)
    state = tuple(torch.randn(B, H, dtype=torch.double) for _ in range(3))
    outputs, (last, re, im) = layer(x, state)
    for b in range(B):
        start = [complex(u, v) for u, v in zip(state[1][b].tolist(), state[2][b].tolist())]
        expected, end = complex_loop(layer, x[b].tolist(), start)
        torch.testing.assert_close(outputs[b], double(expected), rtol=0, atol=1e-12)
        torch.testing.assert_close(re[b], double([s.real for s in end]), rtol=0, atol=1e-12)
        torch.testing.assert_close(im[b], double([s.imag for s in end]), rtol=0, atol=1e-12)
    assert torch.equal(last, outputs[:, -1])


def everything(kind, kernel, dtype, x, lengths=None):
    """Outputs, state, and the gradients of x and of all parameters."""
    torch.manual_seed(1)
    layer, x = KINDS[kind](I, H, kernel=kernel).to(dtype), x.to(dtype).clone().requires_grad_()
    outputs, state = layer(x, lengths=lengths)
    loss = outputs.square().mean() + sum(part.sum() for part in state)
    return [outputs, *state, *torch.autograd.grad(loss, [x, *layer.parameters()])]


@every_kind
@pytest.mark.parametrize("kernel", ["auto", "scan"])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.float64, 1e-13)])
def test_parallel_and_sequential_are_equal_over_a_thousand_steps(kind, kernel, dtype, tolerance):
    torch.manual_seed(0)
    x = torch.randn(2, 1000, I)
    found = everything(kind, kernel, dtype, x)
    expected = everything(kind, "loop", dtype, x)
    states = len(found) - len(dict(KINDS[kind](I, H).named_parameters())) - 1
    for number, (one, other) in enumerate(zip(found, expected)):
        # Gradients of parameters are sums over 2,000 steps; those of ν and θ of terms of either sign and any size.
        rounding = tolerance if number < states else 30 * tolerance
        scale = max(1.0, other.abs().max().item())
        torch.testing.assert_close(one, other, rtol=0, atol=rounding * scale)


@every_kind
@settings(max_examples=15, deadline=None)
@given(steps=st.integers(1, 70), batch=st.integers(1, 4), seed=st.integers(0, 99))
def test_every_number_of_steps(kind, steps, batch, seed):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(batch, steps, I, generator=generator)
    lengths = torch.randint(1, steps + 1, (batch,), generator=generator)
    expected = everything(kind, "loop", torch.double, x, lengths)
    for kernel in ("auto", "scan"):
        for one, other in zip(everything(kind, kernel, torch.double, x, lengths), expected):
            torch.testing.assert_close(one, other, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("kernel", ["auto", "loop", "scan"])
def test_gates_that_are_shut_lose_nothing(kernel):
    """σ(-200) is 0 in float32: f / (f + i) would be 0 / 0, and a product of a thousand of 1 - z underflows."""
    torch.manual_seed(0)
    shut, open_ = MinLSTM(I, H, kernel=kernel), MinGRU(I, H, kernel=kernel)
    with torch.no_grad():
        shut.bias[: 2 * H] = -200.0
        open_.bias[:H] = 30.0
    x = torch.randn(B, 1000, I, requires_grad=True)
    for layer in (shut, open_):
        outputs, _ = layer(x)
        outputs.sum().backward()
        assert outputs.isfinite().all()
        assert x.grad.isfinite().all()
    inputs = torch.nn.functional.linear(x, open_.weight_x, open_.bias)[..., H:]
    torch.testing.assert_close(open_(x)[0], inputs)  # a gate that is wide open lets the candidate through


@every_kind
@pytest.mark.parametrize("kernel", ["auto", "loop", "scan"])
def test_outputs_may_be_changed_in_place(kind, kernel):
    layer = KINDS[kind](I, H, kernel=kernel)
    x = torch.randn(B, T, I)
    expected = torch.autograd.grad(layer(x)[0].sum(), layer.weight_x)[0]
    torch.testing.assert_close(torch.autograd.grad(layer(x)[0].mul_(1).sum(), layer.weight_x)[0], expected)


@every_kind
@every_kernel
def test_under_autocast_the_recurrence_keeps_its_precision(kind, kernel):
    layer, x = KINDS[kind](I, H, kernel=kernel), torch.randn(B, T, I)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        outputs, _ = layer(x)
    assert outputs.dtype == torch.float32
    torch.testing.assert_close(outputs, layer(x)[0])
    outputs.sum().backward()


@every_kind
def test_short_types_have_all_their_digits(kind):
    torch.manual_seed(0)
    layer, x = KINDS[kind](I, H).bfloat16(), torch.randn(B, T, I).bfloat16()
    outputs, state = layer(x)
    assert {part.dtype for part in (outputs, *state)} == {torch.bfloat16}
    torch.testing.assert_close(outputs.double(), layer.double()(x.double())[0], rtol=0.05, atol=0.05)


def test_eigenvalues_lie_in_their_ring():
    torch.manual_seed(0)
    layer = LRU(I, 1009, r_min=0.4, r_max=0.8, max_phase=1.5)
    size, angle = layer.eigenvalues.abs(), layer.eigenvalues.angle()
    assert ((size >= 0.4 - 1e-6) & (size <= 0.8 + 1e-6)).all()
    assert ((angle >= 0) & (angle <= 1.5)).all()
    # Uniform over the ring's area: the mean of |λ|² has a standard error of 0.0044, that of the angle of 0.014.
    assert size.square().mean().item() == pytest.approx((0.16 + 0.64) / 2, abs=0.02)
    assert angle.mean().item() == pytest.approx(0.75, abs=0.06)


def test_without_its_gate_it_is_linear():
    layer = LRU(I, H, gated=False).double()
    x, y = torch.randn(2, B, T, I, dtype=torch.double)
    torch.testing.assert_close(layer(x + 2 * y)[0], layer(x)[0] + 2 * layer(y)[0])


def test_the_output_keeps_the_size_of_a_long_input():
    """γ makes the state of every unit as large as its drive, whatever |λ| is."""
    torch.manual_seed(0)
    _, (_, re, im) = LRU(11, 101)(torch.randn(103, 1000, 11))
    # B has the variance 1 / (2 I) an entry and part, so B x has 1/2 a part. The matrix is drawn once: ± 10 %.
    assert (re.square() + im.square()).mean().item() == pytest.approx(1.0, rel=0.2)


def test_sizes_of_the_parameters():
    def count(layer):
        return {name: tuple(p.shape) for name, p in layer.named_parameters()}

    assert count(MinGRU(I, H)) == {"weight_x": (2 * H, I), "bias": (2 * H,)}
    assert count(MinLSTM(I, H)) == {"weight_x": (3 * H, I), "bias": (3 * H,)}
    own = {"nu": (H,), "theta": (H,), "weight_x": (2 * H, I), "weight_y": (H, 2 * H), "skip": (H, I)}
    assert count(LRU(I, H, gated=False)) == own
    assert count(LRU(I, H)) == own | {"gate.weight": (2 * H, H), "gate.bias": (2 * H,)}
    assert "weight_h" not in MinGRU(I, H).state_dict()


def test_forget_bias_is_added_to_one_gate():
    torch.manual_seed(0)
    plain = MinLSTM(I, H)
    torch.manual_seed(0)
    biased = MinLSTM(I, H, forget_bias=3.0)
    torch.testing.assert_close(biased.bias - plain.bias, double([3.0] * H + [0.0] * 2 * H).float())


def test_bad_options_are_named():
    for kind in KINDS.values():
        with pytest.raises(ValueError, match="kernel must be one of auto, loop, scan; got 'cuda'"):
            kind(I, H, kernel="cuda")
    with pytest.raises(ValueError, match=r"r_min must be at most r_max, 0.5, got 0.9"):
        LRU(I, H, r_max=0.5)
    with pytest.raises(ValueError, match=r"r_max must lie strictly between 0 and 1, got 1.0"):
        LRU(I, H, r_max=1.0)
    with pytest.raises(ValueError, match=r"max_phase must be a finite number above 0, got 0.0"):
        LRU(I, H, max_phase=0.0)
