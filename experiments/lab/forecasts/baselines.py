"""Forecasts that no gradient trains: the last value, the mean, the last season, and linear autoregressions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.lab.forecasts.data import ForecastTask
from experiments.lab.forecasts.specs import ForecastModel, LinearModel, SeasonalModel

Forecast = Callable[[Tensor], Tensor]  # of the values (B, N) at times (B,)
PENALTIES = tuple(10.0**power for power in range(-3, 6))  # of a ridge regression, for standardised values
PART = 256  # times whose windows are in memory together


@dataclass(frozen=True)
class Baseline:
    """A forecast, and how many numbers it was fitted with.

    Args:
        forecast: From times (B,) to the values (B, N) that it expects.
        parameters: Numbers that were fitted to the training part.
        penalty: Of a ridge regression, as validation chose it.
    """

    forecast: Forecast
    parameters: int = 0
    penalty: float | None = None


def build_baseline(spec: ForecastModel, task: ForecastTask) -> Baseline:
    """The baseline of a label, fitted to the training part.

    Raises:
        ValueError: A season is longer than what comes before the first time that is forecast.
    """
    if isinstance(spec, LinearModel):
        return _ridge(spec, task)
    if isinstance(spec, SeasonalModel):
        return _season(spec, task)
    if spec.name == "last":
        return Baseline(lambda times: task.past(times - task.horizon))
    means = task.means()
    return Baseline(lambda times: means.expand(len(times), -1), len(means))


def _season(spec: SeasonalModel, task: ForecastTask) -> Baseline:
    back = spec.period * -(-task.horizon // spec.period)  # to the last such time that has been seen
    first = int(task.ends[1][0])
    if back > first:
        raise ValueError(
            f"models: {spec.label} looks back {back} steps, and the first time that is forecast has {first} before it; "
            "take a shorter season or a longer series"
        )
    return Baseline(lambda times: task.past(times - back))


def _ridge(spec: LinearModel, task: ForecastTask) -> Baseline:
    """Least squares with a penalty, which the validation part chooses among ``PENALTIES``.

    Values are taken less each node's mean of the training part, so that levels need no weights. The intercept is not
    penalised.
    """
    means = task.means()
    around = _neighbour_mean(task)

    def features(times: Tensor) -> Tensor:
        """(N, B, F): each node's window, with neighbours their mean window, and a one for the intercept."""
        own = (task.inputs(times) - means).permute(2, 0, 1)  # (N, B, W)
        parts = [own, torch.ones(*own.shape[:2], 1, dtype=own.dtype)]
        if spec.neighbours:
            parts.insert(1, (around @ own.flatten(1)).view_as(own))
        return torch.cat(parts, dim=-1)

    def added_up(times: Tensor) -> tuple[Tensor, Tensor]:
        """Products of the features with one another and with the answers, where there is one."""
        x, y = features(times), (task.targets(times) - means).t().unsqueeze(-1)
        if task.gaps is not None:
            there = task.gaps.answers[times].t().unsqueeze(-1)
            x, y = x * there, y * there
        return x.mT @ x, x.mT @ y

    sums = [added_up(times) for times in task.ends[0].split(PART)]
    gram, moment = (torch.stack(part).sum(0) for part in zip(*sums))  # (N, F, F), (N, F, 1)
    if spec.pooled:
        gram, moment = gram.sum(0, keepdim=True), moment.sum(0, keepdim=True)
    penalised = torch.ones(gram.shape[-1], dtype=gram.dtype)
    penalised[-1] = 0.0

    def fitted(penalty: float) -> tuple[float, float, Tensor]:
        weights = torch.linalg.solve(gram + penalty * torch.diag(penalised), moment)
        lost = sum(
            float(
                task.in_unit(task.counted(forecast(times, weights) - task.targets(times), times))
                .square()
                .sum()
            )
            for times in task.ends[1].split(PART)
        )
        return lost, penalty, weights

    def forecast(times: Tensor, weights: Tensor) -> Tensor:
        return (features(times) @ weights).squeeze(-1).t() + means

    _, penalty, weights = min(map(fitted, PENALTIES), key=lambda found: found[0])
    return Baseline(lambda times: forecast(times, weights), weights.numel(), penalty)


def _neighbour_mean(task: ForecastTask) -> Tensor:
    """(N, N), sparse: row i takes the mean over the neighbours of node i, by weight; of none it is 0."""
    sources, targets = task.edge_index
    nodes = task.values.shape[1]
    if task.edge_weight is None:
        degree = torch.bincount(targets, minlength=nodes).clamp(min=1).to(task.values.dtype)
        share = 1 / degree[targets]
    else:
        share = task.edge_weight / torch.bincount(targets, task.edge_weight, minlength=nodes)[targets]
    ends = torch.stack([targets, sources])
    return torch.sparse_coo_tensor(ends, share, (nodes, nodes), check_invariants=False).coalesce()
