import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seq import distinct_ngrams, tail_period

TEXTS = st.text("ab€", min_size=1, max_size=40)


@given(TEXTS, st.integers(1, 5))
def test_distinct_ngrams_by_comparing_all_pairs(text, n):
    number = len(text) - n + 1
    if number < 1:
        with pytest.raises(ValueError, match=f"text must have at least n = {n} symbols, has {len(text)}"):
            distinct_ngrams(text, n)
        return
    first_of_its_kind = sum(
        not any(all(text[i + k] == text[j + k] for k in range(n)) for j in range(i)) for i in range(number)
    )
    assert distinct_ngrams(text, n) == first_of_its_kind / number
    tokens = [ord(c) for c in text]
    assert distinct_ngrams(tokens, n) == distinct_ngrams(torch.tensor(tokens), n) == distinct_ngrams(text, n)


def period_by_hand(text, times):
    periods = [
        p
        for p in range(1, len(text) + 1)
        if times * p <= len(text) and all(text[-i] == text[-i - p] for i in range(1, (times - 1) * p + 1))
    ]
    return min(periods, default=None)


@given(TEXTS, st.integers(2, 4))
def test_tail_period_by_comparing_symbols(text, times):
    expected = period_by_hand(text, times)
    assert tail_period(text, times=times) == expected
    tokens = [ord(c) for c in text]
    assert tail_period(tokens, times=times) == tail_period(torch.tensor(tokens), times=times) == expected


@given(TEXTS, TEXTS, st.integers(3, 9))
def test_a_loop_is_found_wherever_it_was_cut(start, loop, times):
    text = start + (loop * (times + 1))[: times * len(loop) + len(loop) // 2]
    period = tail_period(text)
    assert period is not None
    assert period <= len(loop)


def test_no_loop_before_it_came_often_enough():
    assert tail_period("xxabcabc") is None
    assert tail_period("xxabcabc", times=2) == 3
    assert tail_period("xxabcabcabc") == 3
    assert tail_period("xxabcabcabcx") is None
    assert tail_period("") is None
    assert tail_period([]) is None


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="n must be an integer of at least 1, got 0"):
        distinct_ngrams("abc", 0)
    with pytest.raises(ValueError, match="times must be an integer of at least 2, got 1"):
        tail_period("abc", times=1)
    for measure in (lambda t: distinct_ngrams(t, 1), tail_period):
        with pytest.raises(ValueError, match=r"text must be one text, tokens of shape \(T,\), got \(2, 3\)"):
            measure(torch.zeros(2, 3, dtype=torch.long))
