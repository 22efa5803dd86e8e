"""One coin, guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from experiments.running.session import Session
from experiments.training.stopping import Lowest
from experiments.training.trainer import Row, Trainer
from tests.experiments.coin.experiment import CoinRun


class Tosser(Trainer):
    """A toss a step."""

    def __init__(self, run: CoinRun) -> None:
        model = nn.Linear(1, 1)
        super().__init__(
            model,
            torch.optim.SGD(model.parameters(), lr=run.train.learning_rate),
            generator=torch.Generator().manual_seed(run.seed),
        )
        self.bias = run.bias

    def step(self) -> bool:
        heads = (torch.rand(1, 1, generator=self.generator) < self.bias).float()
        loss = (self.model(torch.ones(1, 1)) - heads).square().mean()
        self.update(loss)
        self.add(loss=loss)
        return False

    def look(self) -> Row:
        return {"train_loss": self.means()["loss"], "validation_miss": miss(self.model, self.bias)}


def miss(model: nn.Module, bias: float) -> float:
    """Distance of the guess from the truth."""
    return abs(model(torch.ones(1, 1)).item() - bias)


def work(run: CoinRun, folder: Path, session: Session) -> dict[str, Any]:
    """Guess."""
    torch.manual_seed(run.seed)
    if run.model.name == "mean":
        session.row({"step": 0, "validation_miss": abs(0.5 - run.bias)})
        return {"test_miss": abs(0.5 - run.bias), "steps": 0, "parameters": 0}
    trainer = Tosser(run)
    fit = session.fit(trainer, Lowest("validation_miss"), steps=run.train.steps, every=2)
    return {"test_miss": miss(trainer.model, run.bias), "parameters": 2, **fit.facts()}
