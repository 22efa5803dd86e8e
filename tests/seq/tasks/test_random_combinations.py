import itertools

import pytest
import torch

from seq import random_combinations, random_combinations_are_disjoint

SPLITS = ("train", "validation", "test")


def rows(length, count, **options):
    tokens, targets = random_combinations(length, count, **options)
    return [(*row, missing) for row, missing in zip(tokens.tolist(), targets.tolist())]


@pytest.mark.parametrize("length", [2, 3, 5, 13])
def test_target_is_the_one_that_is_missing(length):
    for split in SPLITS:
        for row in rows(length, 50, split=split):
            assert sorted(row) == list(range(length))


@pytest.mark.parametrize("seed", range(3))
def test_splits_are_disjoint_and_together_all(seed):
    assert random_combinations_are_disjoint(5)
    found = {split: set(rows(5, 5000, split=split, seed=seed)) for split in SPLITS}
    for one, other in itertools.combinations(SPLITS, 2):
        assert not found[one] & found[other]
    assert sum(len(found[split]) for split in SPLITS) == 120


def test_short_ones_cannot_be_split():
    assert not random_combinations_are_disjoint(3)
    assert set(rows(3, 500, split="train")) == set(rows(3, 500, split="test"))


def test_generator_is_honoured_and_global_state_is_not_touched():
    before = torch.get_rng_state()
    assert rows(11, 13, generator=5) == rows(11, 13, generator=5)
    assert rows(11, 13, generator=5) != rows(11, 13, generator=6)
    assert torch.equal(torch.get_rng_state(), before)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="length must be an integer of at least 2, got 1"):
        random_combinations(1, 5)
    with pytest.raises(ValueError, match="count must be an integer of at least 1, got -1"):
        random_combinations(5, -1)
    with pytest.raises(ValueError, match="split must be one of"):
        random_combinations(5, 5, split="dev")
