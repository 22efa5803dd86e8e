"""The experiments by name. A new one is a folder below ``experiments/lab`` and a line here."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

from experiments.core.experiment import Experiment, load
from experiments.core.naming import nearest
from experiments.core.run import Run

#: Modules with a tuple EXPERIMENTS, in the order of ``gnnlab list``; none of them imports torch.
FOLDERS = (
    "experiments.lab.sequences.experiment",
    "experiments.lab.memory.experiment",
    "experiments.lab.trees.experiment",
    "experiments.lab.citation.experiment",
    "experiments.lab.documents.experiment",
    "experiments.lab.characters.experiment",
    "experiments.lab.forecasts.experiment",
)


@cache
def experiments() -> dict[str, Experiment]:
    """Every experiment by name."""
    found = [experiment for name in FOLDERS for experiment in importlib.import_module(name).EXPERIMENTS]
    return {experiment.name: experiment for experiment in found}


def find_experiment(name: str) -> Experiment:
    """The experiment of that name.

    Raises:
        ValueError: There is none; the message lists those there are.
    """
    known = experiments()
    if name not in known:
        hint = nearest(name, list(known))
        raise ValueError(f"experiment: unknown {name!r}{hint or '.'} Known: {', '.join(known)}")
    return known[name]


def read_settings(values: dict[str, Any]) -> Run:
    """The run that a ``config.json`` describes, in the class of its experiment.

    Raises:
        ValueError: It is no object, its experiment is not known, or a key is missing or not known.
    """
    if not isinstance(values, dict):
        raise ValueError(f"config.json should hold an object, but holds a {type(values).__name__}")
    run: Run = load(find_experiment(str(values.get("experiment"))).run).from_dict(values)
    return run
