import pytest

from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.measures import lengths as length_measures
from tests.experiments.reproductions.told import told

SEEDS = 10


@pytest.fixture
def look():
    """Measure a claim on how many of ten seeds answer, by cell and length; the others guess.

    Below zero: that many were still guessing when their steps ended.
    """

    def measured(name, rnn, lstm, quick=True, steps=100):
        runs = [
            told(
                cell,
                T,
                seed,
                1.0 if seed < abs(good) else 0.1 + seed / 1000,
                stopped="budget" if good < 0 else "success",
                steps=steps,
            )
            for cell, by_length in (("rnn", rnn), ("lstm", lstm))
            for T, good in by_length.items()
            for seed in range(SEEDS)
        ]
        return getattr(length_measures, f"measure_{name.lower()}")(
            Evidence(CLAIMS[name], quick=quick, runs=runs)
        )

    return measured


def answers(measurement):
    return [check.holds for check in measurement.checks]


ALL, NONE = 10, 0


def test_b1_confirmed(look):
    found = look("B1", {5: ALL, 19: ALL, 23: 3, 35: NONE}, {5: ALL, 19: ALL, 23: ALL, 35: ALL})
    assert answers(found) == [True] * 5
    assert found.verdict == "confirmed"
    assert found.seeds == SEEDS


def test_b1_each_part_can_fail(look):
    found = look("B1", {5: NONE, 19: ALL, 35: ALL}, {5: ALL, 19: NONE, 35: NONE})
    assert answers(found) == [False] * 5
    assert found.checks[0].measured.startswith("at 0.99 or more: 0 of 10 (T = 5), 10 of 10 (T = 19); p = 1")


def test_most_runs_have_to_agree(look):
    found = look("B1", {5: 7, 19: ALL, 35: 4}, {5: ALL, 19: 6, 35: 5})
    assert answers(found) == [None] * 5


def test_lengths_that_were_not_run_are_not_shown(look):
    found = look("B1", {5: ALL, 23: NONE}, {5: ALL, 23: ALL})
    assert answers(found) == [True, None, True, True, True]
    assert found.verdict == "in part"


def test_c1_both_ways(look):
    lstm = {17: ALL, 23: ALL, 25: NONE}
    assert answers(look("C1", {15: ALL, 17: ALL, 19: NONE, 25: NONE}, lstm)) == [True, True, False]
    assert answers(look("C1", {17: NONE, 19: NONE, 25: NONE}, {17: ALL, 23: ALL, 25: ALL})) == [
        False,
        False,
        True,
    ]


def test_a_fall_after_a_length_that_was_not_run_can_be_refuted_alone(look):
    assert answers(look("C1", {17: ALL, 19: NONE, 25: NONE}, {25: ALL}))[1] is False
    found = look("C1", {17: ALL, 19: NONE, 25: NONE}, {25: NONE})
    assert answers(found)[1] is None
    assert "not run (T = 23)" in found.checks[1].measured


def test_d1_both_ways(look):
    lstm = {9: ALL, 17: ALL, 21: ALL}
    found = look("D1", {9: ALL, 21: NONE}, lstm)
    assert answers(found) == [True] * 6
    found = look("D1", {9: NONE, 17: NONE, 21: ALL}, {9: NONE, 17: NONE, 21: NONE}, quick=False)
    assert answers(found) == [False] * 6


def test_e1_both_ways(look):
    assert answers(look("E1", {5: ALL, 10: NONE}, {5: ALL, 10: ALL})) == [True] * 4
    assert look("E1", {5: ALL, 10: ALL}, {5: ALL, 10: NONE}).verdict == "not confirmed"


def test_a_run_that_failed_has_not_answered():
    runs = [told("lstm", 10, seed, None if seed < 6 else 1.0) for seed in range(10)]
    runs += [told("rnn", 10, seed, 0.1) for seed in range(10)]
    found = length_measures.measure_e1(Evidence(CLAIMS["E1"], True, runs))
    assert "4 of 10 (T = 10)" in found.checks[1].measured
    assert answers(found)[1:] == [None, None, None]


def test_what_a_cut_ended_in_the_middle_of_learning_is_not_shown(look):
    rnn, lstm = {5: ALL, 10: -3}, {5: ALL, 10: -5}
    found = look("E1", rnn, lstm)
    assert answers(found) == [None] * 4
    assert "still training when the cut ended" in found.checks[1].measured


def test_steps_that_are_not_cut_leave_no_excuse(look):
    rnn, lstm = {5: ALL, 10: -0.5}, {5: ALL, 10: -0.5}
    full = CLAIMS["E1"].most_steps
    assert answers(look("E1", rnn, lstm, quick=False))[:2] == [True, False]
    assert answers(look("E1", rnn, lstm, steps=full))[:2] == [True, False]
    assert answers(look("E1", rnn, lstm, steps=full - 1))[:2] == [None, None]
