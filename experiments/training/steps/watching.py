"""Whether a step changes more than weights: a number that a model counts, a state that it keeps, a generator."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from experiments.training.randomness import Randomness

_OF_TORCH = ("training", "_parameters", "_buffers", "_modules")


class Watch:
    """Looks at models and at Python's and NumPy's generators, before a step and after it.

    Args:
        models: Those that take the step.
    """

    def __init__(self, models: Sequence[nn.Module]) -> None:
        self.models = models
        self.values, self.tensors = self._values(), self._tensors()
        self.generators = Randomness()

    @property
    def found(self) -> str:
        """Why such a step is neither replayed nor taken for several at once; empty where nothing speaks against it."""
        now = self._tensors()
        if len(now) != len(self.tensors) or any(a is not b for a, b in zip(now, self.tensors)):
            return "the model replaces a weight or a buffer in each step"
        if self._values() != self.values:
            return "the model counts something in each step, or remembers it"
        if not self.generators.same():
            return "a step draws from Python's or NumPy's global generator"
        return ""

    def _tensors(self) -> list[Tensor]:
        return [part for model in self.models for part in (*model.parameters(), *model.buffers())]

    def _values(self) -> list[dict[str, Any]]:
        return [
            {name: _noted(value) for name, value in vars(module).items() if name not in _OF_TORCH}
            for model in self.models
            for module in model.modules()
        ]


def _noted(value: Any) -> Any:
    """Something that is equal as long as a value is."""
    try:
        return pickle.dumps(value)
    except Exception:  # a function without a name, a file: what it is can be told, what it holds cannot
        return id(value)
