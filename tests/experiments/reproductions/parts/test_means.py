import numpy as np
import pytest
from scipy import stats

from experiments.reproductions.parts.decided import decided
from experiments.reproductions.parts.groups import Group
from experiments.reproductions.parts.means import Mean

SCORES = np.array([0.61, 0.63, 0.62, 0.64])


def check(border, scores=SCORES, **more):
    (found,) = decided([Mean("", Group("", np.array(scores)), border, **more)])
    return found


@pytest.mark.parametrize("border", [0.5, 0.61, 0.63, 0.7])
def test_it_is_students_t(border):
    expected = stats.ttest_1samp(SCORES, border, alternative="greater").pvalue
    low, high = stats.t.interval(0.95, 3, SCORES.mean(), stats.sem(SCORES))
    found = check(border)
    assert found.measured.startswith(f"0.625 (95 % interval {low:.3f} to {high:.3f}); p = {expected:.2g}")
    assert found.holds is (True if expected <= 0.05 else False if expected >= 0.95 else None)
    assert check(border, at_most=True).holds is (
        False if found.holds else True if found.holds is False else None
    )


def test_what_is_not_tested():
    assert check(0.5, [0.9, 0.9]).measured == "0.900; fewer than 3 seeds"
    assert check(0.5, [0.9, np.nan, 0.9]).holds is None
    assert check(0.5, []).measured == "no such runs"
    assert check(0.5, untested="cut").measured == "0.625; cut"
