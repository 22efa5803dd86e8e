import numpy as np
import pytest

from experiments.core.catalogue import load
from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.figures import exact as exact_figures
from experiments.reproductions.measures.ravine import best_paths


def evidence(name):
    claim = CLAIMS[name]
    return Evidence(claim, True, numbers=load(claim.quick.compute)(**claim.quick.options))


def test_a5_draws_the_graph_and_its_matrices():
    axes = exact_figures.draw_a5(evidence("A5")).axes
    assert [text.get_text() for text in axes[0].texts] == list("ABCDEF")
    assert {"hops from which E hears each node", "Ã = A + I"} <= {ax.get_title() for ax in axes}


def test_b2_draws_each_unit():
    found = evidence("B2")
    axes = exact_figures.draw_b2(found).axes
    assert len(axes) == len(found.plan.options["tau"])
    for ax, k in zip(axes, found.numbers["training"]):
        assert list(ax.lines[0].get_ydata()) == k


def test_gradients_has_a_line_a_network_and_seed():
    norms = {"RNN": [[1e-9, 1.0]] * 3, "LSTM": [[0.5, 1.0]] * 3}
    ax = exact_figures.draw_gradients(Evidence(CLAIMS["gradients"], True, numbers={"norms": norms})).axes[0]
    assert ax.get_yscale() == "log"
    assert [list(line.get_ydata()) for line in ax.lines] == norms["RNN"] + norms["LSTM"]
    assert ax.get_legend_handles_labels()[1] == ["RNN", "LSTM"]


@pytest.fixture
def optimizers(make_run):
    runs = [
        make_run("lstm", 8, seed, 1.0, curve=((10, 0.2), (20, 1.0)), optimizer=name, learning_rate=0.1)
        for name in ("sgd", "momentum", "rmsprop", "adam")
        for seed in (0, 1)
    ]
    claim = CLAIMS["optimizers"]
    return Evidence(claim, True, runs, best_paths(**claim.quick.options))


def test_paths_lie_on_contours_and_every_optimiser_has_its_curves(optimizers):
    *panels, curves = exact_figures.draw_optimizers(optimizers).axes
    for (name, found), ax in zip(optimizers.numbers.items(), panels):
        assert ax.get_title().startswith(name)
        np.testing.assert_allclose(np.stack(ax.lines[0].get_data(), axis=1), found["points"])
        assert ax.collections  # contours
    assert sum(len(drawn.get_segments()) for drawn in curves.collections) == 8
