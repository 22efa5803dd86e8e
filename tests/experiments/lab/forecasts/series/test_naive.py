"""The naive error that MASE is scaled by, against loops."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from experiments.lab.forecasts.series.naive import naive_errors


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_it_is_the_mean_of_a_loop(data):
    times, nodes = data.draw(st.integers(2, 12)), data.draw(st.integers(1, 3))
    values = data.draw(arrays(float, (times, nodes), elements=st.sampled_from([0.0, 0.5, 2.0, 7.0])))
    known = data.draw(st.none() | arrays(bool, (times, nodes)))
    learned, season = data.draw(st.integers(1, times)), data.draw(st.integers(0, 4))
    back = max(season, 1)
    assume(back < learned or learned == 1)
    found = naive_errors(values, learned, season, known)
    for node in range(nodes):
        steps = [
            abs(values[time, node] - values[time - back, node])
            for time in range(back, learned)
            if known is None or (known[time, node] and known[time - back, node])
        ]
        if any(steps):
            assert found[node] == pytest.approx(sum(steps) / len(steps))
        else:
            assert np.isnan(found[node])


def test_what_comes_after_the_training_part_changes_nothing():
    values = np.random.default_rng(0).normal(size=(20, 3))
    other = values.copy()
    other[12:] = 99.0
    assert np.array_equal(naive_errors(values, 12, 3), naive_errors(other, 12, 3))


def test_a_season_as_long_as_the_training_part_is_refused():
    with pytest.raises(ValueError, match="season: 12 time steps are no season of a training part of 12"):
        naive_errors(np.ones((20, 1)), 12, 12)
