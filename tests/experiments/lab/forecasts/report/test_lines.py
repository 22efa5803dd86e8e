import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.lab.forecasts.report.lines import SHOWN_TIMES, best_forecasts, lines, plot_forecasts
from experiments.reading.results import Results
from tests.experiments.lab.forecasts.report.test_findings import records


def test_lines_go_with_time_and_the_truth_stops_where_it_is_missing():
    table = pd.DataFrame(
        {
            "time": [3, 1, 2],
            "truth": [5.0, 3.0, np.nan],
            "naive": [4.0, 2.0, 3.0],
            "forecast": [4.5, 2.5, 3.5],
        }
    )
    truth, naive, forecast = plot_forecasts(table, Figure().subplots(), "red").lines
    assert np.array_equal(truth.get_ydata(), [3, np.nan, 5], equal_nan=True)
    assert list(naive.get_ydata()) == [2, 3, 4]
    assert list(forecast.get_ydata()) == [2.5, 3.5, 4.5]
    assert forecast.get_color() == "red"


def kept(tmp_path, times=3):
    """Runs of which validation and test disagree; each keeps its number as its forecast."""
    made = records(
        tmp_path, {("lstm", "given"): [0.1, 0.1], ("gcn", "given"): [0.9, 0.9], ("gcn", "shuffled"): [0.5]}
    )
    for number, run in enumerate(made):
        run.result["validation_error"] = 1 / (1 + number)  # the last one, on shuffled edges, is the least
        run.path.mkdir()
        rows = [f"{t},{node},1,0,{number}" for node in ("007", "$x$") for t in range(times)]
        (run.path / "forecasts.csv").write_text("\n".join(["time,node,truth,naive,forecast", *rows]))
    return Results(tmp_path, made)


def test_the_model_of_the_figure_is_chosen_by_validation_on_given_edges(tmp_path):
    label, table = best_forecasts(kept(tmp_path))
    assert label == "gcn"
    assert set(table["forecast"]) == {2}  # of its first seed
    assert set(table["node"]) == {"007", "$x$"}


def test_a_figure_has_a_panel_a_node_and_says_what_it_shows(tmp_path):
    (picture,) = lines(kept(tmp_path)).blocks
    assert [ax.get_title(loc="left") for ax in picture.figure.axes] == ["node 007", "node $x$"]
    assert [text.get_text() for text in picture.figure.legends[0].get_texts()] == [
        "truth",
        "last value",
        "gcn",
    ]
    assert "least validation error" in picture.text
    assert "are drawn" not in picture.text


def test_of_a_long_test_part_the_beginning_is_drawn(tmp_path):
    (picture,) = lines(kept(tmp_path, SHOWN_TIMES + 5)).blocks
    assert len(picture.figure.axes[0].lines[0].get_xdata()) == SHOWN_TIMES
    assert picture.text.endswith(f"The first {SHOWN_TIMES} time steps of the test part are drawn.")


def test_runs_that_kept_no_forecasts_have_no_figure(tmp_path):
    assert lines(Results(tmp_path, records(tmp_path))) is None
