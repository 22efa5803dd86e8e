import pytest

from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.measures.frequency import PUBLISHED, measure_frequency
from tests.experiments.reproductions.told import told


@pytest.fixture
def look():
    def measured(leads, quick=True):
        runs = []
        for experiment, (phased, plain) in zip(PUBLISHED, leads):
            for model, values in (("phased", phased), ("lstm", plain)):
                runs += [
                    told(
                        model,
                        20,
                        seed,
                        accuracy,
                        experiment=experiment,
                        chance=0.5,
                        steps=11_000 if not quick else 9,
                    )
                    for seed, accuracy in enumerate(values)
                ]
        return measure_frequency(Evidence(CLAIMS["frequency"], quick, runs))

    return measured


def answers(measurement):
    return [check.holds for check in measurement.checks]


HIGH, LOW = (0.9, 0.91, 0.92), (0.5, 0.52, 0.51)


def test_confirmed(look):
    found = look([(HIGH, LOW)] * 3, quick=False)
    assert answers(found) == [True] * 3
    assert found.verdict == "confirmed"
    assert found.table[0]["plain LSTM"] == "0.510 ± 0.010"
    assert found.table[1]["published"] == "0.996 / 0.517"


def test_a_share_of_the_steps_confirms_nothing(look):
    found = look([(HIGH, LOW)] * 3)
    assert answers(found) == [True] * 3 + [None]
    assert found.checks[-1].measured == "cut to 9 to 9"
    assert found.verdict == "in part"


def test_each_way_of_sampling_can_fail_or_be_left_open(look):
    found = look([(LOW, HIGH), (HIGH, HIGH), ((0.5, 0.9, 0.6), LOW)])
    assert answers(found) == [False, False, None, None]


def test_a_run_that_failed_has_no_accuracy(look):
    found = look([((None, 0.9, 0.9), LOW)] * 3)
    assert answers(found) == [None] * 4
    assert found.table[0]["phased"] == "0.900 ± 0.000 (1 failed)"
