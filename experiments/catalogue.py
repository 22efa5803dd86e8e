"""The experiments by name: what each compares, with which defaults. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from experiments.settings import nearest


@dataclass(frozen=True)
class Experiment:
    """An experiment of the command line.

    Args:
        name: What the user types.
        title: One line for ``gnnlab list``.
        task: ``module:class`` of the task, imported when a run starts.
        question: What the comparison asks, in the report.
        models: Default models.
        lengths: Default sequence lengths.
        seeds: Default number of seeds.
        smoke: What ``--smoke`` puts in place of the defaults.
    """

    name: str
    title: str
    task: str
    question: str
    models: tuple[str, ...]
    lengths: tuple[int, ...]
    seeds: int = 3
    smoke: dict[str, Any] = field(default_factory=dict)


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
}


def find_experiment(name: str) -> Experiment:
    """The experiment of that name.

    Raises:
        ValueError: There is none; the message lists those there are.
    """
    if name not in EXPERIMENTS:
        hint = nearest(name, list(EXPERIMENTS))
        raise ValueError(f"experiment: unknown {name!r}{hint or '.'} Known: {', '.join(EXPERIMENTS)}")
    return EXPERIMENTS[name]
