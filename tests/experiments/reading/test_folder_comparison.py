import dataclasses
import math

import pytest
from hypothesis import strategies as st

from experiments.reading.folder_comparison import compare_folders
from tests.experiments.runs import in_memory, sequence_run

samples = st.lists(st.integers(0, 50).map(lambda k: k / 50), min_size=2, max_size=11)


def runs(accuracies, *, length=5, experiment="palindrome", device="cpu", commit="a1", **train):
    """Runs from accuracies by model and seed; None stands for a failure."""
    made = []
    for label, values in accuracies.items():
        seeds = values if isinstance(values, dict) else dict(enumerate(values))
        for seed, accuracy in seeds.items():
            settings = sequence_run(
                label, seed=seed, length=length, experiment=experiment, device=device, **train
            )
            result = {"status": "failed", "reason": "no memory"}
            if accuracy is not None:
                result = {
                    "status": "ok",
                    "test_accuracy": accuracy,
                    "test_loss": 1 - accuracy,
                    "steps": 7,
                    "parameters": 11,
                    "environment": {"commit": commit, "command": f"gnnlab {seed}"},
                }
            made.append(in_memory(settings, **result))
    return made


def rows(comparison):
    return {row["model.name"]: row for _, row in comparison.groups.iterrows()}


def test_better_worse_and_noise():
    first = {"lstm": [0.5, 0.52, 0.51, 0.5], "gcn-2": [0.9, 0.91, 0.92, 0.9], "rnn": [0.3, 0.5, 0.4, 0.6]}
    second = {"lstm": [0.8, 0.81, 0.82, 0.8], "gcn-2": [0.6, 0.6, 0.62, 0.61], "rnn": [0.4, 0.4, 0.5, 0.5]}
    found = rows(compare_folders(runs(first), runs(second)))
    assert {model: row["verdict"] for model, row in found.items()} == {
        "lstm": "better",
        "gcn-2": "worse",
        "rnn": "not shown",
    }
    assert found["lstm"]["difference"] == pytest.approx(0.3)
    assert all(row["how"] == "paired" and row["n"] == 4 for row in found.values())


def test_of_a_loss_less_is_better():
    comparison = compare_folders(
        runs({"lstm": [0.5, 0.51, 0.52]}), runs({"lstm": [0.8, 0.81, 0.82]}), metric="test_loss"
    )
    assert rows(comparison)["lstm"]["verdict"] == "better"
    assert rows(comparison)["lstm"]["difference"] == pytest.approx(-0.3)


def test_pairs_are_of_one_seed_whatever_the_order():
    # Shuffled seeds: unpaired, the difference of 0.01 would drown in a spread of 0.8.
    first = {0: 0.1, 1: 0.9, 2: 0.5, 3: 0.3}
    second = {3: 0.31, 2: 0.511, 0: 0.11, 1: 0.912}
    row = rows(compare_folders(runs({"lstm": first}), runs({"lstm": second})))["lstm"]
    assert row["verdict"] == "better"
    assert row["difference"] == pytest.approx((0.01 + 0.012 + 0.011 + 0.01) / 4)


def test_equal_accuracies_of_few_seeds_are_no_proof():
    # Every seed answers one example of 2000 more: the spread is not nothing, it is below what the test split shows.
    row = rows(compare_folders(runs({"lstm": [0.5, 0.6, 0.7]}), runs({"lstm": [0.5005, 0.6005, 0.7005]})))[
        "lstm"
    ]
    assert row["verdict"] == "not shown"
    row = rows(compare_folders(runs({"lstm": [0.1] * 3}), runs({"lstm": [1.0] * 3})))["lstm"]
    assert row["verdict"] == "better"


def test_other_seeds_are_compared_without_pairs():
    first, second = runs({"lstm": {0: 0.5, 1: 0.6, 2: 0.7}}), runs({"lstm": {5: 0.55, 6: 0.65}})
    comparison = compare_folders(first, second)
    row = rows(comparison)["lstm"]
    assert (row["how"], row["n_base"], row["n"]) == ("unpaired", 3, 2)
    assert row["difference"] == pytest.approx(0.0)
    assert comparison.only_first == comparison.only_second == []


def test_one_run_each_says_nothing():
    row = rows(compare_folders(runs({"lstm": [0.1]}), runs({"lstm": [0.9]})))["lstm"]
    assert row["verdict"] == "too few seeds"
    assert math.isnan(row["p_holm"])


def test_runs_of_one_folder_alone_are_listed():
    first = runs({"lstm": [0.1, 0.2, 0.3], "rnn": [0.1]})
    second = runs({"lstm": [0.1, 0.2], "gat-2": [0.4, None]})
    comparison = compare_folders(first, second)
    assert comparison.only_first == [first[2].path.name, first[3].path.name]
    assert comparison.only_second == [second[2].path.name]
    assert comparison.failed_second == [second[3].path.name]
    assert rows(comparison)["lstm"]["n"] == 2


def test_a_setting_with_one_value_a_folder_is_listed_and_not_matched():
    first = runs({"lstm": [0.1, 0.2]}, learning_rate=0.01, commit="a1")
    second = runs({"lstm": [0.3, 0.4]}, learning_rate=0.02, commit="b2")
    comparison = compare_folders(first, second)
    assert comparison.differing == {
        "train.learning_rate": ("0.01", "0.02"),
        "environment.commit": ("a1", "b2"),
    }
    assert rows(comparison)["lstm"]["n"] == 2


def test_a_setting_with_several_values_is_matched():
    rates = (0.01, 0.02)
    first = [run for rate in rates for run in runs({"lstm": [rate, rate]}, learning_rate=rate)]
    second = [run for rate in rates for run in runs({"lstm": [2 * rate, 2 * rate]}, learning_rate=rate)]
    groups = compare_folders(first, second).groups
    assert groups["train.learning_rate"].tolist() == list(rates)
    assert groups["difference"].tolist() == pytest.approx(list(rates))


def test_lengths_are_never_compared_with_each_other():
    with pytest.raises(ValueError, match="length is 5 in one and 7 in the other"):
        compare_folders(runs({"lstm": [0.1, 0.2]}), runs({"lstm": [0.1, 0.2]}, length=7))


def test_numbers_are_listed_by_size():
    first, second = runs({"lstm": [0.1]}, length=7), runs({"lstm": [0.1]}, length=5)
    second += runs({"lstm": [0.1]}, length=10)
    with pytest.raises(ValueError, match="length is 7 in one and 5, 10 in the other"):
        compare_folders(first, second)


def test_folders_without_common_runs_say_what_keeps_them_apart():
    with pytest.raises(ValueError, match=r"model\.name is lstm in one and rnn in the other"):
        compare_folders(runs({"lstm": [0.1]}), runs({"rnn": [0.1]}))
    with pytest.raises(ValueError, match="the second holds no run that ended well"):
        compare_folders(runs({"lstm": [0.1]}), runs({"lstm": [None]}) + runs({"lstm": [None]}, length=7))


def test_experiments_are_not_mixed():
    with pytest.raises(ValueError, match="the first holds runs of palindrome, the second of baum-sweet"):
        compare_folders(runs({"lstm": [0.1]}), runs({"lstm": [0.1]}, experiment="baum-sweet"))


@pytest.mark.parametrize("metric", ["test_acuracy", "seed", "train.steps", "status"])
def test_metric_is_a_number_of_the_results(metric):
    with pytest.raises(ValueError, match="metric: no run has a number"):
        compare_folders(runs({"lstm": [0.1]}), runs({"lstm": [0.1]}), metric=metric)


def test_an_unfinished_run_makes_no_other_number_of_a_whole_one():
    first, second = (runs({"lstm": [0.1, 0.2]}) for _ in range(2))
    for run in [*first, *second]:
        run.result["environment"]["cores"] = 2
    unfinished = dataclasses.replace(runs({"lstm": {7: 0.1}})[0], result=None)
    assert compare_folders(first, [*second, unfinished]).differing == {}
    second[0].result["environment"]["cores"] = 3
    assert compare_folders(first, [*second, unfinished]).differing == {"environment.cores": ("2", "2, 3")}


def test_records_are_not_changed():
    first = runs({"lstm": [0.1, 0.2]})
    before = [dataclasses.replace(run) for run in first]
    compare_folders(first, first)
    assert first == before
