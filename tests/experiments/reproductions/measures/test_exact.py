import copy

import numpy as np
import pytest

from experiments.core.catalogue import load
from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import Evidence


def look(name, change=lambda numbers: None):
    claim = CLAIMS[name]
    options = dict(claim.quick.options)
    if name == "gradients":
        options = {}
    numbers = NUMBERS[name] if name in NUMBERS else load(claim.quick.compute)(**options)
    numbers = copy.deepcopy(numbers)
    change(numbers)
    return load(claim.measure)(Evidence(claim, True, numbers=numbers))


def decaying(rate, seeds=10, steps=5):
    return [[(rate * (1 + seed / 1000)) ** -t for t in range(steps)] for seed in range(seeds)]


NUMBERS = {
    "gradients": {
        "norms": {
            "RNN": decaying(0.01),  # 1e-8 is left after four steps back
            "RNN, W_hh × 3": decaying(2.0),
            "LSTM, forget bias 0": decaying(0.1),
            "LSTM, forget bias 3": decaying(0.5),
            "LSTM, forget bias 5": decaying(0.9),
        }
    }
}


@pytest.mark.parametrize("name", ["A5", "B2", "gradients"])
def test_confirmed(name):
    assert look(name).verdict == "confirmed"


def answers(measurement):
    return [check.holds for check in measurement.checks]


def test_a5_another_edge_is_seen():
    def change(numbers):
        numbers["adjacency_with_self_loops"][2][4] = numbers["adjacency_with_self_loops"][4][2] = 1
        numbers["heard"] = [1, 2, 3]
        numbers["layers"] = 1

    assert look("A5", change).verdict == "not confirmed"


def test_b2_a_gate_that_never_opens_fully():
    def change(numbers):
        numbers["training"][1] = (0.9 * np.array(numbers["training"][1])).tolist()

    assert answers(look("B2", change)) == [False, True, False]


def test_b2_a_gate_that_never_shuts():
    def change(numbers):
        numbers["evaluation"] = numbers["training"]

    assert answers(look("B2", change)) == [False, False, True]


def test_gradients_the_other_way_round():
    def change(numbers):
        kinds = list(numbers["norms"])
        numbers["norms"] = dict(zip(kinds, reversed(list(numbers["norms"].values()))))

    found = look("gradients", change)
    assert answers(found) == [False, False, False, False]
    assert found.verdict == "not confirmed"


def test_a_few_networks_alone_leave_it_open():
    def change(numbers):
        numbers["norms"]["RNN"][1:4] = [[1.0] * 5] * 3

    assert answers(look("gradients", change)) == [None, True, True, True]
