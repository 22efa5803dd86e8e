import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.lab.sequences.report.decay import describe_decay


@given(st.floats(0.05, 1.5), st.integers(3, 40), st.floats(1e-6, 1e3))
def test_a_geometric_series_has_its_own_factor(factor, steps, first):
    r = np.arange(1, steps + 1)
    decay = describe_decay(r, first * factor ** (r - 1.0))
    assert decay.per_step == pytest.approx(factor, rel=1e-6)
    assert decay.reach == steps
    weights = [factor**k for k in range(steps)]
    mean = sum((k + 1) * w for k, w in enumerate(weights)) / sum(weights)
    assert decay.mean_radius == pytest.approx(mean, rel=1e-6)
    if factor < 0.99:
        assert factor**decay.half_distance == pytest.approx(0.5, rel=1e-5)


def test_an_exact_zero_ends_the_reach_and_a_tiny_number_does_not():
    assert describe_decay([1, 2, 3, 4], [1.0, 1e-3, 0.0, 0.0]).reach == 2
    assert describe_decay([1, 2, 3, 4], [1.0, 1e-3, 1e-200, 1e-300]).reach == 4


def test_what_is_read_at_the_read_out_itself_is_left_out():
    assert describe_decay([0, 1, 2], [9.0, 4.0, 2.0]) == describe_decay([1, 2], [4.0, 2.0])


def test_nothing_heard_and_one_place_heard():
    none = describe_decay([1, 2], [0.0, 0.0])
    assert none.reach == 0
    assert all(math.isnan(v) for v in (none.per_step, none.half_distance, none.mean_radius))
    one = describe_decay([1, 2, 3], [0.0, 5.0, 0.0])
    assert (one.reach, one.mean_radius) == (2, 2.0)
    assert math.isnan(one.per_step)


def test_growth_has_no_half_distance():
    assert describe_decay([1, 2, 3], [1.0, 2.0, 4.0]).half_distance == math.inf


@pytest.mark.parametrize("values", [[1.0], [1.0, -1.0], [1.0, math.nan], [1.0, math.inf]])
def test_bad_values_are_named(values):
    with pytest.raises(ValueError, match="sensitivity:"):
        describe_decay([1, 2], values)
