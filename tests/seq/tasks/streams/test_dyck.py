import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seq import dyck, is_well_formed


def by_hand(symbols):
    """A stack, symbol by symbol."""
    stack = []
    for symbol in symbols:
        if symbol % 2 == 0:
            stack.append(symbol)
        elif not stack or stack.pop() != symbol - 1:
            return False
    return not stack


@pytest.mark.parametrize(("kinds", "length"), [(1, 10), (2, 6), (3, 4)])
def test_every_string_of_a_length_is_judged_as_by_a_stack(kinds, length):
    strings = list(itertools.product(range(2 * kinds), repeat=length))
    assert is_well_formed(torch.tensor(strings)).tolist() == [by_hand(string) for string in strings]


@given(
    kinds=st.integers(1, 3),
    half=st.integers(1, 12),
    symbols=st.lists(st.integers(0, 5), min_size=24, max_size=24),
)
def test_long_strings_are_judged_as_by_a_stack(kinds, half, symbols):
    string = [symbol % (2 * kinds) for symbol in symbols[: 2 * half]]
    assert is_well_formed(torch.tensor([string])).tolist() == [by_hand(string)]


@given(kinds=st.integers(1, 3), half=st.integers(1, 9), seed=st.integers(0, 99))
def test_answers_are_those_of_a_stack_and_no_count_tells_them(kinds, half, seed):
    tokens, targets = dyck(2 * half, 9, kinds=kinds, generator=seed)
    for row, target in zip(tokens.tolist(), targets.tolist()):
        assert by_hand(row) == bool(target)
        assert all(row.count(2 * kind) == row.count(2 * kind + 1) for kind in range(kinds))


@pytest.mark.parametrize(("kinds", "length"), [(1, 8), (2, 6)])
def test_well_formed_strings_are_drawn_uniformly(kinds, length):
    tokens, targets = dyck(length, 40_000, kinds=kinds, generator=1)
    strings, counts = tokens[targets == 1].unique(dim=0, return_counts=True)
    half = length // 2
    all_of_them = (
        math.comb(length, half) // (half + 1) * kinds**half
    )  # Catalan's number, and a kind for each pair
    assert len(strings) == all_of_them
    mean = counts.sum().item() / all_of_them
    assert (counts - mean).abs().max().item() < 5 * math.sqrt(mean)  # five standard deviations


def test_two_exchanged_symbols_make_a_string_ill_formed():
    """Every string that is ill formed becomes well formed by one exchange."""
    tokens, targets = dyck(10, 200, kinds=2, generator=2)
    for row in tokens[targets == 0].tolist():
        exchanged = []
        for i, j in itertools.combinations(range(10), 2):
            other = list(row)
            other[i], other[j] = other[j], other[i]
            exchanged.append(by_hand(other))
        assert any(exchanged)


@pytest.mark.parametrize(("kinds", "cues"), [(1, 0.55), (2, 0.51)])
def test_simple_cues_know_no_more_than_is_said(kinds, cues):
    tokens, targets = dyck(16, 20_000, kinds=kinds, generator=3)
    rows, deep = [], []
    for row in tokens.tolist():
        ends = row[0] % 2 == 1 or row[-1] % 2 == 0
        beside = any(a % 2 == 0 and b % 2 == 1 and a + 1 != b for a, b in itertools.pairwise(row))
        rows.append(not ends and not beside)
        deep.append(by_hand([symbol % 2 for symbol in row]))
    wanted = targets.bool()
    # Four standard deviations of a share over 20,000 draws are 0.014.
    assert (torch.tensor(rows) == wanted).float().mean().item() <= cues + 0.014
    share = (torch.tensor(deep) == wanted).float().mean().item()
    assert share == pytest.approx(1.0 if kinds == 1 else 0.71, abs=0.014)


def test_generator_is_honoured_and_global_state_is_not_touched():
    before = torch.get_rng_state()
    assert torch.equal(dyck(8, 13, generator=5)[0], dyck(8, 13, generator=5)[0])
    assert not torch.equal(dyck(8, 13, generator=5)[0], dyck(8, 13, generator=6)[0])
    assert torch.equal(torch.get_rng_state(), before)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="length must be even, got 7"):
        dyck(7, 5)
    with pytest.raises(ValueError, match="kinds must be an integer of at least 1"):
        dyck(8, 5, kinds=0)
    with pytest.raises(ValueError, match="kinds must be at most 1000"):
        dyck(8, 5, kinds=1001)
    with pytest.raises(ValueError, match=r"tokens must have the shape \(N, T\) with an even T"):
        is_well_formed(torch.zeros(2, 3, dtype=torch.long))
