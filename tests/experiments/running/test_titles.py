"""Runs of a sweep are told apart by what tells them apart."""

import dataclasses

from experiments.running.titles import titles_of
from tests.experiments.runs import sequence_run


def test_a_title_says_what_tells_its_run_from_others_of_that_title():
    run = sequence_run()
    slow = dataclasses.replace(run, train=dataclasses.replace(run.train, learning_rate=0.001))
    other = dataclasses.replace(run, seed=run.seed + 1)
    found = titles_of([run, slow, other])
    assert found[run.folder] == f"{run.title}, learning rate {run.train.learning_rate}"
    assert found[slow.folder] == f"{run.title}, learning rate 0.001"
    assert found[other.folder] == other.title
    assert titles_of([run]) == {run.folder: run.title}


def test_what_was_tuned_is_no_word_of_a_title():
    run = sequence_run()
    tuned = dataclasses.replace(run, tuned="a long text of choices")
    assert set(titles_of([run, tuned]).values()) == {run.title}
