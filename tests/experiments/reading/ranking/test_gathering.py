from pathlib import Path

import numpy as np
import pytest

from experiments.reading.ranking.gathering import gather, read_folders
from experiments.records.records import read_runs
from tests.experiments.runs import ENDED, in_memory, sequence_run, written

RECORDED = Path(__file__).resolve().parents[3] / "recorded"


def ended(label, length=5, seed=0, accuracy=0.5, **settings):
    return in_memory(sequence_run(label, length, seed, **settings), **ENDED, test_accuracy=accuracy)


def failed(label, length=5, seed=0, **settings):
    run = sequence_run(label, length, seed, **settings)
    return in_memory(run, format=1, status="failed", reason="loss is not a number")


def grid(labels=("lstm", "rnn"), lengths=(5, 7), **settings):
    return [
        ended(label, length, seed, accuracy=k + length / 100 + seed / 1000, **settings)
        for k, label in enumerate(labels)
        for length in lengths
        for seed in (0, 1)
    ]


def test_a_task_is_an_experiment_with_its_values():
    scores = gather({Path("a"): grid(lengths=(20, 5, 10)), Path("b"): grid(experiment="combinations")})
    assert scores.models == ["rnn", "lstm"]
    assert scores.tasks == [
        *("palindrome T 5", "palindrome T 10", "palindrome T 20", "combinations T 5", "combinations T 7"),
    ]
    assert scores.values["rnn", "palindrome T 20"] == pytest.approx([1.2, 1.201])
    assert scores.means[1] == pytest.approx([0.0505, 0.1005, 0.2005, 0.0505, 0.0705])
    assert scores.mean_ranks.tolist() == [1, 2]


def test_folders_of_one_experiment_are_read_as_one_and_a_run_in_both_counts_once():
    runs = grid()
    scores = gather({Path("a"): runs, Path("b"): [*grid(lengths=(9,)), runs[0]]})
    assert scores.tasks == ["T 5", "T 7", "T 9"]
    assert {len(values) for values in scores.values.values()} == {2}
    assert scores.repeated == [runs[0].path.name]


def test_a_setting_that_may_be_tuned_is_no_task_and_one_of_a_models_own_is_no_matter():
    rates = [run for rate in (0.1, 0.01) for run in grid(lengths=(5,), learning_rate=rate)]
    with pytest.raises(ValueError, match="folders: runs in a differ in learning rate, which is no task"):
        gather({Path("a"): rates})
    own = [*grid(("lstm",), learning_rate=0.1), *grid(("rnn",), learning_rate=0.01)]
    assert gather({Path("a"): own}).tasks == ["T 5", "T 7"]


def test_who_lacks_a_task_is_left_out_and_named():
    scores = gather({Path("a"): [*grid(), ended("gru", 5)]})
    assert scores.models == ["rnn", "lstm"]
    assert scores.lacking == {"gru": ["T 7"]}


def test_failed_and_unfinished_runs_are_named():
    lost = failed("lstm", seed=2), failed("gru", 5), in_memory(sequence_run("rnn", seed=3))
    numberless = ended("rnn", seed=4, accuracy=None)
    scores = gather({Path("a"): [*grid(), *lost, numberless, failed("lstm", 9), failed("rnn", 9)]})
    assert scores.failed == {
        "lstm": [lost[0].path.name, failed("lstm", 9).path.name],
        "gru": [lost[1].path.name],
        "rnn": [failed("rnn", 9).path.name],
    }
    assert scores.unfinished == {"rnn": [lost[2].path.name, numberless.path.name]}
    assert scores.lacking == {"gru": ["T 5", "T 7"]}
    assert scores.unscored == ["T 9"]
    assert scores.tasks == ["T 5", "T 7"]


def test_means_that_differ_in_their_last_bits_share_a_rank():
    accuracies = [0.1, 0.2, 0.3]
    runs = [ended("lstm", seed=s, accuracy=a) for s, a in enumerate(accuracies)]
    runs += [ended("rnn", seed=s, accuracy=a) for s, a in enumerate(reversed(accuracies))]
    assert gather({Path("a"): runs}).ranks.tolist() == [[1.5], [1.5]]


def test_an_error_ranks_from_the_least(tmp_path):
    scores = gather({tmp_path: read_runs(RECORDED / "forecast")})
    assert scores.metric.lower_is_better
    assert np.argmin(scores.means[:, 0]) == np.argmin(scores.ranks[:, 0])


def test_fewer_than_two_models_is_one_line_with_the_models_of_each_folder():
    folders = {Path("a"): grid(("lstm",)), Path("b"): grid(("rnn", "lstm"), experiment="combinations")}
    with pytest.raises(ValueError, match=r"^folders: only lstm has .*; a has lstm; b has rnn, lstm$"):
        gather(folders)
    with pytest.raises(ValueError, match=r"no model has .*; a has lstm; b has rnn$"):
        gather({Path("a"): grid(("lstm",)), Path("b"): grid(("rnn",), experiment="combinations")})
    with pytest.raises(ValueError, match="a has no run that ended well"):
        gather({Path("a"): [failed("lstm"), failed("rnn")]})


def test_different_metrics_are_refused_unless_one_is_named_that_both_have():
    folders = {RECORDED / name: read_runs(RECORDED / name) for name in ("citation", "forecast")}
    with pytest.raises(ValueError, match=r"citation is judged by test_accuracy .*forecast by test_error"):
        gather(folders)
    both = read_folders([RECORDED / "palindrome", RECORDED / "combinations-like"][:1])
    assert gather(both, "test_loss").metric.lower_is_better


def test_folders_that_are_missing_or_named_twice(tmp_path):
    written(tmp_path / "a", sequence_run(), **ENDED, test_accuracy=0.5)
    with pytest.raises(ValueError, match="at least one folder"):
        read_folders([])
    with pytest.raises(ValueError, match="no such folder"):
        read_folders([tmp_path / "a", tmp_path / "none"])
    with pytest.raises(ValueError, match="the same folder"):
        read_folders([tmp_path / "a", tmp_path / "x" / ".." / "a"])
