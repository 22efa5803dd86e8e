import math

import networkx as nx
import numpy as np
import pytest
import torch
from torch.nn import functional as F

from experiments.reproductions.measures.computed import example_graph, gradients_through_time, time_gate
from seq import digit_palindromes


def test_the_example_graph_is_networkx_s():
    graph = nx.Graph(["AB", "AE", "AF", "BD", "CD", "DF"])
    found = example_graph(source="C", target="E", powers=5)
    A = nx.to_numpy_array(graph, nodelist="ABCDEF", dtype=int)
    assert found["names"] == list("ABCDEF")
    assert found["adjacency"] == A.tolist()
    assert found["adjacency_with_self_loops"] == (A + np.eye(6, dtype=int)).tolist()
    assert found["layers"] == nx.shortest_path_length(graph, "C", "E")
    assert found["walks"] == [np.linalg.matrix_power(A, k)[2, 4] for k in range(1, 6)]
    assert found["heard"] == [np.linalg.matrix_power(A + np.eye(6, dtype=int), k)[4, 2] for k in range(1, 6)]


def test_time_gate_of_each_unit():
    found = time_gate(tau=[5.0, 7.0], shift=[1.0, 0.0], r_on=[0.2, 0.4], leak=0.01, end=20.0, points=23)
    assert found["times"] == pytest.approx(np.linspace(0, 20, 23))
    for unit, (tau, shift, r_on) in enumerate([(5.0, 1.0, 0.2), (7.0, 0.0, 0.4)]):
        for alpha, kind in ((0.01, "training"), (0.0, "evaluation")):
            for t, k in zip(found["times"], found[kind][unit]):
                phase = ((t - shift) / tau) % 1
                tent = 1 - abs(phase - r_on / 2) / (r_on / 2)
                assert k == pytest.approx(tent if phase < r_on else alpha * phase, abs=1e-5)


def test_gradient_norms_of_the_rnn_equal_autograd_through_a_plain_loop():
    found = gradients_through_time(length=6, hidden=5, examples=7, seeds=2, forget_biases=[0.0], scale=2.0)
    assert list(found["norms"]) == ["RNN", "RNN, W_hh × 2", "LSTM, forget bias 0"]
    for rows in found["norms"].values():
        assert [len(row) for row in rows] == [5, 5]
        assert all(math.isfinite(value) and value >= 0 for row in rows for value in row)
    tokens, targets = digit_palindromes(6, 7, seed=0, generator=0)
    torch.manual_seed(0)
    from seq import LSTM, RNN

    rnn, _, _ = RNN(10, 5), RNN(10, 5), LSTM(10, 5)
    head = torch.nn.Linear(5, 10).double()
    rnn = rnn.double()
    h, states = torch.zeros(7, 5, dtype=torch.double), []
    for t in range(5):
        x = F.one_hot(tokens[:, t], 10).double()
        h = torch.tanh(x @ rnn.weight_x.t() + h @ rnn.weight_h.t() + rnn.bias)
        h.retain_grad()
        states.append(h)
    F.cross_entropy(head(h), targets, reduction="sum").backward()
    expected = [state.grad.norm(dim=1).mean().item() for state in states]
    assert found["norms"]["RNN"][0] == pytest.approx(expected, rel=1e-9)


def test_same_seed_same_numbers():
    options = {"length": 4, "hidden": 3, "examples": 5, "seeds": 1, "forget_biases": [1.0], "scale": 3.0}
    assert gradients_through_time(**options) == gradients_through_time(**options)
