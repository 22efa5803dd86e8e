import numpy as np
import pandas as pd
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from experiments.lab.characters.report.plots import plot_bits, plot_context, plot_learning
from experiments.reading.looks.models import model_styles

STYLES = model_styles(["gcn-2-w3", "lstm-2"])


def test_context_is_drawn_in_groups_that_double():
    seeds = [
        pd.DataFrame({"model": "lstm-2", "seed": seed, "context": range(1, 9), "bits": np.arange(8.0) + seed})
        for seed in (0, 1)
    ]
    ax = plot_context(pd.concat(seeds), Figure().subplots(), styles=STYLES)
    (line,) = ax.lines
    # 1; 2; 3 and 4; 5 to 8; bits are the means over both seeds.
    assert list(line.get_xdata()) == [1, 2, 3.5, 6.5]
    assert list(line.get_ydata()) == [0.5, 1.5, 3, 6]
    assert line.get_label() == "lstm-2"
    assert not plot_context(pd.DataFrame(), Figure().subplots(), styles=STYLES).lines


def test_every_run_has_a_mark():
    frame = pd.DataFrame(
        {
            "model.name": ["lstm-2", "lstm-2", "gcn-2-w3"],
            "parameters": [7, 7, 9],
            "test_bits": [2.5, 2.25, 2.0],
        }
    )
    ax = plot_bits(frame, Figure().subplots(), against="parameters", xlabel="parameters", styles=STYLES)
    marks = {line.get_label(): (list(line.get_xdata()), list(line.get_ydata())) for line in ax.lines}
    assert marks == {"gcn-2-w3": ([9], [2.0]), "lstm-2": ([7, 7], [2.5, 2.25])}
    low, high = ax.get_xlim()
    assert low == 0
    assert high > 9


def test_learning_curves_are_lines_of_seeds_in_the_colour_of_the_model():
    curves = {"lstm-2": [pd.DataFrame({"step": [5, 10], "train_bits": [3.0, 2.0]})] * 2}
    ax = plot_learning(
        curves, Figure().subplots(), metric="train_bits", ylabel="bits", styles=STYLES, line="--"
    )
    (lines,) = ax.collections
    assert [path.vertices[:, 1].tolist() for path in lines.get_paths()] == [[3.0, 2.0]] * 2
    assert to_hex(lines.get_color()[0]) == STYLES["lstm-2"]["color"]
    assert lines.get_linestyle()[0][1] is not None  # dashes
    assert ax.get_ylabel() == "bits"


def test_a_curve_of_one_point_is_a_dot():
    tables = [pd.DataFrame({"step": [3], "loss": [1.0]}), pd.DataFrame({"step": [1, 2], "loss": 1.0})]
    ax = plot_learning({"lstm-2": tables}, Figure().subplots(), metric="loss", ylabel="loss", styles=STYLES)
    assert [(line.get_marker(), list(line.get_xdata())) for line in ax.lines] == [("o", [3])]
