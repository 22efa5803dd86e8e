"""The experiments by name. A new one is a folder below ``experiments/lab`` and a line here."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import Any

from experiments.core import own
from experiments.core.experiment import Experiment, load
from experiments.core.naming import nearest
from experiments.core.run import Run

#: Modules with a tuple EXPERIMENTS, in the order of ``gnnlab list``; none of them imports torch.
FOLDERS = (
    "experiments.lab.sequences.experiment",
    "experiments.lab.symbols.experiment",
    "experiments.lab.own.experiment",
    "experiments.lab.memory.experiment",
    "experiments.lab.trees.experiment",
    "experiments.lab.transfer.experiment",
    "experiments.lab.paths.experiment",
    "experiments.lab.citation.experiment",
    "experiments.lab.documents.experiment",
    "experiments.lab.characters.experiment",
    "experiments.lab.forecasts.experiment",
)

#: Makes an experiment of a user's task, or file of data.
OWN_TASK = "experiments.lab.own.experiment:with_task"
#: Endings of files of data.
DATA_FILES = (".csv", ".tsv", ".npz", ".pt")


@cache
def experiments() -> dict[str, Experiment]:
    """Every experiment by name."""
    found = [experiment for name in FOLDERS for experiment in importlib.import_module(name).EXPERIMENTS]
    return {experiment.name: experiment for experiment in found}


def find_experiment(name: str) -> Experiment:
    """The experiment of that name, or of a user's own: FILE.py:NAME of a task or an experiment, or a file of data.

    Raises:
        ValueError: There is none; the message lists those there are.
    """
    known = experiments()
    if name not in known and (own.is_reference(name) or Path(name).suffix in DATA_FILES):
        return own_experiment(name)
    for other in () if name in known else own.names(own.EXPERIMENT):
        code = own.known(own.EXPERIMENT, other)
        assert code is not None
        if (found := own.load(code, "experiment")).name == name:
            return checked_experiment(found, code)
    if name.endswith(".py"):
        raise ValueError(f"experiment: {name} is a file; name the class of tasks in it, as {name}:Parity")
    if name not in known:
        hint = nearest(name, list(known))
        raise ValueError(f"experiment: unknown {name!r}{hint or '.'} Known: {', '.join(known)}")
    return known[name]


def own_experiment(reference: str) -> Experiment:
    """An experiment of a user's own, or the one that is there for tasks and data of his own, with his in it.

    Raises:
        ValueError: There is no such file or name, or it is none of these.
    """
    found: Experiment
    if not own.is_reference(reference):
        found = load(OWN_TASK)(reference, None)
        return found
    code = own.find(reference, own.EXPERIMENT, "experiment")
    thing = own.load(code, "experiment")
    if isinstance(thing, Experiment):
        return checked_experiment(thing, code)
    own.drop(code)
    found = load(OWN_TASK)(reference, thing)
    return found


def code_of(experiment: Experiment) -> tuple[own.Code, ...]:
    """Where a user's experiment stands; nothing for one of the lab's."""
    if (experiment.base or experiment.name) in experiments():
        return ()
    codes = [
        code for name in own.names(own.EXPERIMENT) if (code := own.known(own.EXPERIMENT, name)) is not None
    ]
    return tuple(code for code in codes if own.load(code, "experiment").name == experiment.name)


def checked_experiment(experiment: Experiment, code: own.Code) -> Experiment:
    """A user's experiment, which is no other than it says.

    Raises:
        ValueError: Its name is that of one of the catalogue.
    """
    if not isinstance(experiment, Experiment):
        raise ValueError(
            f"experiment: {code.where} should be an Experiment, but is a {type(experiment).__name__}"
        )
    if experiment.name in experiments():
        raise ValueError(
            f"experiment: {code.where} is called {experiment.name}, as one of the lab's; rename it"
        )
    return experiment


def read_settings(values: dict[str, Any]) -> Run:
    """The run that a ``config.json`` describes, in the class of its experiment.

    Raises:
        ValueError: It is no object, its experiment is not known, or a key is missing or not known.
    """
    if not isinstance(values, dict):
        raise ValueError(f"config.json should hold an object, but holds a {type(values).__name__}")
    for code in values.get("code") or ():
        own.remember(own.Code.from_dict(code))
    run: Run = load(find_experiment(str(values.get("experiment"))).run).from_dict(values)
    return run


def experiment_of(run: Run) -> Experiment:
    """The experiment of a run, with what the run itself says of it, as the title of a user's own task."""
    return run.described(find_experiment(run.experiment))
