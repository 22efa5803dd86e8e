"""Training on documents: the weights with the lowest validation loss are kept, and test labels are not looked at."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.lab.documents.settings import DocumentTraining
from experiments.training.training import DivergedError

Row = dict[str, Any]


@dataclass(frozen=True)
class Fit:
    """How a training went.

    Args:
        steps: Epochs done (for a grid of settings: settings tried).
        selected_step: The one whose weights were kept.
        stopped: ``converged`` or ``budget``.
        validation_loss: Of the kept weights, mean cross-entropy in nats.
        validation_accuracy: Likewise, in 0..1.
        seconds: Of training, without looks at the validation documents.
    """

    steps: int
    selected_step: int
    stopped: str
    validation_loss: float
    validation_accuracy: float
    seconds: float


def train_document_model(
    model: nn.Module,
    settings: DocumentTraining,
    *,
    batches: Callable[[], Iterable[tuple[Callable[[], Tensor], Tensor]]],
    validate: Callable[[], tuple[Tensor, Tensor]],
    on_row: Callable[[Row], None] = lambda row: None,
    on_step: Callable[[int], None] = lambda step: None,
) -> Fit:
    """Train with Adam, and leave the model with the weights of its lowest validation loss.

    Args:
        model: Trained in place.
        settings: Epochs, step size, when to end.
        batches: Makes the batches of an epoch: a function that computes logits (B, C), and the classes (B,).
        validate: Logits and classes of the validation documents.
        on_row: Called with the metrics of each epoch.
        on_step: Called with the number of epochs done.

    Raises:
        DivergedError: The loss became NaN or infinite.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.learning_rate, fused=True)
    best: Row = {"step": 0, "validation_loss": math.inf}
    weights: dict[str, Tensor] = {}
    seconds, stopped = 0.0, "budget"
    for epoch in range(1, settings.epochs + 1):
        started = time.perf_counter()
        model.train()
        total, right, seen = 0.0, 0, 0
        for compute, y in batches():
            logits = compute()
            loss = F.cross_entropy(logits, y)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            if settings.clip_norm:
                nn.utils.clip_grad_norm_(model.parameters(), settings.clip_norm)
            optimizer.step()
            total += loss.item() * len(y)
            right += int((logits.argmax(1) == y).sum())
            seen += len(y)
        seconds += time.perf_counter() - started
        if not math.isfinite(total):
            raise DivergedError(f"the loss became {total} in epoch {epoch}")
        model.eval()
        with torch.no_grad():
            logits, y = validate()
        row = {
            "step": epoch,
            "train_loss": total / seen,
            "train_accuracy": right / seen,
            "validation_loss": F.cross_entropy(logits, y).item(),
            "validation_accuracy": (logits.argmax(1) == y).double().mean().item(),
        }
        on_row(row)
        on_step(epoch)
        if row["validation_loss"] < best["validation_loss"]:
            best, weights = row, copy.deepcopy(model.state_dict())
        elif settings.patience and epoch - best["step"] >= settings.patience:
            stopped = "converged"
            break
    if not weights:
        raise DivergedError("the validation loss was never a number")
    model.load_state_dict(weights)
    model.eval()
    return Fit(epoch, best["step"], stopped, best["validation_loss"], best["validation_accuracy"], seconds)
