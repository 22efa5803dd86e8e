import math

import pytest
import torch

from seq import (
    GRU,
    LRU,
    LSTM,
    RNN,
    Bidirectional,
    CellGatedLSTM,
    MinGRU,
    MinLSTM,
    PeepholeLSTM,
    PhasedLSTM,
    Stacked,
    gate_activations,
)

I, H, B, T = 2, 3, 5, 7


def sigmoid(v):
    return 1 / (1 + math.exp(-v))


def dot(row, values):
    return sum(float(w) * v for w, v in zip(row, values))


def scalar_loop(kind, layer, x):
    """One sequence, one number at a time: the equations and nothing else."""
    W_x, b = layer.weight_x.tolist(), layer.bias.tolist()
    W_h = [] if layer.weight_h is None else layer.weight_h.tolist()
    place = {name: k for k, name in enumerate(layer.gates)}
    recurrent = {name: k for k, name in enumerate(layer.recurrent_gates)}
    h, c = [0.0] * H, [0.0] * H
    steps = []
    for e in x.tolist():

        def at(name, u, seen=None, e=e):
            row = place[name] * H + u
            total = dot(W_x[row], e) + b[row]
            return total if seen is None else total + dot(W_h[recurrent[name] * H + u], seen)

        if kind == "gru":
            r = [sigmoid(at("r", u, h)) for u in range(H)]
            z = [sigmoid(at("z", u, h)) for u in range(H)]
            n = [math.tanh(at("n", u) + r[u] * dot(W_h[2 * H + u], h)) for u in range(H)]
            h = [(1 - z[u]) * n[u] + z[u] * h[u] for u in range(H)]
            steps.append({"r": r, "z": z, "n": n, "h": h})
            continue
        if kind == "mingru":
            z, n = ([at(name, u) for u in range(H)] for name in "zn")
            z = [sigmoid(v) for v in z]
            h = [(1 - z[u]) * h[u] + z[u] * n[u] for u in range(H)]
            steps.append({"z": z, "n": n, "h": h})
            continue
        if kind == "minlstm":
            f, i, n = ([at(name, u) for u in range(H)] for name in "fin")
            f, i = [sigmoid(v) for v in f], [sigmoid(v) for v in i]
            h = [(f[u] * h[u] + i[u] * n[u]) / (f[u] + i[u]) for u in range(H)]
            steps.append({"f": f, "i": i, "n": n, "h": h})
            continue
        seen = c if kind == "cellgated" else h
        peep = layer.weight_c.tolist() if kind == "peephole" else [[0.0] * H] * 3
        i = [sigmoid(at("i", u, seen) + peep[0][u] * c[u]) for u in range(H)]
        f = [sigmoid(at("f", u, seen) + peep[1][u] * c[u]) for u in range(H)]
        g = [sigmoid(at("c", u)) if kind == "cellgated" else math.tanh(at("g", u, h)) for u in range(H)]
        new = [g[u] * i[u] + c[u] * f[u] for u in range(H)]
        o = [sigmoid(at("o", u, seen) + peep[2][u] * new[u]) for u in range(H)]
        c, h = new, [math.tanh(new[u]) * o[u] for u in range(H)]
        steps.append({"i": i, "f": f, "g": g, "o": o, "c": c, "h": h})
    return steps


@pytest.mark.parametrize(
    ("kind", "layer"),
    [
        ("lstm", LSTM(I, H, forget_bias=1.0)),
        ("cellgated", CellGatedLSTM(I, H)),
        ("peephole", PeepholeLSTM(I, H)),
        ("gru", GRU(I, H)),
        ("mingru", MinGRU(I, H)),
        ("minlstm", MinLSTM(I, H)),
    ],
)
def test_gates_of_a_scalar_loop(kind, layer):
    torch.manual_seed(0)
    layer = layer.double()
    x = torch.randn(B, T, I, dtype=torch.double)
    found = gate_activations(layer, x)
    for b in range(B):
        for t, values in enumerate(scalar_loop(kind, layer, x[b])):
            assert set(values) == set(found)
            for name, row in values.items():
                assert found[name][b, t].tolist() == pytest.approx(row, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize(
    "layer",
    [
        RNN(I, H),
        LSTM(I, H),
        GRU(I, H),
        GRU(I, H, variant="cho"),
        CellGatedLSTM(I, H),
        PeepholeLSTM(I, H),
        MinGRU(I, H),
        MinLSTM(I, H),
    ],
)
def test_outputs_are_those_of_the_layer(layer):
    layer = layer.double()
    x = torch.randn(B, T, I, dtype=torch.double)
    state = tuple(torch.randn(B, H, dtype=torch.double) for _ in layer.state_names)
    outputs, after = layer(x, state)
    found = gate_activations(layer, x, state)
    torch.testing.assert_close(found["h"], outputs)
    for name, part in zip(layer.state_names, after):
        torch.testing.assert_close(found[name][:, -1], part)


def test_a_phased_layer_shows_its_time_gate():
    layer = PhasedLSTM(I, H, r_on=0.5).double().eval()
    x = torch.randn(B, T, I, dtype=torch.double)
    found = gate_activations(layer, x)
    torch.testing.assert_close(found["h"], layer(x)[0])
    steps = torch.arange(1, T + 1, dtype=torch.double)
    torch.testing.assert_close(found["k"], layer.k(steps).expand(B, T, H))
    times = torch.rand(B, T, dtype=torch.double).cumsum(1) * 3
    timed = gate_activations(layer, x, times=times)
    torch.testing.assert_close(timed["h"], layer(x, times=times)[0])
    torch.testing.assert_close(timed["k"], layer.k(times))


def test_layers_without_gates_of_their_own_are_named():
    x = torch.zeros(B, T, I)
    with pytest.raises(ValueError, match="layer must be a single cell, not a Stacked"):
        gate_activations(Stacked([LSTM(I, H)]), x)
    with pytest.raises(ValueError, match="layer must be a single cell, not a Bidirectional"):
        gate_activations(Bidirectional(LSTM(I, H), LSTM(I, H)), x)
    with pytest.raises(ValueError, match="layer must be a single cell, not a LRU"):
        gate_activations(LRU(I, H), x)
    with pytest.raises(ValueError, match="times must be None"):
        gate_activations(LSTM(I, H), x, times=torch.zeros(B, T))


@pytest.mark.parametrize("shape", [(5, 0, 2), (5, 7, 3), (7, 2)])
def test_input_of_another_shape_is_named(shape):
    with pytest.raises(ValueError, match=r"x must have shape \(B, T, 2\)"):
        gate_activations(LSTM(2, 3), torch.zeros(shape))


@pytest.mark.parametrize("shape", [(1, 7), (5, 6), (5, 11), (7,)])
def test_times_of_another_shape_are_named(shape):
    with pytest.raises(ValueError, match=r"times must have shape \(5, 7\)"):
        gate_activations(PhasedLSTM(2, 3), torch.zeros(5, 7, 2), times=torch.zeros(shape))


def test_a_state_of_another_shape_is_named():
    with pytest.raises(ValueError, match="state must be a tuple"):
        gate_activations(LSTM(2, 3), torch.zeros(5, 7, 2), (torch.zeros(5, 3),))


def test_times_may_be_more_precise_than_the_layer():
    layer, x = PhasedLSTM(2, 3), torch.randn(5, 7, 2)
    times = torch.rand(5, 7).cumsum(1)
    seen = gate_activations(layer, x, times=times.double())
    assert torch.equal(seen["h"], gate_activations(layer, x, times=times)["h"])
