import itertools

import pytest
import torch

from seq import binary_palindrome_chance, binary_palindromes, binary_palindromes_are_disjoint

SPLITS = ("train", "validation", "test")


def rows(length, count, **options):
    """Whole strings of 0 and 1, without padding."""
    tokens, targets = binary_palindromes(length, count, **options)
    return [
        "".join(" 01"[s] for s in row).strip() + str(bit)
        for row, bit in zip(tokens.tolist(), targets.tolist())
    ]


def all_strings(k, digits):
    """Every whole palindrome, from Python's own binary numbers."""
    halves = {"".join(f"{d:b}" for d in half) for half in itertools.product(range(digits), repeat=k)}
    halves |= {half[::-1] for half in halves}
    return {half + half[::-1] for half in halves}


@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize("length", [2, 3, 4])
def test_exactly_these_palindromes_occur(length, full_range):
    found = set(rows(length, 20_000, full_range=full_range))
    assert found == all_strings((length + 1) // 2, 10 if full_range else 9)


@pytest.mark.parametrize(("length", "width"), [(2, 10), (3, 16), (10, 42), (20, 82)])
def test_padding_stands_in_front_only(length, width):
    tokens, targets = binary_palindromes(length, 101)
    assert tokens.shape == (101, width - 1)
    assert targets.shape == (101,)
    padding = tokens == 0
    assert torch.equal(padding, padding.long().cummin(1).values.bool())


@pytest.mark.parametrize("seed", range(3))
def test_splits_are_disjoint_in_what_separates_the_answer_from_its_copy(seed):
    assert binary_palindromes_are_disjoint(5)
    found = {split: {s[1:-1] for s in rows(5, 5000, split=split, seed=seed)} for split in SPLITS}
    for one, other in itertools.combinations(SPLITS, 2):
        assert not found[one] & found[other]
    everything = {s[1:-1] for s in all_strings(3, 9)}
    assert set.union(*found.values()) <= everything
    assert len(set.union(*found.values())) > 0.95 * len(everything)  # some are rare


@pytest.mark.parametrize("full_range", [False, True])
def test_chance(full_range):
    _, targets = binary_palindromes(10, 20_000, full_range=full_range)
    # Three standard deviations of 20,000 draws, and as much again for the split.
    assert targets.double().mean().item() == pytest.approx(binary_palindrome_chance(full_range), abs=0.02)


def test_generator_is_honoured_and_global_state_is_not_touched():
    before = torch.get_rng_state()
    assert rows(10, 13, generator=5) == rows(10, 13, generator=5)
    assert rows(10, 13, generator=5) != rows(10, 13, generator=6)
    assert torch.equal(torch.get_rng_state(), before)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="length must be an integer of at least 2, got 1"):
        binary_palindromes(1, 5)
    with pytest.raises(ValueError, match="count must be an integer"):
        binary_palindromes(5, 0)
    with pytest.raises(ValueError, match="split must be one of"):
        binary_palindromes(5, 5, split="dev")
