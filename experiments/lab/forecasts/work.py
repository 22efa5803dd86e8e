"""One forecast from its settings to what its result says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from experiments.lab.forecasts.data import ForecastTask, load_forecast
from experiments.lab.forecasts.models import build_forecaster
from experiments.lab.forecasts.settings import ForecastSettings
from experiments.lab.forecasts.training import (
    Errors,
    build_baseline,
    forecast_errors,
    train_forecaster,
)
from experiments.lab.sequences.models import count_parameters
from experiments.records.checkpoints import save_tensors
from experiments.records.device import computing, environment
from experiments.records.records import CurveWriter, curve_path


def train_and_test(
    settings: ForecastSettings, folder: Path, on_step: Callable[[int], None]
) -> dict[str, Any]:
    """Train and test a model; writes ``curve.csv`` and, of a network, ``weights.pt``.

    Args:
        settings: The run.
        folder: Where its records are.
        on_step: Called with the number of steps taken.

    Returns:
        What ``result.json`` says of it.
    """
    task = load_forecast(settings)
    last = forecast_errors(build_baseline("last", task), task, task.ends[2])
    with computing(settings.threads), CurveWriter(curve_path(folder)) as on_row:
        found = (_network if settings.model.trained else _baseline)(settings, task, folder, on_row, on_step)
    skill = 1 - found["test_error"] / last.squared if last.squared else None
    return {
        **found,
        "skill": skill,
        "best_error": task.best,
        "node_count": task.values.shape[1],
        "edge_count": task.edge_index.shape[1] // 2,
        "time_count": task.values.shape[0],
        "forecast_times": {
            name: len(times) for name, times in zip(("train", "validation", "test"), task.ends)
        },
        "environment": environment(settings.device, settings.threads),
    }


def _network(
    settings: ForecastSettings,
    task: ForecastTask,
    folder: Path,
    on_row: Callable[[dict[str, Any]], None],
    on_step: Callable[[int], None],
) -> dict[str, Any]:
    # Weights are drawn on the CPU, so that a run starts from the same ones on every device.
    torch.manual_seed(settings.seed)
    train = settings.train
    model, hidden = build_forecaster(settings.model, train.window, task.edge_index, train.budget)
    outcome = train_forecaster(
        model, task, train, settings.seed, device=settings.device, on_row=on_row, on_step=on_step
    )
    save_tensors(folder / "weights.pt", outcome.weights)
    return _errors(outcome.validation, outcome.test) | {
        "steps": outcome.steps,
        "selected_step": outcome.selected_step,
        "stopped": outcome.stopped,
        "parameters": count_parameters(model),
        "hidden": hidden,
        "ms_per_step": 1e3 * outcome.seconds_training / outcome.steps,
        "seconds_training": outcome.seconds_training,
    }


def _baseline(
    settings: ForecastSettings,
    task: ForecastTask,
    folder: Path,
    on_row: Callable[[dict[str, Any]], None],
    on_step: Callable[[int], None],
) -> dict[str, Any]:
    model = build_baseline(settings.model.name, task)
    validation, test = (forecast_errors(model, task, times) for times in task.ends[1:])
    on_row(
        {"step": 0, "validation_error": validation.squared, "validation_absolute_error": validation.absolute}
    )
    on_step(1)
    return _errors(validation, test) | {
        "steps": 0,
        "selected_step": 0,
        "stopped": "nothing to train",
        "parameters": 0,
    }


def _errors(validation: Errors, test: Errors) -> dict[str, Any]:
    return {
        "test_error": test.squared,
        "test_absolute_error": test.absolute,
        "validation_error": validation.squared,
    }
