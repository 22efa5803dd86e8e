import pytest

from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.measures import lengths as length_measures
from experiments.reproductions.measures.lengths import Curve, curve_of, falls_at, rnn_falls_first


@pytest.fixture
def look(make_run):
    """Measure a claim on accuracies by cell and length, one a seed; None is a run that failed.

    A negative accuracy is that of a run which used up all its steps.
    """

    def measured(name, rnn, lstm, quick=True):
        runs = [
            make_run(
                cell,
                T,
                seed,
                accuracy and abs(accuracy),
                stopped="budget" if (accuracy or 0) < 0 else "success",
            )
            for cell, by_length in (("rnn", rnn), ("lstm", lstm))
            for T, values in by_length.items()
            for seed, accuracy in enumerate(values)
        ]
        evidence = Evidence(CLAIMS[name], quick=quick, runs=runs)
        return getattr(length_measures, f"measure_{name.lower()}")(evidence)

    return measured


def answers(measurement):
    return [check.holds for check in measurement.checks]


GOOD, BAD = (1.0, 0.995), (1.0, 0.1)


def test_b1_confirmed(look):
    rnn = {5: GOOD, 19: GOOD, 23: BAD, 35: (0.1, 0.15)}
    found = look("B1", rnn, {5: GOOD, 19: GOOD, 23: GOOD, 35: (0.3, 0.4)})
    assert answers(found) == [True] * 5
    assert found.verdict == "confirmed"
    assert found.seeds == 2


def test_b1_each_part_can_fail(look):
    found = look("B1", {5: BAD, 19: GOOD, 35: (0.1, 0.9)}, {5: GOOD, 19: BAD, 35: (0.1, 0.1)})
    assert answers(found) == [False, False, False, False, True]
    assert "T = 5: 1 of 2 seeds below 0.99" in found.checks[0].measured
    assert found.verdict == "in part"


def test_b1_not_confirmed(look):
    found = look("B1", {5: BAD, 35: GOOD}, {5: BAD, 35: (0.1, 0.1)})
    assert found.verdict == "not confirmed"


def test_lengths_that_were_not_run_are_not_shown(look):
    found = look("B1", {5: GOOD, 23: BAD}, {5: GOOD, 23: GOOD})
    assert answers(found) == [True, None, True, True, True]
    assert found.verdict == "in part"


def test_c1_both_ways(look):
    rnn, lstm = {15: GOOD, 17: GOOD, 19: BAD, 25: BAD}, {17: GOOD, 23: GOOD, 25: BAD}
    assert answers(look("C1", rnn, lstm)) == [True, True, True]


def test_c1_falls_elsewhere(look):
    found = look("C1", {15: BAD, 17: BAD, 19: BAD, 25: BAD}, {15: GOOD, 17: GOOD, 25: GOOD})
    assert answers(found) == [False, False, True]
    assert "nowhere" in found.checks[1].measured


def test_d1_both_ways(look):
    rnn, lstm = (
        {9: GOOD, 13: (0.5, 1.0), 17: (0.4, 0.2), 21: (0.1, 0.11)},
        {9: GOOD, 13: GOOD, 17: GOOD, 21: GOOD},
    )
    assert answers(look("D1", rnn, lstm)) == [True] * 6


def test_d1_not_confirmed(look):
    wrong = {9: (0.1, 0.1), 17: (0.1, 0.1), 21: (1.0, 1.0)}
    found = look("D1", wrong, {9: (0.1, 0.1), 17: GOOD})
    assert answers(found) == [False, True, False, False, False, False]


def test_e1_both_ways(look):
    assert answers(look("E1", {5: GOOD, 10: BAD}, {5: GOOD, 10: GOOD})) == [True, True, True]


def test_e1_not_confirmed(look):
    assert look("E1", {5: GOOD, 10: GOOD}, {5: BAD, 10: BAD}).verdict == "not confirmed"


def test_a_run_that_failed_counts_as_wrong_and_keeps_its_place(look, make_run):
    found = look("E1", {5: GOOD, 10: (1.0, None)}, {5: GOOD, 10: (1.0, None)})
    assert answers(found) == [True, False, False]
    evidence = Evidence(CLAIMS["E1"], True, [make_run("gru", 7, 0, None), make_run("gru", 7, 1, 0.8)])
    assert curve_of(evidence, "gru", "GRU").seeds[7].tolist() == [0.0, 0.8]


def test_what_a_cut_ended_in_the_middle_of_learning_is_not_shown(look):
    rnn, lstm = {5: GOOD, 10: (1.0, -0.6), 15: BAD}, {5: GOOD, 10: (1.0, -0.7)}
    assert answers(look("E1", rnn, lstm)) == [None, None, None]


def test_one_seed_that_ended_by_itself_decides(look):
    assert answers(look("E1", {5: GOOD, 10: (0.3, -0.6)}, {5: GOOD, 10: GOOD}))[0] is True


def test_full_settings_leave_no_excuse(look):
    rnn, lstm = {5: GOOD, 10: (1.0, -0.6)}, {5: GOOD, 10: (1.0, -0.7)}
    assert answers(look("E1", rnn, lstm, quick=False)) == [True, False, False]


def test_means_that_could_still_rise_are_not_shown(look):
    lstm = {5: GOOD, 19: GOOD, 23: (-0.1, -0.15), 35: (0.9, 0.9)}
    found = look("B1", {5: GOOD, 19: GOOD, 23: BAD, 35: (-0.1, -0.15)}, lstm)
    assert answers(found)[1] is None  # the RNN is below 0.2 so far
    assert answers(found)[3] is None  # the LSTM is not above 0.2 yet
    assert "still training when the cut ended" in found.checks[1].measured


def test_a_mean_that_is_too_high_already_cannot_come_down_again(look):
    found = look("B1", {5: GOOD, 35: (-0.5, -0.6)}, {5: GOOD, 35: (0.1, -0.1)})
    assert answers(found)[1] is False
    assert answers(found)[3] is False


def test_a_fall_that_a_cut_made_is_not_shown(look):
    rnn, lstm = {17: GOOD, 19: (1.0, -0.2)}, {17: (0.2, 1.0), 23: GOOD, 25: BAD}
    assert answers(look("C1", rnn, lstm)) == [None, False, None]


def test_the_curve_that_never_falls_falls_last():
    def curve(seeds):
        return Curve("who", seeds)

    import numpy as np

    high, low = np.array([1.0, 1.0]), np.array([1.0, 0.5])
    assert falls_at(curve({10: low, 5: high})) == 10
    assert falls_at(curve({5: high})) is None
    for rnn, lstm, expected in (
        ({5: high, 10: low}, {5: high, 10: high}, True),
        ({5: low}, {5: low}, False),
        ({5: high}, {5: high}, False),
        ({5: high}, {5: low}, False),
        ({5: low, 10: high}, {5: high, 10: low}, True),
    ):
        assert rnn_falls_first(curve(rnn), curve(lstm)).holds is expected
