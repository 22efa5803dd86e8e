import dataclasses

import pytest

from experiments.core.catalogue import find_experiment
from experiments.core.specs import parse_model
from experiments.lab.sequences.settings import SequenceTraining
from experiments.running.plan import MOST_RUNS, plan
from tests.experiments.runs import planned

PALINDROME = find_experiment("palindrome")


def test_a_plan_is_every_combination_once():
    runs = planned(["lstm", "gcn-2"], [3, 5], (0, 1, 0), learning_rate=[0.1, 0.2, 0.1])
    assert len(runs) == len({run.folder for run in runs}) == 2 * 2 * 2 * 2
    assert {(r.model.label, r.length, r.seed, r.train.learning_rate) for r in runs} == {
        (label, length, seed, rate)
        for label in ("lstm", "gcn-2")
        for length in (3, 5)
        for seed in (0, 1)
        for rate in (0.1, 0.2)
    }


def test_long_runs_come_first():
    runs = planned(["rnn", "gcn-9"], [5, 20], (0, 1))
    assert [run.cost for run in runs] == sorted((run.cost for run in runs), reverse=True)
    assert runs[0].length == 20
    assert runs[0].model.label == "gcn-9"


def test_what_nobody_gave_is_the_experiments_and_then_the_fields():
    runs = plan(PALINDROME, ["lstm"], [7], {})
    assert [run.length for run in runs] == [20, 15, 10, 5]
    assert {run.train for run in runs} == {SequenceTraining(patience=600)}
    assert {(run.seed, run.experiment, run.device, run.threads, run.deterministic) for run in runs} == {
        (7, "palindrome", "cpu", 1, False)
    }
    (given,) = plan(PALINDROME, ["lstm"], [7], {"length": [9], "patience": [3]})
    assert (given.length, given.train.patience) == (9, 3)


def test_tiny_sizes_stand_in_place_of_the_defaults_and_below_what_was_given():
    runs = plan(PALINDROME, ["lstm"], [0], {"steps": [7]}, smoke=True)
    assert sorted(run.length for run in runs) == [4, 7]
    assert {run.train for run in runs} == {
        SequenceTraining(
            steps=7, evaluate_every=20, validation_size=100, test_size=100, budget=5000, patience=600
        )
    }


def test_where_and_how_it_computes():
    (run,) = plan(PALINDROME, ["lstm"], [0], {"length": [5]}, device="cuda", threads=3, deterministic=True)
    assert (run.device, run.threads, run.deterministic) == ("cuda", 3, True)


def settle(label, values):
    """The LSTM learns at a rate of its own; there is no GRU at length 5; a quarter of the rest is set by length."""
    if label == "gru" and values["length"] == 5:
        return None
    rate = 0.25 if label == "lstm" else 0.5
    return parse_model(label), SequenceTraining(learning_rate=rate, steps=10 * values["length"])


@pytest.fixture
def settled():
    return dataclasses.replace(PALINDROME, settle=f"{__name__}:settle")


def test_a_models_own_settings_come_before_the_defaults(settled):
    runs = plan(settled, ["lstm", "gru"], [0], {"length": [5, 6]})
    found = {(run.model.label, run.length): run.train for run in runs}
    assert {key: (train.learning_rate, train.steps) for key, train in found.items()} == {
        ("lstm", 5): (0.25, 50),
        ("lstm", 6): (0.25, 60),
        ("gru", 6): (0.5, 60),  # and none at length 5
    }
    assert {train.patience for train in found.values()} == {1000}  # the model's, and not the experiment's 600


def test_what_the_user_gave_comes_before_a_models_own_settings(settled):
    runs = plan(settled, ["lstm", "gru"], [0], {"length": [6], "learning_rate": [0.125]})
    assert {(run.model.label, run.train.learning_rate, run.train.steps) for run in runs} == {
        ("lstm", 0.125, 60),
        ("gru", 0.125, 60),
    }


def test_settings_of_other_parts_of_the_run_are_reached_by_name():
    run, *_ = plan(find_experiment("memory"), ["lstm"], [0], {"trained": [True], "steps": [5]})
    assert run.trained
    assert run.train.steps == 5
    run, *_ = plan(find_experiment("characters"), ["lstm-1"], [0], {"steps": [5]}, smoke=True)
    assert run.train.steps == 5


@pytest.mark.parametrize(
    ("models", "given", "words"),
    [
        (["lstn"], {}, "models: unknown model 'lstn'"),
        (["lstm"], {"length": [1]}, "lengths: 1 should be 2"),
        (["lstm"], {"steps": [5, 0]}, "steps: 0 should be 1 or more"),
        (["lstm"], {"optimizer": ["adm"]}, "optimizer: unknown 'adm'"),
        (["lstm"], {"steps": list(range(1, MOST_RUNS + 2))}, "a sweep should have at most"),
        (
            ["lstm"],
            {"steps": list(range(1, 5000)), "hidden": list(range(1, 5000))},
            "a sweep should have at most",
        ),
    ],
)
def test_what_cannot_be_planned(models, given, words):
    with pytest.raises(ValueError, match=words):
        plan(PALINDROME, models, [0], {"length": [5]} | given)


def test_a_run_of_tiny_sizes_says_so_and_is_the_run_that_it_is():
    palindrome = find_experiment("palindrome")
    (tiny,) = plan(palindrome, ["lstm"], [0], {"length": [5]}, smoke=True)
    assert tiny.smoke
    same = dataclasses.replace(tiny, smoke=False)
    assert same.folder == tiny.folder
    assert "smoke" not in same.to_dict()
    assert type(tiny).from_dict(tiny.to_dict()) == tiny
