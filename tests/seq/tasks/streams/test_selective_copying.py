import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seq import selective_copying


@given(symbols=st.integers(1, 6), more=st.integers(0, 9), seed=st.integers(0, 99))
def test_the_symbols_among_noise_are_due_in_their_order(symbols, more, seed):
    length = symbols + more
    tokens, targets = selective_copying(length, 5, symbols=symbols, generator=seed)
    for row, wanted in zip(tokens.tolist(), targets.tolist()):
        kept = [symbol for symbol in row[:length] if symbol != 0]
        assert len(kept) == symbols
        assert all(1 <= symbol <= 8 for symbol in kept)
        assert row[length:] == [9] * symbols
        assert wanted == [-100] * length + kept


def test_every_place_and_every_symbol_is_as_likely():
    tokens, targets = selective_copying(7, 8000, symbols=3, generator=1)
    # Five standard deviations of a share over 8,000 draws are at most 0.028.
    held = (tokens[:, :7] > 0).float().mean(0)
    torch.testing.assert_close(held, torch.full((7,), 3 / 7), atol=0.028, rtol=0)
    shares = torch.bincount(targets[targets >= 0], minlength=9)[1:] / 24_000
    torch.testing.assert_close(shares, torch.full((8,), 1 / 8), atol=0.011, rtol=0)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="length must be an integer of at least 5, got 4"):
        selective_copying(4, 3, symbols=5)
    with pytest.raises(ValueError, match="symbols must be an integer of at least 1"):
        selective_copying(4, 3, symbols=0)
