"""Training a forecaster; validation selects the weights, the test part is read once."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from experiments.lab.forecasts.data import ForecastTask
from experiments.lab.forecasts.settings import ForecastTraining
from experiments.training.training import DivergedError

EVALUATION_BATCH = 32  # windows


@dataclass(frozen=True)
class Errors:
    """Mean errors over all nodes and times of a part, in the unit of the series.

    Args:
        squared: Mean squared error.
        absolute: Mean absolute error.
    """

    squared: float
    absolute: float


@dataclass(frozen=True)
class ForecastOutcome:
    """What a training run ended with: errors of the selected weights, in the unit of the series."""

    steps: int
    selected_step: int
    stopped: str
    validation: Errors
    test: Errors
    seconds_training: float
    weights: dict[str, Tensor]


class LastValue(nn.Module):
    """Tomorrow is as today."""

    def forward(self, x: Tensor) -> Tensor:
        """x (B, W, N) -> (B, N)."""
        return x[:, -1]


class NodeMean(nn.Module):
    """Every day is each node's mean of the training part.

    Args:
        means: (N,).
    """

    def __init__(self, means: Tensor) -> None:
        super().__init__()
        self.means = means

    def forward(self, x: Tensor) -> Tensor:
        """x (B, W, N) -> (B, N)."""
        return self.means.expand(len(x), -1)


def build_baseline(name: str, task: ForecastTask) -> nn.Module:
    """``last`` or ``mean``."""
    return LastValue() if name == "last" else NodeMean(task.values[: int(task.ends[0][-1]) + 1].mean(0))


def forecast_errors(model: nn.Module, task: ForecastTask, times: Tensor, device: str = "cpu") -> Errors:
    """Errors of a model's forecasts of some times, in double precision.

    Args:
        model: ``model(x (B, W, N)) -> (B, N)``.
        task: The series.
        times: Forecast times.
        device: Where the model is.
    """
    model.eval()
    precision = next((weight.dtype for weight in model.parameters()), torch.double)
    squared, absolute = 0.0, 0.0
    with torch.no_grad():
        for part in times.split(EVALUATION_BATCH):
            error = model(task.inputs(part).to(precision).to(device)).cpu().double() - task.targets(part)
            squared += float(error.square().sum())
            absolute += float(error.abs().sum())
    answers = len(times) * task.values.shape[1]
    return Errors(squared / answers * task.scale**2, absolute / answers * task.scale)


def train_forecaster(
    model: nn.Module,
    task: ForecastTask,
    settings: ForecastTraining,
    seed: int,
    *,
    device: str = "cpu",
    on_row: Callable[[dict[str, Any]], None] = lambda row: None,
    on_step: Callable[[int], None] = lambda step: None,
) -> ForecastOutcome:
    """Train with Adam on windows drawn at random from the training part.

    Args:
        model: Trained in place, left with the selected weights.
        task: Series, edges and parts.
        settings: Steps, and when to stop.
        seed: Fixes which windows a step sees.
        device: Where to compute; the model is moved there.
        on_row: Called with the metrics of each look at the validation part.
        on_step: Called with the number of steps taken.

    Raises:
        DivergedError: The loss became NaN or infinite.
    """
    model.to(device)
    learn, validation, test = task.ends
    precision = next(model.parameters()).dtype
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.learning_rate)
    generator = torch.Generator().manual_seed(seed)
    best, selected, weights = math.inf, 0, copy.deepcopy(model.state_dict())
    seconds, losses, stopped = 0.0, [], "budget"
    for step in range(1, settings.steps + 1):
        started = time.perf_counter()
        model.train()
        times = learn[torch.randint(len(learn), (settings.batch_size,), generator=generator)]
        inputs, targets = (
            part.to(precision).to(device) for part in (task.inputs(times), task.targets(times))
        )
        error = model(inputs) - targets
        loss = error.square().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if settings.clip_norm:
            nn.utils.clip_grad_norm_(model.parameters(), settings.clip_norm)
        optimizer.step()
        losses.append(loss.item())  # waits for the device, so that the clock below is right
        seconds += time.perf_counter() - started
        if not math.isfinite(losses[-1]):
            raise DivergedError(f"the loss became {losses[-1]} at step {step}")
        on_step(step)
        if step % settings.evaluate_every and step != settings.steps:
            continue
        found = forecast_errors(model, task, validation, device)
        on_row(
            {
                "step": step,
                "train_error": sum(losses) / len(losses) * task.scale**2,
                "validation_error": found.squared,
                "validation_absolute_error": found.absolute,
            }
        )
        losses = []
        if found.squared < best:
            best, selected, weights = found.squared, step, copy.deepcopy(model.state_dict())
        if settings.patience and step - selected >= settings.patience:
            stopped = "converged"
            break
    model.load_state_dict(weights)
    return ForecastOutcome(
        steps=step,
        selected_step=selected,
        stopped=stopped,
        validation=forecast_errors(model, task, validation, device),
        test=forecast_errors(model, task, test, device),
        seconds_training=seconds,
        weights={name: value.cpu() for name, value in weights.items()},
    )
