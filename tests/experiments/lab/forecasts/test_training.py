import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from experiments.lab.forecasts.baselines import build_baseline
from experiments.lab.forecasts.data import ForecastTask, load_forecast, split_times
from experiments.lab.forecasts.settings import ForecastRun, ForecastTraining
from experiments.lab.forecasts.specs import parse_forecast_model
from experiments.lab.forecasts.training import (
    ForecastTrainer,
    forecast_errors,
    network_forecast,
    validation_row,
)
from experiments.records.files import content_hash
from experiments.training.fit import DivergedError, fit
from experiments.training.stopping import Lowest


def task(times=50, nodes=3, window=4):
    values = torch.randn(times, nodes, generator=torch.Generator().manual_seed(0))
    edges = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
    return ForecastTask(values, edges, window, 1, split_times(times, window, 1), scale=2.0, best=None)


class Scaled(nn.Module):
    """A forecast with one parameter: a multiple of the last value."""

    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        return self.factor * x[:, -1]


def trained(data, train, seed):
    """What training ended with, and its trainer."""
    trainer = ForecastTrainer(Scaled(), data, train, seed)
    rule = Lowest("validation_error", train.patience)
    return fit(trainer, rule, steps=train.steps, every=train.evaluate_every), trainer


def test_errors_are_those_of_a_loop_in_the_series_unit():
    data = task()
    squared, absolute, count = 0.0, 0.0, 0
    for time in data.ends[2].tolist():
        for node in range(3):
            error = 2.0 * (float(data.values[time - 1, node]) - float(data.values[time, node]))
            squared, absolute, count = squared + error**2, absolute + abs(error), count + 1
    found = forecast_errors(build_baseline(parse_forecast_model("last"), data).forecast, data, data.ends[2])
    assert found.squared == pytest.approx(squared / count, rel=1e-6)
    assert found.absolute == pytest.approx(absolute / count, rel=1e-6)


def test_errors_of_the_baselines_hold_where_levels_lie_far_apart(tmp_path):
    """Levels of 0 to 1e8 that move by 1: numbers that single precision cannot tell apart."""
    levels = np.array([0.0, 1e3, 1e5, 1e8])
    values = levels + np.random.default_rng(0).normal(size=(100, 4))
    (tmp_path / "s.csv").write_text(
        "\n".join(["a,b,c,d", *(",".join(map(repr, row)) for row in values.tolist())])
    )
    (tmp_path / "e.csv").write_text("source,target\na,b\nb,c\nc,d\n")
    files = str(tmp_path / "s.csv"), str(tmp_path / "e.csv")
    run = ForecastRun(
        experiment="forecast",
        series=files[0],
        edge_list=files[1],
        content=content_hash(tmp_path / "s.csv", tmp_path / "e.csv"),
        model=parse_forecast_model("last"),
        seed=0,
        train=ForecastTraining(window=4),
    )
    data = load_forecast(run)
    learned, tested = values[:60], values[80:]
    for name, expected in (
        ("last", ((tested - values[79:-1]) ** 2).mean()),
        ("mean", ((tested - learned.mean(0)) ** 2).mean()),
    ):
        found = forecast_errors(build_baseline(parse_forecast_model(name), data).forecast, data, data.ends[2])
        assert found.squared == pytest.approx(expected, rel=1e-6)


def test_training_finds_the_least_squares_factor():
    data = task(times=400)
    x = torch.cumsum(data.values, 0)
    data = ForecastTask(x / x.std(), data.edge_index, 4, 1, data.ends, 2.0, None)
    learn = data.ends[0]
    best = (data.values[learn - 1] * data.values[learn]).sum() / data.values[learn - 1].square().sum()
    train = ForecastTraining(window=4, steps=600, learning_rate=0.02, patience=0, batch_size=64)
    found, _ = trained(data, train, seed=1)
    assert float(found.weights["factor"]) == pytest.approx(float(best), abs=0.05)
    assert found.steps == 600


def test_validation_selects_and_the_seed_fixes_the_run():
    train = ForecastTraining(window=4, steps=60, evaluate_every=5, patience=20, learning_rate=0.5)
    (first, trainer), (again, _) = (trained(task(), train, seed=2) for _ in range(2))
    assert first.weights == again.weights
    assert first.rows == again.rows
    now = validation_row(
        network_forecast(trainer.model, trainer.task), trainer.task
    )  # of the weights that were selected
    assert min(row["validation_error"] for row in first.rows) == now["validation_error"]
    assert first.steps - first.row["step"] >= 20 or first.steps == 60


def test_training_errors_are_means_since_the_last_look_in_the_series_unit():
    train = ForecastTraining(window=4, steps=6, evaluate_every=3, patience=0)
    single, _ = trained(task(), dataclasses.replace(train, evaluate_every=1), seed=2)
    found, _ = trained(task(), train, seed=2)
    errors = [row["train_error"] for row in single.rows]
    assert [row["train_error"] for row in found.rows] == pytest.approx(
        [sum(errors[:3]) / 3, sum(errors[3:]) / 3]
    )


def test_a_loss_that_is_no_number_ends_the_run():
    data = task()
    data.values[3] = float("inf")
    with pytest.raises(DivergedError, match="error became"):
        trained(data, ForecastTraining(window=4), seed=0)
