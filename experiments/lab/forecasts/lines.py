"""Forecasts of the test part as they were made: those of a few nodes, to be drawn beside the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from experiments.lab.forecasts.baselines import Forecast
from experiments.lab.forecasts.data import ForecastTask

PART = 256  # windows in memory together


def forecast_rows(
    forecast: Forecast, naive: Forecast, task: ForecastTask, names: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Rows of ``forecasts.csv``: time step, node, truth, naive forecast, forecast, in the unit of the series.

    Time steps count from 1, as rows of a file do. The truth of a missing value is empty.

    Args:
        forecast: Of the model.
        naive: Of the last value, or of the last season.
        task: The series.
        names: Of the nodes; numbers where there are none.
    """
    nodes, times = told_nodes(task), task.ends[2]
    level = torch.zeros(()) if task.level is None else task.level

    def told(values: Tensor) -> Tensor:
        return (task.in_unit(values) * task.scale + level)[:, nodes]

    parts = [
        torch.stack([told(task.targets(some)), told(naive(some)), told(forecast(some))], dim=-1)
        for some in times.split(PART)
    ]
    lines = torch.cat(parts)  # (times, nodes, 3)
    known = torch.ones(lines.shape[:2], dtype=torch.bool)
    if task.gaps is not None:
        known = task.gaps.answers[times][:, nodes]
    return [
        {
            "time": int(time) + 1,
            "node": names[node] if names else str(node),
            "truth": float(lines[row, place, 0]) if known[row, place] else "",
            "naive": float(lines[row, place, 1]),
            "forecast": float(lines[row, place, 2]),
        }
        for place, node in enumerate(nodes)
        for row, time in enumerate(times)
    ]


def told_nodes(task: ForecastTask) -> list[int]:
    """The nodes whose deviation in the training part is the smallest, the middle one and the largest.

    Nodes that stand still there are passed over; of deviations that are equal, the first node is taken.
    """
    part = task.in_unit(task.values[: task.learned])
    known = task.known  # a gap may be filled towards a value that comes later
    values = [part[known[:, node], node] for node in range(part.size(1))]
    deviation = torch.stack([each.std(correction=0) for each in values])
    moving = [node for node in deviation.argsort(stable=True).tolist() if values[node].unique().numel() > 1]
    return list(dict.fromkeys((moving[0], moving[len(moving) // 2], moving[-1])))
