"""A step and a look of a network, and the errors of any forecast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from experiments.lab.forecasts.baselines import Forecast
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
        scaled: Mean, over the nodes that have one, of a node's mean absolute error over that of its naive forecast in
            the training part (MASE); None where no node has one, or nobody asked for it.
        nodes: Nodes of that mean.
    """

    squared: float
    absolute: float
    scaled: float | None = None
    nodes: int = 0


def network_forecast(model: nn.Module, task: ForecastTask, device: str = "cpu") -> Forecast:
    """The forecasts of a network, in its own precision.

    Args:
        model: ``model(x (B, W, N)) -> (B, N)``.
        task: The series.
        device: Where the model is.
    """

    def forecast(times: Tensor) -> Tensor:
        precision = next((weight.dtype for weight in model.parameters()), torch.double)
        model.eval()
        with torch.no_grad():
            answer: Tensor = model(task.inputs(times).to(precision).to(device))
        return answer.cpu().double()

    return forecast


def forecast_errors(forecast: Forecast, task: ForecastTask, times: Tensor) -> Errors:
    """Errors of the forecasts of some times, in double precision.

    Args:
        forecast: From times (B,) to values (B, N).
        task: The series.
        times: Forecast times.
    """
    squared, absolute = 0.0, 0.0
    by_node = torch.zeros(task.values.shape[1], dtype=torch.double)
    for part in times.split(EVALUATION_BATCH):
        error = task.in_unit(task.counted(forecast(part) - task.targets(part), part))
        squared += float(error.square().sum())
        absolute += float(error.abs().sum())
        by_node += error.abs().sum(0)
    answers = task.answers(times)
    scaled = _scaled(by_node * task.scale, task, times)
    return Errors(
        squared / answers * task.scale**2,
        absolute / answers * task.scale,
        float(scaled.mean()) if len(scaled) else None,
        len(scaled),
    )


def _scaled(sums: Tensor, task: ForecastTask, times: Tensor) -> Tensor:
    """Each node's mean absolute error over that of its naive forecast, of the nodes that have both."""
    if task.naive is None:
        return sums[:0]
    counts = torch.tensor(len(times)) if task.gaps is None else task.gaps.answers[times].sum(0)
    found = sums / counts / task.naive
    return found[(counts > 0) & ~task.naive.isnan()]


def _mean(values: Tensor, there: Tensor) -> Tensor:
    """The mean of those values that are there, 0 where none is."""
    return (values * there).sum() / there.sum().clamp(min=1)


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
        self.spread = None if task.spread is None else task.spread.to(device)

    def draw(self) -> tuple[Tensor, Tensor, Tensor | None]:
        self.model.train()
        learn = self.task.ends[0]
        times = learn[torch.randint(len(learn), (self.batch_size,), generator=self.generator)]
        there = None if self.task.gaps is None else self.task.gaps.answers[times]
        inputs, targets = (
            part.to(self.precision) for part in (self.task.inputs(times), self.task.targets(times))
        )
        return inputs, targets, there

    def loss(
        self, model: Callable[..., Any], drawn: tuple[Tensor, Tensor, Tensor | None]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        inputs, targets, there = drawn
        error = model(inputs) - targets
        loss = error.square().mean() if there is None else _mean(error.square(), there)
        if self.spread is None:
            return loss, {"loss": loss.double()}
        # The loss is of standardised values, what is told of the series' own.
        told = error.detach().double() * self.spread
        return loss, {"loss": _mean(told.square(), torch.ones_like(error) if there is None else there)}

    def look(self) -> Row:
        error = self.means()["loss"] * self.task.scale**2
        return {"train_error": error} | validation_row(
            network_forecast(self.model, self.task, self.device), self.task
        )


def validation_row(forecast: Forecast, task: ForecastTask) -> Row:
    """Errors of the validation part, as a curve has them."""
    found = forecast_errors(forecast, task, task.ends[1])
    return {"validation_error": found.squared, "validation_absolute_error": found.absolute}
