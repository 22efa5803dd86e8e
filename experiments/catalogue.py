"""The experiments by name: what each compares, with which defaults. Imports no torch."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import Any

from experiments.settings import nearest


@dataclass(frozen=True)
class Experiment:
    """An experiment of the command line.

    Args:
        name: What the user types.
        title: One line for ``gnnlab list``.
        question: What the comparison asks, in the report.
        models: Default models.
        task: ``module:class`` of the task, imported when a run starts; empty where ``runner`` needs none.
        lengths: Default sequence lengths; empty for an experiment that has none.
        seeds: Default number of seeds.
        smoke: What ``--smoke`` puts in place of the defaults.
        settings: ``module:class`` of a run's settings (``experiments.run_protocol``).
        runner: ``module:function`` that trains and tests one run (``experiments.runs``).
        report: ``module:function`` that makes the page of a results folder (``experiments.report``).
    """

    name: str
    title: str
    question: str
    models: tuple[str, ...]
    task: str = ""
    lengths: tuple[int, ...] = ()
    seeds: int = 3
    smoke: dict[str, Any] = field(default_factory=dict)
    settings: str = "experiments.settings:RunSettings"
    runner: str = "experiments.runs:train_and_test"
    report: str = "experiments.report:comparison_page"


EXPERIMENTS = {
    "palindrome": Experiment(
        name="palindrome",
        title="predict the last digit of a palindrome (it is the first one) from the digits before it",
        task="experiments.palindrome:PalindromeTask",
        question=(
            "A palindrome's last digit equals its first. The model reads all digits but the last and names the "
            "missing one, so a single digit has to survive the whole distance: T - 1 steps through a recurrent "
            "network's state, or T - 1 hops along a path graph, unless an edge shortens the way."
        ),
        models=(
            "rnn",
            "lstm",
            "gcn-3",
            "gcn-4",
            "gcn-9",
            "gat-4",
            "gat-9",
            "gcn-2-mirrored",
            "gat-2-mirrored",
        ),
        lengths=(5, 10, 15, 20),
        smoke={
            "models": ("rnn", "lstm", "gcn-2", "gat-2", "gcn-2-mirrored"),
            "lengths": (4, 7),
            "seeds": 2,
            "train": {
                "steps": 60,
                "evaluate_every": 20,
                "validation_size": 100,
                "test_size": 100,
                "budget": 5000,
            },
        },
    ),
    "citation": Experiment(
        name="citation",
        title="name the class of each node of a graph from a few labelled nodes (karate, lesmis; cora, ...)",
        question=(
            "A few nodes of a graph have a label; the network names the class of all others. It sees the features of "
            "every node and every edge, and no label but those few. What do the edges add to the features?"
        ),
        models=("gcn", "gat", "mlp"),
        seeds=10,
        settings="experiments.citation_settings:CitationSettings",
        runner="experiments.citation:train_and_test",
        report="experiments.citation_report:citation_page",
    ),
}


def load(name: str) -> Any:
    """What ``module:attribute`` stands for, imported now."""
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


def read_settings(values: dict[str, Any]) -> Any:
    """The run that a ``config.json`` describes, in the settings class of its experiment.

    Raises:
        ValueError: A key is missing or not known.
    """
    experiment = EXPERIMENTS.get(str(values.get("experiment")))
    return load(experiment.settings if experiment else Experiment.settings).from_dict(values)


def find_experiment(name: str) -> Experiment:
    """The experiment of that name.

    Raises:
        ValueError: There is none; the message lists those there are.
    """
    if name not in EXPERIMENTS:
        hint = nearest(name, list(EXPERIMENTS))
        raise ValueError(f"experiment: unknown {name!r}{hint or '.'} Known: {', '.join(EXPERIMENTS)}")
    return EXPERIMENTS[name]
