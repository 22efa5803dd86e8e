import itertools

import pytest
import torch

from seq import digit_palindromes, palindromes_are_disjoint

SPLITS = ("train", "validation", "test")


def whole(length, count, **options):
    tokens, targets = digit_palindromes(length, count, **options)
    return [(*row, answer) for row, answer in zip(tokens.tolist(), targets.tolist())]


@pytest.mark.parametrize("length", [2, 3, 4, 5, 10, 31])
def test_every_one_is_a_palindrome_of_digits(length):
    for split in SPLITS:
        for digits in whole(length, 40, split=split):
            assert len(digits) == length
            assert digits == digits[::-1]
            assert set(digits) <= set(range(10))


@pytest.mark.parametrize("length", [3, 4, 5, 6])
@pytest.mark.parametrize("seed", [0, 1])
def test_splits_share_nothing_and_together_are_all(length, seed):
    # 10^ceil(T/2) palindromes at most 1000: this many draws miss none (chance under 1e-6).
    found = {split: set(whole(length, 20_000, split=split, seed=seed)) for split in SPLITS}
    assert palindromes_are_disjoint(length)
    for one, other in itertools.combinations(SPLITS, 2):
        assert not found[one] & found[other]
    total = 10 ** ((length + 1) // 2)
    assert [len(found[split]) for split in SPLITS] == [total * 8 // 10, total // 10, total // 10]


def test_splits_of_two_digits_cannot_be_disjoint():
    assert not palindromes_are_disjoint(2)
    assert set(whole(2, 500, split="train")) == set(whole(2, 500, split="test"))


@pytest.mark.parametrize("split", SPLITS)
def test_the_answer_is_independent_of_its_context(split):
    # Every context of a split occurs with each of the ten answers, so no context excludes any.
    contexts = {}
    for digits in whole(5, 20_000, split=split):
        contexts.setdefault(digits[1:-1], set()).add(digits[0])
    assert all(answers == set(range(10)) for answers in contexts.values())


def test_another_seed_splits_differently():
    assert set(whole(5, 5000, split="test", seed=0)) != set(whole(5, 5000, split="test", seed=1))


def test_generator_is_honoured_and_global_state_is_not_touched():
    before = torch.get_rng_state()
    first = whole(11, 13, generator=5)
    assert first == whole(11, 13, generator=5)
    assert first != whole(11, 13, generator=6)
    assert whole(11, 13) == whole(11, 13)
    generator, twin = torch.Generator().manual_seed(5), torch.Generator().manual_seed(5)
    drawn = whole(11, 13, generator=generator)
    assert drawn == whole(11, 13, generator=twin)
    assert drawn != whole(11, 13, generator=generator)
    assert torch.equal(torch.get_rng_state(), before)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="length must be an integer of at least 2, got 1"):
        digit_palindromes(1, 5)
    with pytest.raises(ValueError, match="count must be an integer of at least 1, got 0"):
        digit_palindromes(5, 0)
    with pytest.raises(ValueError, match="split must be one of train, validation, test; got 'dev'"):
        digit_palindromes(5, 5, split="dev")
