import dataclasses

import numpy as np
import pytest

from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.figures.claims import (
    draw_combinations,
    draw_frequency,
    draw_lengths,
    draw_lengths_box_filter,
    draw_lengths_running_mean,
    draw_steps,
)
from experiments.reproductions.figures.smoothing import box_filter, running_mean

CURVE = tuple((10 * i, value) for i, value in enumerate(np.random.default_rng(0).random(30), start=1))


@pytest.fixture
def lengths(make_run):
    runs = [
        make_run(model, T, seed, accuracy, curve=CURVE)
        for model, accuracy in (("rnn", 0.3), ("lstm", 0.9))
        for T in (5, 10, 15)
        for seed in (0, 1)
    ]
    return Evidence(CLAIMS["E1"], True, [*runs, make_run("rnn", 15, 2, None)])


def texts(figure):
    """Everything that a figure says."""
    return " ".join(
        text.get_text() for text in figure.findobj(match=lambda artist: hasattr(artist, "get_text"))
    )


def test_every_seed_is_a_dot_and_a_line_and_both_networks_are_in_one_figure(lengths):
    ax = draw_lengths(lengths).axes[0]
    dots = [line for line in ax.lines if line.get_linestyle() == "None"]
    assert sorted(len(line.get_ydata()) for line in dots) == [6, 6]
    thin = [line for line in ax.lines if line.get_linewidth() < 0.7]
    assert len(thin) == 4
    assert all(len(line.get_ydata()) == 3 for line in thin)
    assert set(ax.get_legend_handles_labels()[1]) == {"rnn", "lstm", "chance (0.1)"}


@pytest.mark.parametrize(
    ("draw", "smooth", "said"),
    [
        (draw_lengths_running_mean, lambda v: running_mean(v, 21), "running mean of 21 looks"),
        (draw_lengths_box_filter, lambda v: box_filter(v, 10), "box filter of 10 looks"),
    ],
)
def test_curves_are_smoothed_where_the_report_smoothed(lengths, draw, smooth, said):
    figure = draw(lengths)
    lines = [segment for drawn in figure.axes[1].collections for segment in drawn.get_segments()]
    values = np.array([value for _, value in CURVE])
    assert len(lines) == 8  # two networks, two seeds, as they are and smoothed
    np.testing.assert_allclose(lines[0][:, 1], values)
    np.testing.assert_allclose(lines[2][:, 1], smooth(values))  # the two seeds as they are stand before them
    assert said in texts(figure)


def test_a_figure_without_any_run_that_ended(make_run):
    runs = [make_run(model, 10, 0, None) for model in ("rnn", "lstm")]
    assert draw_lengths(Evidence(CLAIMS["E1"], True, runs)).axes


def test_steps_has_a_panel_a_length_and_a_line_a_seed(make_run):
    runs = [
        make_run(model, n, seed, 1.0, experiment="binary-palindrome", curve=CURVE)
        for model in ("lstm", "cellgated")
        for n in (10, 20)
        for seed in (0, 1, 2)
    ]
    axes = draw_steps(Evidence(CLAIMS["A2"], True, runs)).axes
    assert [ax.get_title() for ax in axes] == ["n = 10", "n = 20"]
    for ax in axes:
        lines = [segment for drawn in ax.collections for segment in drawn.get_segments()]
        assert sum(len(line) == len(CURVE) for line in lines) == 6


def test_frequency_shows_seeds_beside_published_means(make_run):
    names = ("frequency", "frequency-fine", "frequency-asynchronous")
    runs = [
        make_run(model, 20, seed, 0.8, experiment=name, curve=CURVE, chance=0.5)
        for name in names
        for model in ("phased", "lstm")
        for seed in (0, 1, 2)
    ]
    figure = draw_frequency(Evidence(CLAIMS["frequency"], True, runs))
    stars = [line.get_ydata()[0] for line in figure.axes[0].lines if line.get_marker() == "*"]
    assert stars == [0.993, 0.893, 0.996, 0.517, 0.979, 0.690]
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert [len(line.get_ydata()) for line in dots] == [3] * 6
    assert len(figure.axes) == 4


def test_combinations_draws_chance_by_length(make_run):
    runs = [
        make_run(model, T, 0, 0.8, experiment="combinations", chance=1 / T)
        for model in ("gcn-4", "lstm")
        for T in (5, 10)
    ]
    ax = draw_combinations(Evidence(dataclasses.replace(CLAIMS["combinations"]), True, runs)).axes[0]
    chance = next(line for line in ax.lines if line.get_label() == "chance, 1/T")
    assert list(chance.get_ydata()) == [0.2, 0.1]
