import itertools

import pytest
import torch

from seq import baum_sweet, baum_sweet_is_disjoint
from seq.tasks.baum_sweet import has_odd_zero_block

SPLITS = ("train", "validation", "test")


def oracle(number):
    """1 if no block of zeros in Python's own binary number has odd length."""
    return int(all(len(block) % 2 == 0 for block in f"{number:b}".split("1")))


def numbers(length, count, **options):
    tokens, targets = baum_sweet(length, count, **options)
    strings = ["".join(" 01"[s] for s in row).lstrip() for row in tokens.tolist()]
    assert tokens.shape == (count, 4 * length)
    assert all(set(s) <= {"0", "1"} and s[0] == "1" for s in strings)
    return [int(s, 2) for s in strings], targets.tolist()


@pytest.mark.parametrize("length", [2, 3, 5, 10, 20])
@pytest.mark.parametrize("split", SPLITS)
def test_targets_and_range(length, split):
    values, targets = numbers(length, 200, split=split)
    assert [oracle(value) for value in values] == targets
    assert min(values) >= 10
    assert max(values) <= 10**length
    assert 50 < sum(targets) < 150  # seven standard deviations of a fair coin


def test_every_integer_occurs_equally_often_within_its_class():
    values, _ = numbers(2, 40_000)
    assert set(values) == set(range(10, 101))
    for target in (0, 1):
        members = [v for v in range(10, 101) if oracle(v) == target]
        mean = 20_000 / len(members)
        for v in members:
            # Six standard deviations of a count with that mean.
            assert abs(values.count(v) - mean) < 6 * mean**0.5 + 6


@pytest.mark.parametrize("seed", range(3))
def test_splits_are_disjoint_and_together_all(seed):
    assert baum_sweet_is_disjoint(3)
    found = {split: set(numbers(3, 20_000, split=split, seed=seed)[0]) for split in SPLITS}
    for one, other in itertools.combinations(SPLITS, 2):
        assert not found[one] & found[other]
    assert set.union(*found.values()) == set(range(10, 1001))


def test_short_ones_cannot_be_split():
    assert not baum_sweet_is_disjoint(2)


def test_odd_zero_blocks_of_all_short_numbers():
    values = torch.arange(1, 512)
    bits = values.unsqueeze(1) >> torch.arange(8, -1, -1) & 1
    assert has_odd_zero_block(bits).tolist() == [not oracle(v) for v in values.tolist()]


def test_generator_is_honoured_and_global_state_is_not_touched():
    before = torch.get_rng_state()
    assert numbers(5, 13, generator=5) == numbers(5, 13, generator=5)
    assert numbers(5, 13, generator=5) != numbers(5, 13, generator=6)
    assert torch.equal(torch.get_rng_state(), before)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="length must be an integer of at least 2, got 1"):
        baum_sweet(1, 5)
    with pytest.raises(ValueError, match="count must be an integer"):
        baum_sweet(5, 0)
    with pytest.raises(ValueError, match="split must be one of"):
        baum_sweet(5, 5, split="dev")
