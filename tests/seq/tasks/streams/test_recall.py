from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seq import associative_recall


def by_hand(tokens, pairs):
    """What is due at each step, by a dictionary: the value of a key that stands at an even place of the rest."""
    known, asked = dict(zip(tokens[0 : 2 * pairs : 2], tokens[1 : 2 * pairs : 2])), {}
    for place in range(2 * pairs, len(tokens)):
        if tokens[place] in known:
            asked[place] = known[tokens[place]]
    return asked


@given(
    pairs=st.integers(1, 5),
    more=st.integers(0, 7),
    values=st.integers(0, 5),
    seed=st.integers(0, 99),
)
def test_answers_are_those_of_a_dictionary(pairs, more, values, seed):
    vocabulary = 2 * (pairs + 1 + values)
    tokens, targets = associative_recall(
        4 * pairs + more, 7, pairs=pairs, vocabulary=vocabulary, generator=seed
    )
    for row, wanted in zip(tokens.tolist(), targets.tolist()):
        keys, held = row[0 : 2 * pairs : 2], row[1 : 2 * pairs : 2]
        assert len(set(keys)) == len(set(held)) == pairs
        assert all(1 <= key < vocabulary // 2 <= value < vocabulary for key, value in zip(keys, held))
        due = by_hand(row, pairs)
        assert wanted == [due.get(place, -100) for place in range(len(row))]
        assert sorted(row[place] for place in due) == sorted(keys)
        assert all(place % 2 == 0 for place in due)
        assert all(symbol == 0 for place, symbol in enumerate(row) if place >= 2 * pairs and place not in due)


def test_random_symbols_fill_the_rest_and_leave_pairs_and_questions_as_they_are():
    tokens, targets = associative_recall(20, 400, pairs=3, vocabulary=12, fill="random", generator=1)
    for row, wanted in zip(tokens.tolist(), targets.tolist()):
        known = dict(zip(row[0:6:2], row[1:6:2]))
        due = {place: value for place, value in enumerate(wanted) if value != -100}
        assert len(due) == 3
        assert all(place >= 6 and known[row[place]] == value for place, value in due.items())
    rest = tokens[:, 6:][targets[:, 6:] == -100]
    counts = torch.bincount(rest, minlength=12) / len(rest)
    torch.testing.assert_close(counts, torch.full((12,), 1 / 12), atol=0.02, rtol=0)  # 4,400 draws: 5 sigmas


def test_questions_stand_where_a_power_law_puts_them():
    """Of one pair: gap g of 0..4 with a probability proportional to (g + 1)^-0.99."""
    _, targets = associative_recall(12, 20_000, pairs=1, generator=2)
    weights = [g**-0.99 for g in range(1, 6)]
    found = Counter((targets >= 0).nonzero()[:, 1].tolist())
    assert set(found) == {2, 4, 6, 8, 10}
    for gap, weight in enumerate(weights):
        # Five standard deviations of a share over 20,000 draws are at most 0.018.
        assert found[2 + 2 * gap] / 20_000 == pytest.approx(weight / sum(weights), abs=0.018)


def test_the_most_frequent_value_is_right_once_in_all_values():
    _, targets = associative_recall(16, 4000, pairs=4, vocabulary=20, generator=3)
    shares = torch.bincount(targets[targets >= 0]) / (targets >= 0).sum()
    torch.testing.assert_close(shares[10:], torch.full((10,), 0.1), atol=0.012, rtol=0)  # five sigmas


def test_bad_arguments_are_named():
    for arguments, message in [
        ({"pairs": 5}, "length must be an integer of at least 20, got 16"),
        ({"pairs": 0}, "pairs must be an integer of at least 1"),
        ({"vocabulary": 8}, "vocabulary must be an integer of at least 10"),
        ({"vocabulary": 11}, "vocabulary must be even"),
        ({"fill": "noise"}, "fill must be one of zero, random"),
    ]:
        with pytest.raises(ValueError, match=message):
            associative_recall(16, 3, **arguments)
