"""What the main comparison claims, trained in full (about three minutes on two cores)."""

import json

import pytest

from experiments.comparison.line import announce, compare
from experiments.core.catalogue import find_experiment
from experiments.lab.sequences.settings import SequenceTraining
from experiments.records.records import read_runs
from tests.experiments.runs import sequence_run

pytestmark = pytest.mark.slow

LEARNED, CHANCE = 0.99, pytest.approx(0.1, abs=0.03)


def accuracies(out, label, length):
    runs = [sequence_run(label, length, seed, train=SequenceTraining()) for seed in (0, 1, 2)]
    assert announce(compare(find_experiment("palindrome"), runs, out, "cpu", 2)) == 0
    return {
        run.settings.seed: run.result
        for run in read_runs(out)
        if run.settings.length == length and run.settings.model == runs[0].model
    }


@pytest.mark.parametrize(
    ("label", "length"), [("lstm", 10), ("gcn-4", 5), ("gcn-2-mirrored", 20), ("gat-2-mirrored", 20)]
)
def test_learned_by_every_seed(label, length, tmp_path):
    results = accuracies(tmp_path, label, length)
    assert len(results) == 3
    assert all(result["test_accuracy"] >= LEARNED for result in results.values())
    assert all(result["disjoint"] for result in results.values())


def test_one_layer_too_few_is_chance_because_the_answer_is_out_of_reach(tmp_path):
    results = accuracies(tmp_path, "gcn-3", 5)
    assert len(results) == 3
    for result in results.values():
        assert result["test_accuracy"] == CHANCE
        assert (result["hops"], result["in_reach"], result["answer_share"]) == (4, False, 0.0)


def test_in_reach_and_not_learned(tmp_path):
    results = accuracies(tmp_path, "gcn-9", 10)
    assert len(results) == 3
    for result in results.values():
        assert result["test_accuracy"] == CHANCE
        assert (result["hops"], result["in_reach"]) == (9, True)
        assert 0 < result["answer_share"] < 0.01
    assert "in reach, not learned" in (tmp_path / "report.html").read_text()


def test_records_hold_what_a_table_needs(tmp_path):
    results = accuracies(tmp_path, "lstm", 5)
    values = json.loads(json.dumps(results[0]))
    assert {"parameters", "ms_per_step", "seconds_total", "selected_step", "environment"} <= set(values)
    assert abs(values["parameters"] - 20_000) <= 1_000
