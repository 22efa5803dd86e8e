import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from experiments.reading.plots import model_styles, plot_curves
from experiments.reproductions.figures.smoothing import box_filter, running_mean

curves = st.lists(st.floats(-1e3, 1e3), max_size=40)
windows = st.integers(1, 50)


@given(curves, windows)
def test_running_mean_equals_a_loop_over_the_values_before(values, window):
    expected = []
    for i in range(len(values)):
        kept = [values[j] for j in range(i + 1) if i - j < window]
        expected.append(math.fsum(kept) / len(kept))
    np.testing.assert_allclose(running_mean(values, window), expected, rtol=0, atol=1e-9)


@given(curves, windows)
def test_box_filter_equals_a_loop_over_the_values_around(values, window):
    before = window // 2
    after = window - 1 - before
    expected = []
    for i in range(len(values)):
        kept = [values[j] for j in range(i - before, i + after + 1) if 0 <= j < len(values)]
        expected.append(math.fsum(kept) / len(kept))
    np.testing.assert_allclose(box_filter(values, window), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("smooth", [running_mean, box_filter])
def test_a_window_of_one_changes_nothing_and_a_missing_value_spoils_its_windows_alone(smooth):
    assert smooth([3.0, 1.0, 2.0], 1).tolist() == [3.0, 1.0, 2.0]
    smoothed = smooth([1.0, math.nan, 1.0, 1.0, 1.0], 2)
    assert np.isnan(smoothed).tolist() == [False, True, True, False, False]


@pytest.mark.parametrize("smooth", [running_mean, box_filter])
def test_bad_input_is_named(smooth):
    for window in (0, -3, 2.5, True):
        with pytest.raises(ValueError, match=r"window: .* should be a whole number, 1 or more"):
            smooth([1.0], window)
    with pytest.raises(ValueError, match="values: should be one row"):
        smooth([[1.0]], 2)


def test_a_figure_of_curves_draws_the_smoothed_line_and_the_values_behind_it():
    curve = pd.DataFrame({"step": [1, 2, 3], "loss": [0.0, 3.0, 6.0]})
    ax = Figure().subplots()
    plot_curves(
        {"lstm": [curve]}, ax, metric="loss", styles=model_styles(["lstm"]), smooth=lambda values: values / 3
    )
    drawn = [segment[:, 1].tolist() for lines in ax.collections for segment in lines.get_segments()]
    assert drawn == [[0.0, 3.0, 6.0], [0.0, 1.0, 2.0]]
    assert ax.get_legend_handles_labels()[1] == ["lstm"]
