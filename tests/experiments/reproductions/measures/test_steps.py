import pandas as pd
import pytest

from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.measures.steps import (
    best_rates,
    measure_a1,
    measure_a2,
    measure_optimizers,
    steps_to,
)


def looks(jump, end=1500, before=0.66, after=1.0):
    """A curve with a look each 100 steps that jumps at a step, and ends two looks later or at the end."""
    stop = end if jump is None else min(end, jump + 100)
    return [(step, before if jump is None or step < jump else after) for step in range(100, stop + 1, 100)]


def test_steps_to_needs_two_looks_in_a_row():
    def first(*values):
        return steps_to(
            pd.DataFrame({"step": range(10, 10 * len(values) + 1, 10), "validation_accuracy": values}), 0.99
        )

    assert first(0.5, 1.0, 0.98, 0.99, 0.99, 1.0) == 40
    assert first(0.5, 1.0, 0.98, 1.0) is None
    assert first(1.0) is None
    assert first(0.99, 0.99) == 10


@pytest.fixture
def binary(make_run):
    """Evidence from the steps at which seeds jump, by model and length; None for never."""

    def evidence(name, jumps):
        runs = [
            make_run(
                model,
                n,
                seed,
                0.66 if jump is None else 1.0,
                experiment="binary-palindrome",
                curve=looks(jump),
                steps=1500,
            )
            for (model, n), steps in jumps.items()
            for seed, jump in enumerate(steps)
        ]
        return Evidence(CLAIMS[name], True, runs)

    return evidence


def answers(measurement):
    return [check.holds for check in measurement.checks]


def test_a1_confirmed(binary):
    found = measure_a1(binary("A1", {("lstm", 10): (300, 400, 300), ("lstm", 20): (900, None, 1200)}))
    assert answers(found) == [True] * 4
    assert found.seeds == 3
    assert "900, never, 1200" in found.checks[2].measured


def test_a1_not_confirmed(binary):
    found = measure_a1(binary("A1", {("lstm", 10): (300, None), ("lstm", 20): (200, 200)}))
    assert answers(found) == [False, False, True, False]


def test_a1_nothing_is_ever_learned(binary):
    found = measure_a1(binary("A1", {("lstm", 10): (None, None), ("lstm", 20): (None, None)}))
    assert answers(found) == [False, True, False, False]


def test_a_seed_that_failed_is_a_seed_that_never_gets_there(make_run):
    model, rest = "lstm", {"experiment": "binary-palindrome", "steps": 1500}
    runs = [make_run(model, n, 0, 1.0, curve=looks(800), **rest) for n in (10, 20)]
    runs += [make_run(model, n, 1, None, curve=looks(800), **rest) for n in (10, 20)]
    found = measure_a1(Evidence(CLAIMS["A1"], True, runs))
    assert answers(found)[0] is False
    assert "1 of 2 seeds" in found.checks[0].measured
    assert "800, never" in found.checks[2].measured


def test_a2_confirmed(binary):
    jumps = {("lstm", 10): (300, 300, 300), ("cellgated", 10): (200, 200, 200)}
    jumps |= {("lstm", 20): (900, 1400, None), ("cellgated", 20): (400, 500, 600)}
    found = measure_a2(binary("A2", jumps))
    assert answers(found) == [True] * 4
    assert "a median of 200 steps and the LSTM 300" in found.note


def test_a2_not_confirmed(binary):
    jumps = {("lstm", 10): (300, 300, 300), ("cellgated", 10): (200, 200, 200)}
    jumps |= {("lstm", 20): (700, 800, 900), ("cellgated", 20): (1200, None, 1100)}
    found = measure_a2(binary("A2", jumps))
    assert answers(found) == [False] * 4
    assert found.verdict == "not confirmed"


def ravine(**ends):
    return {
        name: {"rate": 0.1, "points": [[0, 0]] * 4, "heights": [9.0, end], "crossings": 2}
        for name, end in ends.items()
    }


@pytest.fixture
def optimizers(make_run):
    def evidence(ends, jumps):
        runs = [
            make_run("lstm", 8, 0, 1.0, curve=looks(jump), optimizer=name, learning_rate=rate, steps=1500)
            for (name, rate), jump in jumps.items()
        ]
        return Evidence(CLAIMS["optimizers"], True, runs, ravine(**ends))

    return evidence


def test_optimizers_both_ways(optimizers):
    jumps = {
        ("sgd", 0.1): None,
        ("sgd", 1.0): 900,
        ("momentum", 0.1): 400,
        ("rmsprop", 0.1): 500,
        ("adam", 0.1): 300,
    }
    evidence = optimizers({"sgd": 2.0, "momentum": 1.0, "rmsprop": 1.5, "adam": 1.9}, jumps)
    assert answers(measure_optimizers(evidence)) == [True] * 6
    assert best_rates(evidence)["sgd"][0][0].settings.train.learning_rate == 1.0


def test_optimizers_not_confirmed(optimizers):
    jumps = {("sgd", 0.1): 200, ("momentum", 0.1): 400, ("rmsprop", 0.1): 500, ("adam", 0.1): 200}
    evidence = optimizers({"sgd": 1.0, "momentum": 1.0, "rmsprop": 1.5, "adam": 1.9}, jumps)
    assert measure_optimizers(evidence).verdict == "not confirmed"


def test_a_rate_at_which_a_seed_failed_is_not_the_best(make_run):
    curve = looks(300)
    runs = [
        make_run("lstm", 8, 0, 1.0, curve=curve, learning_rate=1.0, steps=1500),
        make_run("lstm", 8, 1, None, curve=curve, learning_rate=1.0, steps=1500),
        make_run("lstm", 8, 0, 1.0, curve=looks(900), learning_rate=0.1, steps=1500),
        make_run("lstm", 8, 1, 1.0, curve=looks(900), learning_rate=0.1, steps=1500),
    ]
    (best,) = best_rates(Evidence(CLAIMS["optimizers"], True, runs)).values()
    assert {run.settings.train.learning_rate for run, _ in best} == {0.1}
