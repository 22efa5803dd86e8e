"""One forecast from its settings to what its result says."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import torch

from experiments.lab.forecasts.baselines import Forecast, build_baseline
from experiments.lab.forecasts.data import ForecastTask, load_forecast
from experiments.lab.forecasts.lines import forecast_rows
from experiments.lab.forecasts.models import build_forecaster
from experiments.lab.forecasts.series.own import own_data, say
from experiments.lab.forecasts.settings import (
    EPIDEMIC,
    FORECASTS,
    GIVEN,
    NODES,
    SMOKE_NODES,
    SMOKE_TIMES,
    TIMES,
    ForecastRun,
)
from experiments.lab.forecasts.specs import PlainModel, SeasonalModel
from experiments.lab.forecasts.training import (
    ForecastTrainer,
    forecast_errors,
    network_forecast,
    validation_row,
)
from experiments.records.rows import write_rows
from experiments.running.session import Session
from experiments.training.budget import count_parameters
from experiments.training.stopping import Lowest

LAST_VALUE = PlainModel("last")


def prepare(runs: list[ForecastRun], out: Path, options: dict[str, Any]) -> list[ForecastRun]:
    """The runs with the content of their files, without those on shuffled edges of models that have no edges.

    Raises:
        ValueError: A file is wrong, a series or a size does not fit, or nothing is left to do.
    """
    runs = [run for run in runs if run.edges == GIVEN or run.model.on_graph]
    if not runs:
        raise ValueError("edges: shuffled alone leaves nothing to do, because none of the models has edges")
    runs = [each if run.series == EPIDEMIC else _with_files(each) for run in runs for each in run.each_fold]
    # One seed stands for all: they differ in the epidemic, and not in its size.
    tasks = {
        (*_data(run), run.nodes, run.times, run.edges, run.train.window, run.train.horizon): run
        for run in runs
    }
    seasons = {run.model for run in runs if isinstance(run.model, SeasonalModel)}
    seasons |= {SeasonalModel("season", run.season) for run in runs if run.season}
    weighted = False
    for run in tasks.values():
        task = load_forecast(run)
        weighted |= task.edge_weight is not None
        for season in seasons:
            build_baseline(season, task)
    say(runs)
    nothing, none = torch.empty(2, 0, dtype=torch.long), torch.empty(0) if weighted else None
    for model, window, budget in dict.fromkeys(
        (run.model, run.train.window, run.train.budget) for run in runs
    ):
        if model.trained:
            build_forecaster(model, window, nothing, budget, none)
    return runs


def _data(run: ForecastRun) -> tuple[str | int, ...]:
    return run.content, run.columns, run.gaps, run.standardise, run.folds, run.fold


def _with_files(run: ForecastRun) -> ForecastRun:
    """A run on files: its sizes are theirs, so those of the epidemic are none of its settings."""
    for name, own in (("nodes", (0, NODES, SMOKE_NODES)), ("times", (0, TIMES, SMOKE_TIMES))):
        if getattr(run, name) not in own:
            raise ValueError(f"{name}: only for the simulated epidemic, not for series")
    content = own_data(run).content
    series, edge_list = (str(Path(path).resolve()) for path in (run.series, run.edge_list))
    return dataclasses.replace(run, series=series, edge_list=edge_list, content=content, nodes=0, times=0)


def _told(run: ForecastRun) -> dict[str, str]:
    """What a result says of the files of a run, in sentences."""
    if run.series == EPIDEMIC:
        return {}
    own = own_data(run)
    told = {"doubts": own.doubts, "notes": own.notes}
    return {name: " ".join(f"{sentence}." for sentence in found) for name, found in told.items() if found}


def work(run: ForecastRun, folder: Path, session: Session) -> dict[str, Any]:
    """Train and test a model; writes ``forecasts.csv`` and, of a network, ``weights.pt``."""
    task = load_forecast(run)
    last = forecast_errors(build_baseline(LAST_VALUE, task).forecast, task, task.ends[2])
    found = (_network if run.model.trained else _baseline)(run, task, session, folder)
    return {
        **found,
        "skill": 1 - found["test_error"] / last.squared if last.squared else None,
        "best_error": task.best,
        "node_count": task.values.shape[1],
        "edge_count": task.edge_index.shape[1] // 2,
        "time_count": run.times if run.series == EPIDEMIC else len(own_data(run).series.values),
        "forecast_times": {
            name: len(times) for name, times in zip(("train", "validation", "test"), task.ends)
        },
        **_told(run),
    }


def _tested(run: ForecastRun, task: ForecastTask, forecast: Forecast, folder: Path) -> dict[str, Any]:
    """Errors on the test part; writes some of the forecasts."""
    found = forecast_errors(forecast, task, task.ends[2])
    names = None if run.series == EPIDEMIC else own_data(run).series.names
    naive = SeasonalModel("season", run.season) if run.season else LAST_VALUE
    write_rows(folder / FORECASTS, forecast_rows(forecast, build_baseline(naive, task).forecast, task, names))
    return {
        "test_error": found.squared,
        "test_absolute_error": found.absolute,
        "test_rmse": math.sqrt(found.squared),
        "test_mase": found.scaled,
        "scaled_nodes": found.nodes,
    }


def _network(run: ForecastRun, task: ForecastTask, session: Session, folder: Path) -> dict[str, Any]:
    # Weights are drawn on the CPU, so that a run starts from the same ones on every device.
    torch.manual_seed(run.seed)
    train = run.train
    model, hidden = build_forecaster(run.model, train.window, task.edge_index, train.budget, task.edge_weight)
    trainer = ForecastTrainer(model, task, train, run.seed, session.device)
    rule = Lowest("validation_error", train.patience)
    forecast = network_forecast(model, task, session.device)
    session.tested = lambda: {"test_error": forecast_errors(forecast, task, task.ends[2]).squared}
    fit = session.fit(trainer, rule, steps=train.steps, every=train.evaluate_every)
    return {
        **_tested(run, task, forecast, folder),
        **fit.facts(),
        "parameters": count_parameters(model),
        "hidden": hidden,
        **({"reads_weights": model.graph.weighted} if task.edge_weight is not None and model.graph else {}),
    }


def _baseline(run: ForecastRun, task: ForecastTask, session: Session, folder: Path) -> dict[str, Any]:
    found = build_baseline(run.model, task)
    row, tested = validation_row(found.forecast, task), _tested(run, task, found.forecast, folder)
    session.row({"step": 0, **row})
    session.step(1)
    return {
        **tested,
        **row,
        "steps": 0,
        "selected_step": 0,
        "stopped": "nothing to train",
        "parameters": found.parameters,
        **({} if found.penalty is None else {"penalty": found.penalty}),
    }
