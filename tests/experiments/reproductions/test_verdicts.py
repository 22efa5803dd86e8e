import itertools

import pytest

from experiments.reproductions.verdicts import (
    CONFIRMED,
    IN_PART,
    NOT_CONFIRMED,
    NOT_SHOWN,
    Check,
    Measurement,
    verdict,
)


def checks(answers):
    return tuple(Check("part", "found", answer) for answer in answers)


@pytest.mark.parametrize(
    "answers", [a for n in (1, 2, 3) for a in itertools.product((True, False, None), repeat=n)]
)
def test_every_combination_of_parts(answers):
    if set(answers) == {None}:
        expected = NOT_SHOWN
    elif set(answers) == {True}:
        expected = CONFIRMED
    elif True not in answers:
        expected = NOT_CONFIRMED
    else:
        expected = IN_PART
    assert verdict(checks(answers)) == expected
    assert Measurement(checks(answers)).verdict == expected


def test_answers_in_words():
    assert [check.answer for check in checks((True, False, None))] == ["yes", "no", "not shown"]
