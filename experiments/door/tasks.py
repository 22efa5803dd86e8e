"""A task made of a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from experiments.core.written.kinds import check_facts
from experiments.lab.sequences.tasks.task import Task

_OWN = (
    "num_tokens",
    "num_features",
    "num_outputs",
    "regression",
    "every_step",
    "chance",
    "disjoint",
    "lengths",
    "metric",
)


def task(**facts: Any) -> Callable[[Callable[..., Any]], type[Task]]:
    """Make a class of tasks of a function ``(count, generator, length)`` that draws examples.

    Args:
        **facts: Attributes of ``Task``: ``num_tokens`` or ``num_features``, ``num_outputs``, ``chance``, ...

    Raises:
        ValueError: There is no such attribute, or it is of another kind.

    Example:
        >>> import torch
        >>> from experiments import task
        >>> @task(num_tokens=2, num_outputs=2, chance=0.5)
        ... def parity(count, generator, length):
        ...     bits = torch.randint(2, (count, length), generator=generator)
        ...     return bits, bits.sum(1) % 2
        >>> parity(8, 0).batch("test", 3, torch.Generator()).inputs.shape
        torch.Size([3, 8])
    """
    for key in facts:
        if key not in _OWN:
            raise ValueError(f"task: {key} is nothing that a task has; it has {', '.join(_OWN)}")
    check_facts(facts, Task)

    def made(function: Callable[..., Any]) -> type[Task]:
        takes_length = len(inspect.signature(function).parameters) > 2

        def examples(self: Task, count: int, generator: Any) -> Any:
            return function(count, generator, *([self.length] if takes_length else []))

        own = {"examples": examples, "__doc__": function.__doc__, "__module__": function.__module__, **facts}
        return type(function.__name__, (Task,), own)

    return made
