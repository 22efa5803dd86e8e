"""Optimisers and step sizes by their settings."""

from __future__ import annotations

import torch
from torch import nn
from torch.optim.lr_scheduler import StepLR

from experiments.core.training import ScheduledTraining


def make_optimizer(model: nn.Module, train: ScheduledTraining) -> torch.optim.Optimizer:
    """The optimiser of the settings over a model's parameters."""
    parameters, rate = model.parameters(), train.learning_rate
    if train.optimizer == "adam":
        return torch.optim.Adam(parameters, lr=rate)
    if train.optimizer == "rmsprop":
        return torch.optim.RMSprop(parameters, lr=rate)
    return torch.optim.SGD(parameters, lr=rate, momentum=0.9 if train.optimizer == "momentum" else 0.0)


def make_schedule(optimizer: torch.optim.Optimizer, train: ScheduledTraining) -> StepLR | None:
    """Multiplies the step size every ``decay_every`` steps; None where it stays."""
    return StepLR(optimizer, train.decay_every, train.decay) if train.decay_every else None
