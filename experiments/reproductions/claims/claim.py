"""What a claim is, and what it takes to look at it: plain descriptions that import nothing slow.

A new claim is a ``Claim`` in a module of its own, entered in ``claim_table.py``. Its runs can be of any experiment:
``Sweep`` describes those on sequences, and any other class with the same three members will do in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from experiments.core.arguments import parse_models
from experiments.core.run_protocol import Run
from experiments.core.settings import RunSettings, TrainSettings


class RunPlan(Protocol):
    """Runs of one experiment that belong to a claim."""

    @property
    def experiment(self) -> str:
        """Name in the catalogue of experiments."""

    def runs(self, device: str = "cpu", threads: int = 1) -> Sequence[Run]:
        """Every run, in settings that can be carried out."""

    def describe(self) -> str:
        """The settings in one line."""


@dataclass(frozen=True)
class Sweep:
    """Every combination of models, lengths and seeds of a sequence experiment.

    Args:
        experiment: Name in the catalogue.
        models: Labels of models.
        lengths: Lengths T.
        seeds: How many; 3 stands for 0, 1, 2.
        train: Settings of training that differ from the defaults of ``TrainSettings``.
    """

    experiment: str
    models: tuple[str, ...]
    lengths: tuple[int, ...]
    seeds: int
    train: dict[str, Any] = field(default_factory=dict)

    def runs(self, device: str = "cpu", threads: int = 1) -> list[RunSettings]:
        from experiments.running.sweep import expand

        train = TrainSettings(**self.train)
        specs = parse_models(",".join(self.models))
        return expand(self.experiment, specs, self.lengths, range(self.seeds), train, device, threads)

    def describe(self) -> str:
        lengths = ", ".join(map(str, self.lengths))
        train = ", ".join(f"{name} {value}" for name, value in self.train.items())
        return f"{self.experiment}: {', '.join(self.models)}; length {lengths}; {self.seeds} seeds; {train}"


@dataclass(frozen=True)
class Plan:
    """Under which settings a claim is looked at.

    Args:
        runs: What is trained.
        compute: ``module:function`` that is called with ``options`` and answers plain numbers, for claims (or parts of
            claims) that need no training.
        options: Its arguments.
    """

    runs: tuple[RunPlan, ...] = ()
    compute: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    def describe(self) -> list[str]:
        """The settings, a line each."""
        lines = [plan.describe() for plan in self.runs]
        if self.compute and self.options:
            lines.append("computed: " + ", ".join(f"{name} {value}" for name, value in self.options.items()))
        return lines


@dataclass(frozen=True)
class Claim:
    """Something that a report or a paper says, and how this project looks at it.

    Args:
        id: What the user types.
        title: One line for a list.
        source: Who says so.
        statement: What is claimed, in our words.
        method: How it is measured, and what the verdict rests on.
        full: Settings as close to the source's as they are known.
        quick: Settings for two cores: minutes, where that can show the claim.
        cut: What ``quick`` leaves out and so cannot show, in words; empty where it leaves out nothing.
        measure: ``module:function`` from ``Evidence`` to ``Measurement``.
        draw: ``module:function`` from ``Evidence`` to a matplotlib figure.
        records: Claim in whose folder the runs are kept, where claims share runs; its own when empty.
    """

    id: str
    title: str
    source: str
    statement: str
    method: str
    full: Plan
    quick: Plan
    cut: str
    measure: str
    draw: str
    records: str = ""

    def plan(self, quick: bool) -> Plan:
        """The settings asked for."""
        return self.quick if quick else self.full

    def command(self, quick: bool) -> str:
        """What a user types to do it again."""
        return f"gnnlab reproduce {self.id}{' --quick' if quick else ''}"
