import pandas as pd
import pytest

from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.measures.steps import (
    best_rates,
    measure_a1,
    measure_a2,
    measure_optimizers,
    steps_to,
)
from experiments.reproductions.parts.times import NEVER
from tests.experiments.reproductions.told import Told, curve_of, told


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
    assert first(0.5, 1.0, 0.98, 1.0) == first(1.0) == NEVER
    assert first(0.99, 0.99) == 10


@pytest.fixture
def binary():
    """Evidence from the steps at which seeds jump, by model and length; None for never."""

    def evidence(name, jumps, quick=True):
        kinds = [
            (model, n, seed, jump) for (model, n), steps in jumps.items() for seed, jump in enumerate(steps)
        ]
        runs = [
            told(
                model,
                n,
                seed,
                0.66 if jump is None else 1.0,
                experiment="binary-palindrome",
                stopped="budget" if jump is None else "success",
                steps=1500,
            )
            for model, n, seed, jump in kinds
        ]
        return Told(CLAIMS[name], quick, runs, looks=[curve_of(looks(jump)) for *_, jump in kinds])

    return evidence


def answers(measurement):
    return [check.holds for check in measurement.checks]


EARLY = (300, 400, 300, 350, 300, 400, 300)


def test_a1_confirmed(binary):
    late = (900, None, 1200, 1000, None, 1100, 1000)
    found = measure_a1(binary("A1", {("lstm", 10): EARLY, ("lstm", 20): late}))
    assert answers(found) == [True] * 4
    assert found.seeds == 7
    assert "900, never, 1200" in found.checks[2].measured
    assert found.checks[3].measured == "5 of 7"


def test_a1_not_confirmed(binary):
    none = (None,) * 7
    found = measure_a1(binary("A1", {("lstm", 10): none, ("lstm", 20): (200,) * 7}))
    assert answers(found) == [None, False, False, True]  # what n = 10 would do with more steps is not known
    assert answers(measure_a1(binary("A1", {("lstm", 10): none, ("lstm", 20): none}, quick=False))) == [
        False,
        True,
        None,
        False,
    ]


def test_three_seeds_show_nothing_of_most_runs(binary):
    found = measure_a1(binary("A1", {("lstm", 10): (300, 400, 300), ("lstm", 20): (900, None, 1200)}))
    assert answers(found) == [None, None, None, True]


def test_a_seed_that_failed_is_a_seed_that_never_gets_there(make_run):
    rest = {"experiment": "binary-palindrome", "steps": 1500}
    runs = [told("lstm", n, seed, 1.0 if seed == 0 else None, **rest) for n in (10, 20) for seed in (0, 1)]
    found = measure_a1(Told(CLAIMS["A1"], True, runs, looks=[curve_of(looks(800))] * 4))
    assert "1 of 2 (n = 10)" in found.checks[0].measured
    assert "1 of 2 (n = 20)" in found.checks[1].measured  # a run that failed did not stay anywhere
    assert "n = 10 at 800, never against" in found.checks[2].measured


def test_a2_confirmed(binary):
    jumps = {("lstm", 20): (900, 1400, 800, 1300, 700, 1200, 1000)}
    jumps |= {("cellgated", 20): (500, 500, 500, 500, 500, 500, 600)}
    found = measure_a2(binary("A2", jumps))
    assert answers(found) == [True] * 4
    jumps[("lstm", 20)] = (900, 1400, 800, None, 700, 1200, 1000)
    assert answers(measure_a2(binary("A2", jumps))) == [True, True, True, None]  # never has no spread


def test_a2_not_confirmed(binary):
    jumps = {("lstm", 20): (700, 700, 700, 700, 700, 700, 800)}
    jumps |= {("cellgated", 20): (1100, 1400, 1300, 1100, 1200, 1100, 1300)}
    found = measure_a2(binary("A2", jumps))
    assert answers(found) == [True, False, False, False]


def ravine(**ends):
    return {
        name: {"rate": 0.1, "points": [[0, 0]] * 4, "heights": [9.0, end], "crossings": 2}
        for name, end in ends.items()
    }


@pytest.fixture
def optimizers():
    """Evidence from the steps at which the seeds of each optimiser and rate jump."""

    def evidence(ends, jumps):
        kinds = [(*kind, seed, jump) for kind, steps in jumps.items() for seed, jump in enumerate(steps)]
        runs = [
            told("lstm", 8, seed, 1.0, optimizer=name, learning_rate=rate, steps=1500)
            for name, rate, seed, _ in kinds
        ]
        curves = [curve_of(looks(jump)) for *_, jump in kinds]
        return Told(CLAIMS["optimizers"], True, runs, ravine(**ends), looks=curves)

    return evidence


ENDS = {"sgd": 2.0, "momentum": 1.0, "rmsprop": 1.5, "adam": 1.9}
SLOW, QUICK = (900, 1000, 1100, 900, 1000, 1200), (300, 400, 300, 500, 400, 300)


def grid(sgd, momentum, rmsprop, adam, best=0.1):
    """The best rate of each, in the middle of three or at an end."""
    steps = {"sgd": sgd, "momentum": momentum, "rmsprop": rmsprop, "adam": adam}
    rates = (0.01, 0.1, 1.0)
    return {
        (name, rate): own if rate == best else (None,) * 6 for name, own in steps.items() for rate in rates
    }


def test_optimizers_both_ways(optimizers):
    evidence = optimizers(ENDS, grid(SLOW, QUICK, QUICK, QUICK))
    assert answers(measure_optimizers(evidence)) == [True] * 6
    assert {run.settings.train.learning_rate for run, _ in best_rates(evidence)["sgd"]} == {0.1}
    evidence = optimizers(ENDS | {"sgd": 1.0}, grid(QUICK, SLOW, SLOW, SLOW))
    assert measure_optimizers(evidence).verdict == "not confirmed"


@pytest.mark.parametrize("best", [0.01, 1.0])
def test_a_best_rate_at_the_end_of_the_grid_shows_nothing(optimizers, best):
    found = measure_optimizers(optimizers(ENDS, grid(SLOW, QUICK, QUICK, QUICK, best)))
    assert answers(found) == [True] * 3 + [None] * 3
    assert found.checks[-1].measured.endswith("the best step size of sgd and adam is the last of the grid")


def test_a_rate_at_which_a_seed_failed_is_not_the_best():
    kinds = [(1.0, 300, 1.0), (1.0, 300, None), (0.1, 900, 1.0), (0.1, 900, 1.0)]
    runs = [
        told("lstm", 8, seed % 2, accuracy, learning_rate=rate, steps=1500)
        for seed, (rate, _, accuracy) in enumerate(kinds)
    ]
    curves = [curve_of(looks(jump)) for _, jump, _ in kinds]
    (best,) = best_rates(Told(CLAIMS["optimizers"], True, runs, looks=curves)).values()
    assert {run.settings.train.learning_rate for run, _ in best} == {0.1}
