import pytest

from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.measures.frequency import PUBLISHED, measure_frequency


@pytest.fixture
def look(make_run):
    def measured(leads):
        runs = []
        for experiment, (phased, plain) in zip(PUBLISHED, leads):
            for model, values in (("phased", phased), ("lstm", plain)):
                runs += [
                    make_run(model, 20, seed, accuracy, experiment=experiment, chance=0.5)
                    for seed, accuracy in enumerate(values)
                ]
        return measure_frequency(Evidence(CLAIMS["frequency"], True, runs))

    return measured


def answers(measurement):
    return [check.holds for check in measurement.checks]


def test_confirmed(look):
    found = look([((0.9, 0.9), (0.85, 0.9)), ((0.9, 0.9), (0.5, 0.5)), ((0.8, 0.7), (0.5, 0.6))])
    assert answers(found) == [True] * 3
    assert found.table[0]["plain LSTM"] == "0.875 ± 0.035"
    assert found.table[1]["published"] == "0.996 / 0.517"


def test_the_order_alone_is_not_enough_where_the_plain_one_is_lost(look):
    found = look([((0.8, 0.8), (0.9, 0.9)), ((0.9, 0.9), (0.8, 0.8)), ((0.9, 0.9), (0.7, 0.7))])
    assert answers(found) == [False, False, True]
    assert found.verdict == "in part"


def test_not_confirmed_and_a_failed_run_counts_as_guessing(look):
    found = look([((None, None), (0.5, 0.5))] * 3)
    assert answers(found) == [False] * 3
    assert found.verdict == "not confirmed"
