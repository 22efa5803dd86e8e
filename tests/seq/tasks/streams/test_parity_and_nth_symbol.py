import functools
import operator

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seq import nth_symbol, parity


@given(length=st.integers(1, 20), seed=st.integers(0, 99))
def test_parity_is_the_exclusive_or_of_all_bits(length, seed):
    tokens, targets = parity(length, 7, generator=seed)
    assert tokens.shape == (7, length)
    for row, target in zip(tokens.tolist(), targets.tolist()):
        assert set(row) <= {0, 1}
        assert functools.reduce(operator.xor, row) == target


def test_bits_are_fair():
    tokens, targets = parity(11, 5000, generator=0)
    # Five standard deviations of a share over 5,000 draws are 0.036.
    torch.testing.assert_close(tokens.float().mean(0), torch.full((11,), 0.5), atol=0.036, rtol=0)
    assert targets.float().mean().item() == pytest.approx(0.5, abs=0.036)


@given(place=st.integers(1, 7), more=st.integers(0, 7), seed=st.integers(0, 99))
def test_the_symbol_at_its_place_is_the_answer(place, more, seed):
    tokens, targets = nth_symbol(place + more, 7, place=place, generator=seed)
    assert tokens.shape == (7, place + more)
    for row, target in zip(tokens.tolist(), targets.tolist()):
        assert row[place - 1] == target
        assert all(0 <= digit < 10 for digit in row)


@pytest.mark.parametrize("task", [parity, nth_symbol], ids=["parity", "nth_symbol"])
def test_generator_is_honoured_and_global_state_is_not_touched(task):
    before = torch.get_rng_state()
    assert torch.equal(task(9, 13, generator=5)[0], task(9, 13, generator=5)[0])
    assert not torch.equal(task(9, 13, generator=5)[0], task(9, 13, generator=6)[0])
    assert torch.equal(torch.get_rng_state(), before)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="length must be an integer of at least 1, got 0"):
        parity(0, 5)
    with pytest.raises(ValueError, match="place must be at most 4, the length, got 5"):
        nth_symbol(4, 5, place=5)
    with pytest.raises(ValueError, match="place must be an integer of at least 1, got 0"):
        nth_symbol(4, 5, place=0)
