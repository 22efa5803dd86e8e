"""When a training run ends, and which weights it keeps."""

from __future__ import annotations

import copy
import math
from collections import deque
from typing import Any

from torch import Tensor, nn

from experiments.core.settings import TrainSettings


class Selection:
    """The best look at the validation split so far, and whether looking on makes sense.

    Args:
        settings: ``success`` and ``patience`` end a run.

    Attributes:
        accuracy: Of the best look, in 0..1.
        loss: Of the best look.
        step: When it was.
        weights: The model's then; None before the first look.
    """

    def __init__(self, settings: TrainSettings) -> None:
        self._success, self._patience = settings.success, settings.patience
        self.accuracy, self.loss, self.step = -1.0, math.inf, 0
        self.weights: dict[str, Tensor] | None = None
        self._successes = 0
        self._lowest_loss, self._lowest_step = math.inf, 0

    def update(self, step: int, loss: float, accuracy: float, model: nn.Module) -> str | None:
        """Take in a look; answers why to stop, or None."""
        if (accuracy, -loss) > (self.accuracy, -self.loss):
            self.accuracy, self.loss, self.step = accuracy, loss, step
            self.weights = copy.deepcopy(model.state_dict())
        if loss < self._lowest_loss - 1e-3:
            self._lowest_loss, self._lowest_step = loss, step
        self._successes = self._successes + 1 if accuracy >= self._success else 0
        if self._successes == 2:
            return "success"
        if self._patience and step - self._lowest_step >= self._patience:
            return "converged"
        return None

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint has to keep."""
        return {name: getattr(self, name) for name in _KEPT}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where ``state_dict`` was taken."""
        for name in _KEPT:
            setattr(self, name, state[name])


_KEPT = ("accuracy", "loss", "step", "weights", "_successes", "_lowest_loss", "_lowest_step")


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
