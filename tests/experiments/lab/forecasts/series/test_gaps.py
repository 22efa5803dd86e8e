"""Missing values, against pandas and loops."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from experiments.lab.forecasts.series.gaps import fill_gaps


@st.composite
def series(draw):
    """Values with holes, of which every node has one in the training part."""
    times, nodes = draw(st.integers(4, 20)), draw(st.integers(1, 4))
    values = draw(arrays(float, (times, nodes), elements=st.floats(-9, 9)))
    holes = draw(arrays(bool, (times, nodes)))
    learned = draw(st.integers(1, times))
    for node in range(nodes):
        holes[draw(st.integers(0, learned - 1)), node] = False
    return np.where(holes, np.nan, values), learned


@settings(max_examples=30, deadline=None)
@given(series())
def test_the_last_value_known_is_that_of_pandas(given_):
    values, learned = given_
    mean = pd.DataFrame(values[:learned]).mean()
    wanted = pd.DataFrame(values).ffill().fillna(mean).to_numpy()
    found = fill_gaps(values, "last", learned)
    assert np.allclose(found.carried, wanted)
    assert np.array_equal(found.values, found.carried)


@settings(max_examples=30, deadline=None)
@given(series())
def test_a_line_between_the_ends_is_that_of_pandas(given_):
    values, learned = given_
    frame = pd.DataFrame(values)
    mean = frame[:learned].mean()
    wanted = frame.interpolate(method="linear", limit_area="inside").ffill().fillna(mean).to_numpy()
    assert np.allclose(fill_gaps(values, "linear", learned).values, wanted)


@settings(max_examples=30, deadline=None)
@given(series(), st.integers(1, 3))
def test_answers_are_known_and_of_nodes_that_were_seen_before(given_, horizon):
    values, learned = given_
    answers = fill_gaps(values, "last", learned).answers(horizon)
    for (time, node), answer in np.ndenumerate(answers):
        before = values[: max(time - horizon + 1, 0), node]
        assert answer == (not np.isnan(values[time, node]) and not np.isnan(before).all())


@pytest.mark.parametrize("rule", ["last", "linear"])
def test_a_series_without_gaps_stays_as_it_is(rule):
    values = np.arange(12.0).reshape(4, 3)
    found = fill_gaps(values, rule, 2)
    assert np.array_equal(found.values, values)
    assert found.known.all()
    assert np.array_equal(found.seen, np.arange(4)[:, None].repeat(3, 1))
