"""Experiments that train recurrent and graph networks on the same tasks, and what becomes of their records.

This is the door for programs and notebooks::

    from experiments import Task, compare, results
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.core.experiment import Experiment
    from experiments.core.metric import Metric
    from experiments.door.checks.door import check, parametrize_with_checks
    from experiments.door.compare import compare, results
    from experiments.door.models import graph_net
    from experiments.door.tasks import task
    from experiments.lab.sequences.tasks.task import Examples, Task

#: Where each name is; it is imported when it is asked for, so that the command line stays quick.
_NAMES = {
    "Examples": "experiments.lab.sequences.tasks.task",
    "Experiment": "experiments.core.experiment",
    "Metric": "experiments.core.metric",
    "Task": "experiments.lab.sequences.tasks.task",
    "check": "experiments.door.checks.door",
    "compare": "experiments.door.compare",
    "graph_net": "experiments.door.models",
    "parametrize_with_checks": "experiments.door.checks.door",
    "results": "experiments.door.compare",
    "task": "experiments.door.tasks",
}

__all__ = [
    "Examples",
    "Experiment",
    "Metric",
    "Task",
    "check",
    "compare",
    "graph_net",
    "parametrize_with_checks",
    "results",
    "task",
]


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'experiments' has no attribute {name!r}")
    return getattr(importlib.import_module(_NAMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
