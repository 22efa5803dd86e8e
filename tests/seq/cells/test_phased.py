import copy
import math
from fractions import Fraction

import pytest
import torch

from seq import LSTM, RNN, CellGatedLSTM, CharLM, PeepholeLSTM, PhasedLSTM

I, H, B, T = 2, 3, 5, 7

CELLS = [LSTM, PeepholeLSTM, CellGatedLSTM]


def gate_oracle(t, tau, s, r_on, alpha):
    """The time gate of one unit at one time, as the paper writes it."""
    phi = math.fmod(t - s, tau)
    phi = (phi + tau if phi < 0 else phi) / tau
    if phi < r_on / 2:
        return 2 * phi / r_on
    if phi < r_on:
        return 2 - 2 * phi / r_on
    return alpha * phi


def random_phased(**options):
    layer = PhasedLSTM(I, H, r_on=0.4, **options).double()
    with torch.no_grad():
        layer.raw_r_on.add_(torch.randn(H) / 4)
    return layer


@pytest.mark.parametrize("training", [True, False])
def test_time_gate_equals_the_papers(training):
    layer = random_phased(leak=0.01).train(training)
    times = torch.linspace(-5, 30, 211, dtype=torch.double)
    k = layer.k(times)
    alpha = 0.01 if training else 0.0
    for j in range(H):
        unit = layer.tau[j].item(), layer.shift[j].item(), layer.r_on[j].item(), alpha
        expected = [gate_oracle(t, *unit) for t in times.tolist()]
        torch.testing.assert_close(k[:, j], torch.tensor(expected, dtype=torch.double), rtol=0, atol=1e-10)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("kernel", ["auto", "loop"])
def test_equal_to_mixing_proposals_step_by_step(cell, kernel):
    layer = random_phased(cell=cell, kernel=kernel)
    x, times = torch.randn(B, T, I, dtype=torch.double), torch.rand(B, T, dtype=torch.double).cumsum(1)
    outputs, (h_T, c_T) = layer(x, times=times)
    for b in range(B):
        h, c = [0.0] * H, [0.0] * H
        for t in range(T):
            old = tuple(torch.tensor([v], dtype=torch.double) for v in (h, c))
            # The cell's own step is checked in its own file.
            new_h, new_c = (part[0].tolist() for part in layer.cell.step(x[b, t : t + 1], old))
            units = zip(layer.tau.tolist(), layer.shift.tolist(), layer.r_on.tolist())
            k = [gate_oracle(times[b, t].item(), *unit, 1e-3) for unit in units]
            h = [k[j] * new_h[j] + (1 - k[j]) * h[j] for j in range(H)]
            c = [k[j] * new_c[j] + (1 - k[j]) * c[j] for j in range(H)]
            torch.testing.assert_close(outputs[b, t].tolist(), h, rtol=0, atol=1e-10)
        torch.testing.assert_close(h_T[b].tolist(), h, rtol=0, atol=1e-10)
        torch.testing.assert_close(c_T[b].tolist(), c, rtol=0, atol=1e-10)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("with_times", [True, False])
def test_gradients_equal_those_of_the_plain_loop(cell, with_times):
    torch.manual_seed(0)
    fast, plain = random_phased(cell=cell), random_phased(cell=cell, kernel="loop")
    plain.load_state_dict(fast.state_dict())
    x = torch.randn(B, T, I, dtype=torch.double)
    times = torch.rand(B, T, dtype=torch.double).cumsum(1) if with_times else None
    weighting = torch.randn(B, T, H, dtype=torch.double)
    for layer in (fast, plain):
        outputs, (h, c) = layer(x, times=times)
        ((outputs * weighting).sum() + h.sum() + 2 * c.sum()).backward()
    for (name, one), other in zip(fast.named_parameters(), plain.parameters()):
        assert (one.grad != 0).any(), name
        torch.testing.assert_close(one.grad, other.grad, rtol=0, atol=1e-10)


def test_default_times_are_the_step_numbers():
    layer, x = random_phased(), torch.randn(B, T, I, dtype=torch.double)
    steps = torch.arange(1, T + 1, dtype=torch.double).expand(B, T)
    torch.testing.assert_close(layer(x)[0], layer(x, times=steps)[0], rtol=0, atol=1e-10)


CLOCKS = [
    torch.arange(2000),
    10**6 + torch.arange(200),
    5 * 10**7 + torch.arange(0, 10_000, 37),  # milliseconds of a day
    1_700_000_000_000 + torch.arange(0, 500, 3),  # and since 1970
    5e7 + torch.linspace(0, 9, 211, dtype=torch.double),
    (1e6 + torch.arange(200)).float(),
]


@pytest.mark.parametrize("times", CLOCKS, ids=lambda times: f"{times.dtype}-{times[0]}")
def test_a_clock_may_show_a_large_number(times):
    """Compared with fractions of Python, which lose nothing: of the time that is given, and of float32's period."""
    torch.manual_seed(0)
    layer = PhasedLSTM(I, H, r_on=0.4).eval()
    k = layer.k(times)
    assert k.dtype == torch.float32
    for j in range(H):
        tau, s = Fraction(layer.tau[j].item()), Fraction(layer.shift[j].item())
        turns = [(Fraction(t) - s) / tau for t in times.tolist()]
        phi = torch.tensor([float(turn - math.floor(turn)) for turn in turns], dtype=torch.double)
        r_on = layer.r_on[j].item()
        expected = torch.where(phi < r_on, torch.minimum(2 * phi / r_on, 2 - 2 * phi / r_on), 0.0)
        # The rate 1 / τ has a few roundings of double precision for each turn; k is five times as steep as φ.
        torch.testing.assert_close(k[:, j].double(), expected, rtol=0, atol=5e-15 * float(max(turns)) + 1e-5)


def test_units_open_as_often_late_as_early():
    torch.manual_seed(0)
    layer = PhasedLSTM(I, 101, r_on=0.05).eval()
    shares = [
        (layer.k(start + torch.arange(2000, dtype=kind)) > 0).float().mean()
        for start, kind in (
            (0, torch.long),
            (10**6, torch.long),
            (10**6, torch.float32),
            (5 * 10**7, torch.double),
        )
    ]
    # 2,000 times of 101 units: an open share of 5 % has a standard deviation of 0.0005.
    for share in shares:
        assert share.item() == pytest.approx(0.05, abs=0.003)


@pytest.mark.parametrize("kind", [torch.long, torch.double])
def test_a_day_later_nothing_is_lost(kind, monkeypatch):
    """Periods that divide the shift of the clock: the same sequence again, gradients too."""
    torch.manual_seed(0)
    layer = PhasedLSTM(I, H, r_on=0.4)
    monkeypatch.setattr(PhasedLSTM, "tau", property(lambda self: torch.tensor([2.0, 4.0, 8.0])))
    x, times = torch.randn(B, T, I), torch.randint(0, 5, (B, T)).cumsum(1).to(kind)
    early, late = layer(x, times=times)[0], layer(x, times=times + 2**26)[0]
    torch.testing.assert_close(late, early, rtol=0, atol=1e-6)
    for slope, expected in zip(
        *(torch.autograd.grad(out.square().sum(), [layer.shift, layer.raw_r_on]) for out in (late, early))
    ):
        assert (expected != 0).any()
        torch.testing.assert_close(slope, expected, rtol=1e-4, atol=1e-5)


def test_a_text_model_does_not_drift():
    """The state carries how many characters were read; after ten million of them the gates still follow it."""
    torch.manual_seed(0)
    model = CharLM(PhasedLSTM(4, 6, r_on=0.3), 5).eval()
    tokens = torch.randint(5, (2, 9))
    _, state = model(tokens)
    *layer_state, read = state
    far = 10**7
    logits, _ = model(tokens, (*layer_state, read + far))
    x = model.encode(tokens)
    exact = copy.deepcopy(model.layer).double()
    steps = (read + far).unsqueeze(1) + torch.arange(1, 10)
    # The same periods in double precision, with the same rounded parameters.
    with torch.no_grad():
        exact.log_tau.copy_(model.layer.tau.double().log())
    outputs, _ = exact(x.double(), tuple(part.double() for part in layer_state), times=steps)
    expected = outputs.float() @ model.head.weight.t() + model.head.bias
    torch.testing.assert_close(logits, expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16])
def test_short_types_keep_the_clock(kind):
    torch.manual_seed(0)
    layer = PhasedLSTM(I, H, r_on=0.4).eval()
    times = torch.arange(300, 600)
    expected = layer.k(times)
    short = copy.deepcopy(layer).to(kind)
    twin = copy.deepcopy(short).double()
    with torch.no_grad():  # the periods of the rounded parameters
        twin.log_tau.copy_(short.tau.double().log())
    found = short.k(times)
    assert found.dtype == kind
    torch.testing.assert_close(found.double(), twin.k(times), rtol=0, atol=0.06)
    assert expected.shape == found.shape


@pytest.mark.parametrize("times", [torch.ones(B, T, dtype=torch.bool), torch.ones(B, T, dtype=torch.cfloat)])
def test_times_are_numbers(times):
    with pytest.raises(ValueError, match=r"^times must hold real numbers"):
        PhasedLSTM(I, H)(torch.randn(B, T, I), times=times)


def test_a_closed_gate_holds_the_state_exactly_in_evaluation():
    layer = PhasedLSTM(I, H, log_period=(math.log(100), math.log(100)), r_on=0.01).eval()
    with torch.no_grad():
        layer.shift.zero_()
    state = (torch.randn(B, H), torch.randn(B, H))
    outputs, after = layer(torch.randn(B, T, I), state, times=torch.arange(10.0, 10 + T).expand(B, T))
    assert all(torch.equal(one, other) for one, other in zip(after, state))
    assert torch.equal(outputs, state[0].unsqueeze(1).expand(B, T, H))


def test_initial_values():
    layer = PhasedLSTM(I, 1009, r_on=0.05, log_period=(1.0, 3.0))
    assert (layer.tau >= math.e).all()
    assert (layer.tau <= math.e**3).all()
    assert layer.log_tau.mean().item() == pytest.approx(2.0, abs=0.1)  # five standard errors
    assert (layer.shift >= 0).all()
    assert (layer.shift <= layer.tau).all()
    torch.testing.assert_close(layer.r_on, torch.full((1009,), 0.05))


@pytest.mark.parametrize("r_on", [0.0, 1.0, -0.1, 1.5, float("nan")])
def test_r_on_must_lie_between_0_and_1(r_on):
    with pytest.raises(ValueError, match="r_on must lie strictly between 0 and 1"):
        PhasedLSTM(I, H, r_on=r_on)


def test_bad_options_are_named():
    with pytest.raises(ValueError, match=r"leak must lie in \[0, 1\)"):
        PhasedLSTM(I, H, leak=-0.1)
    with pytest.raises(ValueError, match="log_period must be"):
        PhasedLSTM(I, H, log_period=(3.0, 1.0))
    with pytest.raises(ValueError, match="cell must be a class of LSTM"):
        PhasedLSTM(I, H, cell=RNN)


@pytest.mark.parametrize("r_on", [0.05, 0.4])
def test_r_on_moves_at_first_as_fast_as_what_it_is_stored_as(r_on):
    layer = PhasedLSTM(I, H, r_on=r_on).double()
    (slope,) = torch.autograd.grad(layer.r_on.sum(), layer.raw_r_on)
    torch.testing.assert_close(slope, torch.ones(H, dtype=torch.double), rtol=1e-6, atol=0)


def test_no_step_takes_r_on_out_of_its_range():
    layer = PhasedLSTM(I, H).double()
    for far in (-1.0, 1.0):
        with torch.no_grad():
            layer.raw_r_on.fill_(far)
        assert ((layer.r_on > 0) & (layer.r_on < 1)).all()
