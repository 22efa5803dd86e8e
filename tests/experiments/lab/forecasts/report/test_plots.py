import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from experiments.lab.forecasts.report.plots import plot_error_curves
from experiments.reading.plots import model_styles

STYLES = model_styles(["gat", "gcn-lstm", "lstm"])


def test_legend_gives_no_edges_to_a_model_that_sees_none():
    curve = pd.DataFrame({"step": [1, 2], "validation_error": [0.3, 0.2]})
    curves = {(label, "given"): [curve, curve] for label in ("lstm", "gcn-lstm")} | {
        ("gat", "shuffled"): [curve]
    }
    ax = plot_error_curves(curves, Figure().subplots(), STYLES)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["lstm, no edges", "gcn-lstm, given edges", "gat, shuffled edges"]


def test_a_curve_of_one_point_is_a_dot():
    curves = {("lstm", "given"): [pd.DataFrame({"step": [25], "validation_error": [0.3]})]}
    (line,) = plot_error_curves(curves, Figure().subplots(), STYLES).lines
    assert line.get_marker() == "o"


@pytest.mark.parametrize(("low", "high"), [(0.068, 0.082), (0.03, 0.5), (1.1, 1.3), (1e-4, 9.0)])
def test_ticks_are_plain_numbers_at_their_places(low, high):
    figure = Figure()
    curves = {("lstm", "given"): [pd.DataFrame({"step": [1, 2], "validation_error": [high, low]})]}
    axis = plot_error_curves(curves, figure.subplots(), STYLES).yaxis
    FigureCanvasAgg(figure).draw()
    ticks = axis.get_major_ticks() + axis.get_minor_ticks()
    named = [(tick.get_loc(), tick.label1.get_text()) for tick in ticks if tick.label1.get_text()]
    assert len(named) >= 2
    for place, text in named:
        assert text.replace(".", "").isdigit() or place < 1e-4
        assert float(text) == pytest.approx(place, rel=1e-3)
