"""An epoch and a look of any network on documents; test labels are not looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.lab.documents.settings import DocumentTraining
from experiments.running.session import Session
from experiments.training.fit import Fit
from experiments.training.stopping import Lowest
from experiments.training.trainer import Row, Trainer

#: Makes the batches of an epoch: a function that computes logits (B, C), and the classes (B,).
Batches = Callable[[], Iterable[tuple[Callable[[], Tensor], Tensor]]]


class DocumentTrainer(Trainer):
    """Adam over batches of documents; a step is an epoch.

    Args:
        model: Trained in place; it is on its device already.
        train: Step size, largest norm of the gradient.
        batches: An epoch.
        validate: Logits and classes of the validation documents.
        generator: Draws the batches.
    """

    def __init__(
        self,
        model: nn.Module,
        train: DocumentTraining,
        *,
        batches: Batches,
        validate: Callable[[], tuple[Tensor, Tensor]],
        generator: torch.Generator | None = None,
    ) -> None:
        optimizer = torch.optim.Adam(model.parameters(), lr=train.learning_rate, fused=True)
        super().__init__(model, optimizer, clip_norm=train.clip_norm, generator=generator)
        self.batches, self.validate = batches, validate
        self.epoch: Row = {}

    def step(self) -> bool:
        self.model.train()
        total, right, seen = 0.0, 0, 0
        for compute, y in self.batches():
            logits = compute()
            loss = F.cross_entropy(logits, y)
            self.update(loss)
            total += loss.item() * len(y)
            right += int((logits.argmax(1) == y).sum())
            seen += len(y)
        self.epoch = {"train_loss": total / seen, "train_accuracy": right / seen}
        return False

    @torch.no_grad()
    def look(self) -> Row:
        self.clock.pause()
        self.model.eval()
        logits, y = self.validate()
        return self.epoch | {
            "validation_loss": F.cross_entropy(logits, y).item(),
            "validation_accuracy": (logits.argmax(1) == y).double().mean().item(),
        }


def train_network(trainer: DocumentTrainer, session: Session, part: str) -> Fit:
    """Train, and leave the model with the weights of its lowest validation loss, ready to be asked.

    Args:
        trainer: Of the network.
        session: Of the run that says how many epochs, and when to end.
        part: Which training of the run this is.
    """
    train: DocumentTraining = session.run.train
    rule = Lowest("validation_loss", train.patience)
    fit = session.fit(trainer, rule, steps=train.epochs, part=part, save=False)
    trainer.model.eval()
    return fit
