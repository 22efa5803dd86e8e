import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from experiments.lab.sequences.report.sensitivity_figures import (
    path_depths,
    remedy_figure,
    sensitivity_figure,
    shown_as_remedies,
)
from experiments.lab.sequences.report.sensitivity_plots import plot_sensitivity

CURVES = {"rnn": [1.0, 0.1, 0.01, 0.001], "gcn-2": [0.5, 0.2, 0.0, 0.0], "gcn-2-skip2": [0.5, 0.2, 0.1, 0.05]}


def table(curves=CURVES, when="initial"):
    return pd.DataFrame(
        {
            "model": model,
            "length": 5,
            "seed": seed,
            "when": when,
            "r": r + 1,
            "sensitivity": value * (seed + 1),
        }
        for model, values in curves.items()
        for seed in (0, 1)
        for r, value in enumerate(values)
    )


def test_lines_are_means_and_exact_zeros_are_marks_below_the_axis():
    ax = Figure().subplots()
    assert plot_sensitivity(table(), ax, depths=[2]) is ax
    lines = {line.get_label(): line for line in ax.lines}
    assert lines["rnn"].get_ydata().tolist() == pytest.approx([1.5, 0.15, 0.015, 0.0015])
    assert lines["gcn-2"].get_ydata()[:2].tolist() == pytest.approx([0.75, 0.3])
    low = min(lines["rnn"].get_ydata())
    marks = [line for line in ax.lines if list(line.get_xdata()) == [3, 4]]
    assert len(marks) == 1
    assert max(marks[0].get_ydata()) < low
    assert ax.get_yscale() == "log"
    assert any("r > 2" in text.get_text() for text in ax.texts)


def test_rows_of_zeros_are_those_of_the_models_that_have_marks():
    part = table()
    part = pd.concat([part, table({"gcn-4": [0.3] * 4})])
    part.loc[(part["model"] == "gcn-4") & (part["seed"] == 1), "sensitivity"] = 0.0  # the mean is above 0
    heights = []
    for rows in (table(), part):
        ax = plot_sensitivity(rows, Figure().subplots(), limits=(1e-3, 1.0))
        heights += [line.get_ydata()[0] for line in ax.lines if list(line.get_xdata()) == [3, 4]]
    assert heights[1] == pytest.approx(heights[0])


def test_the_name_of_the_zeros_stands_outside_the_marks_and_steps_are_whole():
    figure = Figure(layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for ax in axes:
        plot_sensitivity(table({"gcn-1": [0.5, 0.0, 0.0, 0.0]}), ax)
        assert all(tick == round(tick) for tick in ax.get_xticks())
    FigureCanvasAgg(figure).draw()
    names = [[text for text in ax.texts if text.get_text() == "exactly 0"] for ax in axes]
    assert [len(found) for found in names] == [1, 0]
    box = names[0][0].get_window_extent()
    assert box.x0 >= 0
    assert box.x1 < axes[0].get_window_extent().x0


def test_a_model_looks_the_same_whether_others_are_shown_or_not():
    rows = table({**CURVES, "lstm": CURVES["rnn"], "gcn-2-virtual": CURVES["rnn"], "gcn-4": CURVES["rnn"]})
    whole, part = (
        {
            line.get_label(): line.get_color()
            for line in sensitivity_figure(rows, 5, leave_out=out).axes[0].lines
        }
        for out in ((), ("gcn-2-skip2", "gcn-2-virtual"))
    )
    assert "gcn-2-skip2" not in part
    assert part["gcn-4"] == whole["gcn-4"]


def test_only_depths_of_plain_paths_are_shaded():
    assert path_depths(["rnn", "gcn-4", "gat-2", "gcn-3-mirrored", "gcn-7-virtual", "gcn-9-residual"]) == [
        2,
        4,
        9,
    ]


def test_remedies_have_a_figure_where_there_are_some_in_both_families():
    rows = table({**CURVES, "lstm": CURVES["rnn"]})
    assert remedy_figure(table(), 5, "initial") is None  # no gates
    assert len(remedy_figure(rows, 5, "initial").axes) == 2
    assert shown_as_remedies(rows) == ["gcn-2-skip2"]


def test_trained_weights_have_a_panel_of_their_own():
    both = pd.concat([table(), table(when="trained")])
    assert len(sensitivity_figure(both, 5).axes) == 2


def test_a_model_that_hears_nothing_at_all_can_be_drawn():
    ax = plot_sensitivity(table({"gcn-1": [0.0, 0.0, 0.0, 0.0]}), Figure().subplots())
    assert ax.get_yscale() == "log"


@pytest.mark.parametrize("depths", [[2, 4], [1, 2, 3], [4, 12, 18], [13, 14]])
def test_names_of_depths_keep_apart_and_inside(depths):
    figure = Figure(figsize=(9.6, 4.9))
    ax, _ = figure.subplots(1, 2)
    plot_sensitivity(table({"rnn": [0.5] * 15 if depths[-1] < 15 else [0.5] * 23}), ax, depths=depths)
    FigureCanvasAgg(figure).draw()
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text().startswith("r >")]
    assert len(boxes) == len(depths)
    frame = ax.get_window_extent()
    for number, box in enumerate(boxes):
        assert frame.x0 <= box.x0
        assert box.x1 <= frame.x1
        assert not any(box.overlaps(other) for other in boxes[:number])
