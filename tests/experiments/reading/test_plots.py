import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from experiments.reading.plots import (
    MANY,
    model_styles,
    plot_accuracy,
    plot_curves,
    plot_models,
    plot_success,
)


def runs(seeds, models=("gcn-2", "lstm"), lengths=(5, 10)):
    rows = [
        {"model.name": model, "length": length, "seed": seed, "status": "ok", "test_accuracy": 1.0}
        for model in models
        for length in lengths
        for seed in range(seeds)
    ]
    return pd.DataFrame(rows)


def dots(ax):
    """Places of the lines that are marks alone."""
    return [line.get_xydata() for line in ax.lines if line.get_linestyle() == "None"]


@pytest.mark.parametrize("seeds", [1, 2, 5, 11])
def test_every_seed_is_seen_even_where_all_are_equal(seeds):
    ax = plot_accuracy(runs(seeds), Figure().subplots())
    places = np.concatenate(dots(ax))
    assert len(places) == len(np.unique(places.round(9), axis=0)) == 2 * 2 * seeds


def test_seeds_stay_beside_their_model_and_length():
    ax = plot_accuracy(runs(7), Figure().subplots())
    first, second = dots(ax)
    for length in (5, 10):
        left = [x for x, _ in first if abs(x - length) < 2.5]
        right = [x for x, _ in second if abs(x - length) < 2.5]
        assert len(left) == len(right) == 7
        assert max(left) < min(right)


def test_many_marks_are_a_picture_and_few_are_not():
    def rasterised(seeds):
        ax = plot_accuracy(runs(seeds), Figure().subplots())
        return [line.get_rasterized() for line in ax.lines if line.get_linestyle() == "None"]

    assert not any(rasterised(3))
    assert all(rasterised(MANY))


def test_colours_follow_the_order_of_the_report():
    order = ["gcn-2", "gru", "lstm"]
    ax = plot_accuracy(runs(2), Figure().subplots(), order=order)
    lines = dict(zip(*reversed(ax.get_legend_handles_labels())))
    assert lines["lstm"].get_color() == model_styles(order)["lstm"]["color"]
    assert "gru" not in lines
    summary = pd.DataFrame({"model.name": ["lstm"], "length": [5], "success": [1.0]})
    ax = plot_success(summary, Figure().subplots(), order=order)
    (line,) = ax.lines
    assert line.get_color() == model_styles(order)["lstm"]["color"]


def test_a_curve_is_a_line_through_its_points():
    curves = {"lstm": [pd.DataFrame({"step": [1, 2, 5], "loss": [3.0, 2.0, 0.5]})] * 2}
    ax = plot_curves(curves, Figure().subplots(), metric="loss", styles=model_styles(["gru", "lstm"]))
    (lines,) = ax.collections
    assert [segment.tolist() for segment in lines.get_segments()] == [[[1, 3], [2, 2], [5, 0.5]]] * 2
    low, high = ax.get_ylim()
    assert low <= 0.5
    assert high >= 3


def test_a_curve_of_one_point_is_a_dot():
    curves = {
        "lstm": [pd.DataFrame({"step": [7], "loss": [0.5]}), pd.DataFrame({"step": [1, 2], "loss": 0.25})]
    }
    ax = plot_curves(curves, Figure().subplots(), metric="loss", styles=model_styles(["lstm"]))
    (dot,) = ax.lines
    assert (list(dot.get_xdata()), list(dot.get_ydata()), dot.get_marker()) == ([7], [0.5], "o")


def test_of_one_length_every_seed_and_the_mean_are_marks_in_the_row_of_the_model():
    frame = runs(3, lengths=(5,)).assign(test_accuracy=[0.25, 0.5, 0.75, 1.0, 1.0, 1.0])
    styles = model_styles(["lstm", "gcn-2"])
    ax = plot_models(frame, Figure().subplots(), styles=styles, chance=0.125)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["lstm", "gcn-2"]
    found = {}
    for line in ax.lines:
        if line.get_marker() in (styles["lstm"]["marker"], styles["gcn-2"]["marker"]):
            found.setdefault(round(float(np.mean(line.get_ydata()))), []).append(sorted(line.get_xdata()))
    assert found == {0: [[1.0, 1.0, 1.0], [1.0]], 1: [[0.25, 0.5, 0.75], [0.5]]}
    assert len({float(y) for y in ax.lines[0].get_ydata()}) == 3
