"""Scaled errors and the forecasts that are kept, against numbers by hand."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.lab.forecasts.baselines import build_baseline
from experiments.lab.forecasts.data import load_forecast
from experiments.lab.forecasts.lines import forecast_rows, told_nodes
from experiments.lab.forecasts.settings import ForecastRun, ForecastTraining
from experiments.lab.forecasts.specs import parse_forecast_model
from experiments.lab.forecasts.training import forecast_errors
from experiments.records.files import content_hash

TIMES = 50  # of which 30 train and the last 10 test


def loaded(folder, values, gaps="refuse", **more):
    names = [f"n{k}" for k in range(values.shape[1])]
    rows = [",".join("" if np.isnan(v) else repr(float(v)) for v in row) for row in values]
    (folder / "s.csv").write_text("\n".join([",".join(names), *rows]))
    (folder / "e.csv").write_text("".join(f"n0,{name}\n" for name in names[1:]))
    files = str(folder / "s.csv"), str(folder / "e.csv")
    return load_forecast(
        ForecastRun(
            experiment="forecast",
            series=files[0],
            edge_list=files[1],
            content=content_hash(folder / "s.csv", folder / "e.csv"),
            gaps=gaps,
            model=parse_forecast_model("last"),
            seed=0,
            train=ForecastTraining(window=3),
            **more,
        )
    )


def forecast_of(label, task):
    return build_baseline(parse_forecast_model(label), task).forecast


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_errors_are_those_by_hand_whatever_the_scale_and_the_gaps(tmp_path_factory, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    values = rng.normal(size=(TIMES, 4)) * [1, 10, 1000, 1] + [0, 5, -1e4, 3]
    values[:30, 3] = 3.0  # stands still in the training part
    season = data.draw(st.sampled_from([0, 4]))
    standardise = data.draw(st.sampled_from(["together", "node"]))
    gaps = data.draw(st.sampled_from(["refuse", "last", "linear"]))
    if gaps != "refuse":
        values[rng.random(values.shape) < 0.2] = np.nan
        values[:2] = [[1.0, 5.0, 9.0, 3.0], [2.0, 6.0, 8.0, 3.0]]
    task = loaded(tmp_path_factory.mktemp("x"), values, gaps, season=season, standardise=standardise)
    found = forecast_errors(forecast_of("last", task), task, task.ends[2])
    squared, absolute, by_node = [], [], [[] for _ in range(4)]
    for time in range(40, TIMES):
        for node in range(4):
            past = values[:time, node]
            error = values[time, node] - past[~np.isnan(past)][-1]
            if not np.isnan(error):
                squared.append(error**2)
                absolute.append(abs(error))
                by_node[node].append(abs(error))
    back = season or 1
    scales = np.nanmean(np.abs(values[back:30] - values[: 30 - back]), axis=0)
    assert found.squared == pytest.approx(np.mean(squared), rel=1e-9)
    assert found.absolute == pytest.approx(np.mean(absolute), rel=1e-9)
    assert found.scaled == pytest.approx(
        np.mean([np.mean(by_node[n]) / scales[n] for n in range(3)]), rel=1e-9
    )
    assert found.nodes == 3  # the fourth has no scale, and is left out


def test_the_unit_of_a_node_changes_no_scaled_error(tmp_path):
    values = np.random.default_rng(1).normal(size=(TIMES, 3))
    first = loaded(tmp_path, values)
    second = loaded(tmp_path, values * [1, 1e4, 1e-3] + [7, 0, 0], standardise="node")
    errors = [forecast_errors(forecast_of("ridge", task), task, task.ends[2]) for task in (second, first)]
    assert forecast_errors(forecast_of("last", first), first, first.ends[2]).scaled == pytest.approx(
        forecast_errors(forecast_of("last", second), second, second.ends[2]).scaled, rel=1e-6
    )
    assert errors[0].squared > 1e6 * errors[1].squared  # which the unit does change


def test_each_node_is_standardised_by_its_own_training_part(tmp_path):
    values = np.random.default_rng(2).normal(size=(TIMES, 3)) * [1, 50, 3] + [0, 900, -4]
    values[:30, 2] = 5.0
    task = loaded(tmp_path, values, standardise="node")
    mean, deviation = values[:30].mean(0), np.array([*values[:30, :2].std(0), 1.0])
    assert np.allclose(task.values.numpy(), (values - mean) / deviation)


def test_the_forecasts_that_are_kept_are_those_of_three_nodes_in_the_unit_of_the_series(tmp_path):
    values = np.random.default_rng(3).normal(size=(TIMES, 5)) * [3, 2, 1, 9, 0] + 100
    values[45, 0] = np.nan
    task = loaded(tmp_path, values, "last")
    deviations = np.nanstd(values[:30], axis=0)
    wanted = [2, 0, 3]  # of 1, 2, 3 and 9 the smallest, the third and the largest; the fifth stands still
    assert told_nodes(task) == wanted
    assert deviations[2] < deviations[1] < deviations[0] < deviations[3]
    rows = forecast_rows(
        forecast_of("mean", task), forecast_of("last", task), task, ["a", "b", "c", "d", "e"]
    )
    assert [(row["time"], row["node"]) for row in rows] == [
        (time, name) for name in "cad" for time in range(41, TIMES + 1)
    ]
    filled = values.copy()
    filled[45, 0] = values[44, 0]
    for row in rows:
        time, node = row["time"] - 1, "abcde".index(row["node"])
        assert row["naive"] == pytest.approx(filled[time - 1, node])
        assert row["forecast"] == pytest.approx(np.nanmean(values[:30, node]))
        if np.isnan(values[time, node]):
            assert row["truth"] == ""
        else:
            assert row["truth"] == pytest.approx(values[time, node])


def test_of_few_nodes_each_is_kept_once(tmp_path):
    task = loaded(tmp_path, np.random.default_rng(4).normal(size=(TIMES, 2)))
    assert sorted(told_nodes(task)) == [0, 1]
    ties = dataclasses.replace(task, values=torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0]]).repeat(25, 1))
    assert told_nodes(ties) == [0, 1, 2]


def test_nodes_are_chosen_by_what_was_known_in_training(tmp_path):
    """The line of a gap that is open at the border ends in the future, and chooses no node."""
    values = np.random.default_rng(0).normal(size=(TIMES, 4)) * [1.0, 1.1, 1.2, 1.3]
    values[15:44, 1] = np.nan
    chosen = []
    for last in (0.0, 1e4):
        values[44, 1] = last
        chosen.append(told_nodes(loaded(tmp_path, values, "linear")))
    assert chosen[0] == chosen[1]
