import pandas as pd
from matplotlib.figure import Figure

from experiments.forecasting.forecast_plots import plot_error_curves


def test_legend_gives_no_edges_to_a_model_that_sees_none():
    curve = pd.DataFrame({"step": [1, 2], "validation_error": [0.3, 0.2]})
    curves = {(label, "given"): [curve, curve] for label in ("lstm", "gcn-lstm")} | {
        ("gat", "shuffled"): [curve]
    }
    ax = plot_error_curves(curves, Figure().subplots())
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["lstm, no edges", "gcn-lstm, given edges", "gat, shuffled edges"]


def test_a_curve_of_one_point_is_a_dot():
    curves = {("lstm", "given"): [pd.DataFrame({"step": [25], "validation_error": [0.3]})]}
    (line,) = plot_error_curves(curves, Figure().subplots()).lines
    assert line.get_marker() == "o"
