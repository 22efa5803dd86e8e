"""Experiments that train recurrent and graph networks on the same tasks, and what becomes of their records.

This is the door for programs and notebooks::

    from experiments import Task, compare, results
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.core.experiment import Experiment
    from experiments.core.metric import Metric
    from experiments.door.checks.door import check, parametrize_with_checks
    from experiments.door.compare import compare, results
    from experiments.door.models import graph_net
    from experiments.door.tasks import task
    from experiments.lab.sequences.tasks.task import Examples, Task
    from experiments.reading.looks.sizes import restyle

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
    "restyle": "experiments.reading.looks.sizes",
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
    "restyle",
    "results",
    "task",
]


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'experiments' has no attribute {name!r}")
    _check_neighbours()
    return getattr(importlib.import_module(_NAMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _check_neighbours() -> None:
    """Raise an ImportError that says which is which where a module of the user's is called like a package of ours."""
    root = Path(__file__).resolve().parent.parent
    for name in ("seq", "gnnlab"):
        spec = importlib.util.find_spec(name)
        places = [] if spec is None else [spec.origin, *(spec.submodule_search_locations or ())]
        found = [Path(place).resolve() for place in places if place]
        if not any(place.is_relative_to(root / name) for place in found):
            where = found[0] if found else "nothing"
            raise ImportError(
                f"experiments in {root} needs the package {name} beside it, but finds {where}: that is another module "
                f"of the same name; rename it, or start Python where it is not found first"
            )
