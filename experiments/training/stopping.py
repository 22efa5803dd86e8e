"""Which look at the validation part is the best, and when a training run ends."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import deque
from typing import Any

from torch import Tensor, nn

Row = dict[str, Any]


class Rule(ABC):
    """Keeps the best look so far, and the weights that it was of.

    Attributes:
        row: The best look; None before the first.
        weights: The model's then.
    """

    def __init__(self) -> None:
        self.row: Row | None = None
        self.weights: dict[str, Tensor] | None = None

    def look(self, row: Row, model: nn.Module) -> str:
        """Take in a look; answers why to stop, or an empty string."""
        keep, reason = self.judge(row)
        if keep:
            self.row = row
            self.weights = {name: weight.detach().clone() for name, weight in model.state_dict().items()}
        return reason

    @abstractmethod
    def judge(self, row: Row) -> tuple[bool, str]:
        """Whether this look is the best so far, and why to stop."""

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint has to keep."""
        return dict(vars(self))

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where ``state_dict`` was taken."""
        vars(self).update(state)


class HighestAccuracy(Rule):
    """The highest validation accuracy, or the best of another score, and of equal ones the lowest loss.

    Args:
        success: Ends a run when two looks in a row reach it.
        patience: Steps without a loss lower by 0.001 that end a run; 0 for never.
        key: Column of the score.
        lower: Whether a lower score is a better one; then there is no success to reach.
    """

    def __init__(
        self, success: float, patience: int, key: str = "validation_accuracy", lower: bool = False
    ) -> None:
        super().__init__()
        self.success, self.patience, self.key, self.lower = success, patience, key, lower
        self.accuracy, self.loss = -math.inf, math.inf
        self.successes = 0
        self.lowest_loss, self.lowest_step = math.inf, 0

    def judge(self, row: Row) -> tuple[bool, str]:
        step, loss, accuracy = row["step"], row["validation_loss"], row[self.key]
        accuracy = -accuracy if self.lower else accuracy
        keep = (accuracy, -loss) > (self.accuracy, -self.loss)
        if keep:
            self.accuracy, self.loss = accuracy, loss
        if loss < self.lowest_loss - 1e-3:
            self.lowest_loss, self.lowest_step = loss, step
        self.successes = self.successes + 1 if accuracy >= self.success and not self.lower else 0
        if self.successes == 2:
            return keep, "success"
        late = self.patience and step - self.lowest_step >= self.patience
        return keep, "converged" if late else ""


class Lowest(Rule):
    """The lowest value of one column.

    Args:
        key: The column, such as ``validation_loss``.
        patience: Steps without a lower one that end a run; 0 for never.
    """

    def __init__(self, key: str, patience: int = 0) -> None:
        super().__init__()
        self.key, self.patience = key, patience
        self.best, self.step = math.inf, 0

    def judge(self, row: Row) -> tuple[bool, str]:
        keep = row[self.key] < self.best
        if keep:
            self.best, self.step = row[self.key], row["step"]
        late = self.patience and row["step"] - self.step >= self.patience
        return keep, "converged" if late else ""


class LossWindow(Rule):
    """Ends when the validation loss is above the mean of the last epochs, and keeps the last weights (Kipf & Welling).

    Args:
        patience: How many epochs; 0 for never ending early.
    """

    def __init__(self, patience: int) -> None:
        super().__init__()
        self.patience = patience
        self.losses: list[float] = []

    def judge(self, row: Row) -> tuple[bool, str]:
        loss = row["validation_loss"]
        recent = self.losses[-self.patience :] if self.patience else []
        self.losses.append(loss)
        rising = len(recent) == self.patience > 0 and loss > sum(recent) / len(recent)
        return True, "converged" if rising else ""


class BothBest(Rule):
    """Keeps weights for which validation loss and accuracy are both at their best so far (Veličković et al.).

    Args:
        patience: Epochs in which neither is at its best that end a run; 0 for never.
    """

    def __init__(self, patience: int) -> None:
        super().__init__()
        self.patience = patience
        self.loss, self.accuracy, self.since = math.inf, 0.0, 0

    def judge(self, row: Row) -> tuple[bool, str]:
        loss, accuracy = row["validation_loss"], row["validation_accuracy"]
        lower, higher = loss <= self.loss, accuracy >= self.accuracy
        self.loss, self.accuracy = min(loss, self.loss), max(accuracy, self.accuracy)
        self.since = 0 if lower or higher else self.since + 1
        return lower and higher, "converged" if self.patience and self.since >= self.patience else ""


class RecentLosses:
    """Whether the mean loss of the last steps is still changing.

    Args:
        tolerance: Smaller changes of the mean over ``WINDOW`` steps count as none; 0 for never settling.
    """

    WINDOW = 100

    def __init__(self, tolerance: float) -> None:
        self.tolerance = tolerance
        self.values: deque[float] = deque(maxlen=2 * self.WINDOW)

    def settled(self, loss: Tensor) -> bool:
        """Take in the loss of a step."""
        if not self.tolerance:
            return False  # reading the loss would make a GPU wait at each step
        self.values.append(loss.item())
        if len(self.values) < 2 * self.WINDOW:
            return False
        older, newer = list(self.values)[: self.WINDOW], list(self.values)[self.WINDOW :]
        return abs(sum(newer) - sum(older)) / self.WINDOW < self.tolerance
