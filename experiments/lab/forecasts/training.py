"""A step and a look of any forecaster, the baselines, and the errors of both."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from experiments.lab.forecasts.data import ForecastTask
from experiments.lab.forecasts.settings import ForecastTraining
from experiments.training.trainer import Row, Trainer

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


class ForecastTrainer(Trainer):
    """Adam on windows drawn at random from the training part.

    Args:
        model: ``model(x (B, W, N)) -> (B, N)``; it is moved to the device.
        task: Series, edges and parts.
        train: Batch and step size.
        seed: Fixes which windows a step sees.
        device: Where to compute.
    """

    def __init__(
        self, model: nn.Module, task: ForecastTask, train: ForecastTraining, seed: int, device: str = "cpu"
    ) -> None:
        model.to(device)
        super().__init__(
            model,
            torch.optim.Adam(model.parameters(), lr=train.learning_rate),
            clip_norm=train.clip_norm,
            generator=torch.Generator().manual_seed(seed),
        )
        self.task, self.batch_size, self.device = task, train.batch_size, device
        self.precision = next(model.parameters()).dtype

    def step(self) -> bool:
        self.model.train()
        learn = self.task.ends[0]
        times = learn[torch.randint(len(learn), (self.batch_size,), generator=self.generator)]
        inputs, targets = (
            part.to(self.precision).to(self.device)
            for part in (self.task.inputs(times), self.task.targets(times))
        )
        loss = (self.model(inputs) - targets).square().mean()
        self.update(loss)
        self.add(loss=loss.double())
        return False

    def look(self) -> Row:
        error = self.means()["loss"] * self.task.scale**2
        return {"train_error": error} | validation_row(self.model, self.task, self.device)


def validation_row(model: nn.Module, task: ForecastTask, device: str = "cpu") -> Row:
    """Errors of the validation part, as a curve has them."""
    found = forecast_errors(model, task, task.ends[1], device)
    return {"validation_error": found.squared, "validation_absolute_error": found.absolute}
