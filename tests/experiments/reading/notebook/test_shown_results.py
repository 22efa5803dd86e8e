import os
import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure

from experiments.reading.notebook.results import ShownResults
from experiments.reading.tables import text_summary
from tests.experiments.runs import ENDED, in_memory, sequence_run, written

RECORDED = sorted(Path(__file__, "../../../../recorded").resolve().iterdir())


def ended(label, length=5, seed=0, accuracy=0.5, **settings):
    run = sequence_run(label, length, seed, **settings)
    return in_memory(run, **ENDED, test_accuracy=accuracy, chance=0.1)


@pytest.mark.parametrize("folder", RECORDED, ids=lambda folder: folder.name)
def test_every_experiment_is_shown(folder):
    results = ShownResults(folder)
    html = results._repr_html_()
    assert html.count("<table") == html.count("<img") == 1
    assert all(f">{model}<" in html for model in results.models)
    assert repr(results) == str(results) == text_summary(results)
    for draw in (results.plot_accuracy, results.plot_curves):
        ax = Figure().subplots()
        assert draw(ax) is ax
        assert ax.lines or ax.collections
        assert draw().figure is not ax.figure
    assert not plt.get_fignums()  # no window opens, and pyplot holds nothing


def test_against_length_where_nothing_else_differs(tmp_path):
    runs = [ended(label, length) for label in ("lstm", "rnn") for length in (5, 9)]
    assert ShownResults(tmp_path, runs).plot_accuracy().get_xlabel() == "length T"


@pytest.mark.parametrize("rates", [(0.1, 0.01)])
def test_no_mean_goes_over_settings(tmp_path, rates):
    runs = [
        ended(label, length, learning_rate=rate)
        for label in ("lstm", "rnn")
        for length in (5, 9)
        for rate in rates
    ]
    ax = ShownResults(tmp_path, runs).plot_accuracy()
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert len(set(names)) == len(runs)
    assert "rnn, T 9, learning rate 0.01" in names


def test_of_one_length_there_is_a_row_a_model_with_a_dot_a_seed(tmp_path):
    values = {"lstm": (0.2, 0.4), "rnn": (0.6, 0.9)}
    runs = [ended(label, seed=s, accuracy=v) for label, own in values.items() for s, v in enumerate(own)]
    ax = ShownResults(tmp_path, runs).plot_accuracy()
    assert [text.get_text() for text in ax.get_yticklabels()] == ["rnn", "lstm"]
    dots = {tuple(line.get_xdata()): set(line.get_ydata()) for line in ax.lines if line.get_marker() == "o"}
    assert dots[0.2, 0.4] == {1}
    assert dots[0.6, 0.9] == {0}


def test_where_every_run_failed_reasons_are_said_and_nothing_breaks(tmp_path):
    runs = [
        in_memory(sequence_run("lstm", seed=s), status="failed", reason="Error: <b>no</b> & more")
        for s in range(7)
    ]
    results = ShownResults(tmp_path, runs)
    html = results._repr_html_()
    assert html.count("&lt;b&gt;no&lt;/b&gt; &amp; more") == 5
    assert "2 more" in html
    assert "<b>" not in html
    assert "<img" not in html
    assert "7 failed" in repr(results)
    for ax in (results.plot_accuracy(), results.plot_curves()):
        assert "no run has" in ax.texts[0].get_text()


def test_a_part_is_shown_too(tmp_path):
    for rate in (0.1, 0.01):
        run = sequence_run("lstm", learning_rate=rate)
        written(tmp_path, run, "step,validation_accuracy\n5,0.5\n9,0.6\n", **ENDED, test_accuracy=0.5)
    parts = ShownResults(tmp_path).parts()
    assert len(parts) == 2
    assert all("<table" in part._repr_html_() for part in parts.values())


def test_the_page_is_written(make_run):
    record = make_run("lstm", 5, 0, 0.5)
    make_run("rnn", 5, 0, 0.4)
    page = ShownResults(record.path.parent).report("rnn")
    assert page == record.path.parent / "report.html"
    assert "differences against rnn" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["table", "report"])
def test_a_command_started_by_a_notebook_ends_without_an_error(make_run, command):
    folder = make_run("lstm", 5, 0, 0.5).path.parent
    done = subprocess.run(
        [sys.executable, "-m", "experiments", command, str(folder)],
        env=os.environ | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"},
        cwd=Path(__file__).parents[4],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
