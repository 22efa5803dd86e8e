"""Whether a step changes more than weights: a number that a model counts, a state that it keeps, a generator."""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor, nn

from experiments.training.randomness import Randomness
from experiments.training.trainer import Trainer

LARGE = 1000  # numbers of an array
_OF_TORCH = ("training", "_parameters", "_buffers", "_modules")


class Watch:
    """Looks at what is a user's and at Python's and NumPy's generators, before a step and after it.

    Args:
        trainers: Those that take the step.
    """

    def __init__(self, trainers: Sequence[Trainer]) -> None:
        self.trainers = trainers
        self.values, self.tensors = self._values(), self._tensors()
        self.generators = Randomness()

    @property
    def found(self) -> str:
        """Why such a step is neither replayed nor taken for several at once; empty where nothing speaks against it."""
        now = self._tensors()
        if len(now) != len(self.tensors) or any(a is not b for a, b in zip(now, self.tensors)):
            return "the model replaces a weight or a buffer in each step"
        if self._values() != self.values:
            return "the model or the task counts something in each step, or remembers it"
        if not self.generators.same():
            return "a step draws from Python's or NumPy's global generator"
        return ""

    def _tensors(self) -> list[Tensor]:
        return [part for t in self.trainers for part in (*t.model.parameters(), *t.model.buffers())]

    def _values(self) -> list[dict[str, Any]]:
        return [
            {
                name: _noted(value)
                for name, value in getattr(part, "__dict__", {}).items()
                if name not in _OF_TORCH
            }
            for trainer in self.trainers
            for own in (getattr(trainer, name) for name in trainer.own)
            for part in (own.modules() if isinstance(own, nn.Module) else [own])
        ]


class _Noter(pickle.Pickler):
    """Writes down all but the numbers of a tensor or a large array, which may be a data set."""

    def persistent_id(self, thing: Any) -> Any:
        if isinstance(thing, Tensor):
            return id(thing), thing._version
        return id(thing) if isinstance(thing, np.ndarray) and thing.size > LARGE else None


def _noted(value: Any) -> Any:
    """Something that is equal as long as a value is."""
    content = io.BytesIO()
    try:
        _Noter(content).dump(value)
        return content.getvalue()
    except Exception:  # a function without a name, a file: what it is can be told, what it holds cannot
        return id(value)
