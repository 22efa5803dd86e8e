"""What a claim is, and what it takes to look at it: plain descriptions that import nothing slow.

A new claim is a ``Claim`` in a module of its own, entered in ``table.py``. Its runs can be of any experiment.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from experiments.core.catalogue import find_experiment
from experiments.core.run import Run
from experiments.running.plan import plan


@dataclass(frozen=True)
class Sweep:
    """Every combination of models, lengths and seeds of an experiment, under one set of settings.

    Args:
        experiment: Name in the catalogue.
        models: Labels of models.
        lengths: Lengths T; none for an experiment that has no lengths.
        seeds: How many; 3 stands for 0, 1, 2.
        values: Settings that differ from the defaults of their fields. The experiment's own defaults do not count: a
            claim says itself what it rests on.
    """

    experiment: str
    models: tuple[str, ...]
    lengths: tuple[int, ...]
    seeds: int
    values: dict[str, Any] = field(default_factory=dict)

    def runs(self, device: str = "cpu", threads: int = 1) -> list[Run]:
        """Every run, in settings that can be carried out."""
        given: dict[str, Any] = {name: [value] for name, value in self.values.items()}
        if self.lengths:
            given["length"] = self.lengths
        bare = dataclasses.replace(find_experiment(self.experiment), values={})
        return plan(bare, self.models, range(self.seeds), given, device=device, threads=threads)

    def describe(self) -> str:
        """The settings in one line."""
        lengths = [f"length {', '.join(map(str, self.lengths))}"] if self.lengths else []
        values = ", ".join(f"{name} {_text(value)}" for name, value in self.values.items())
        return "; ".join(
            [f"{self.experiment}: {', '.join(self.models)}", *lengths, f"{self.seeds} seeds", values]
        )


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


@dataclass(frozen=True)
class Plan:
    """Under which settings a claim is looked at.

    Args:
        runs: What is trained.
        compute: ``module:function`` that is called with ``options`` and answers plain numbers, for claims (or parts of
            claims) that need no training.
        options: Its arguments.
    """

    runs: tuple[Sweep, ...] = ()
    compute: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    def describe(self) -> list[str]:
        """The settings, a line each."""
        lines = [plan.describe() for plan in self.runs]
        if self.compute and self.options:
            lines.append("computed: " + ", ".join(f"{name} {value}" for name, value in self.options.items()))
        return lines


NOT_STATED = "not stated"


@dataclass(frozen=True)
class Stated:
    """What a source says of a setting.

    Args:
        value: In the words of ours where it is the same.
        why: Why ours is another one; empty where it is the same.
    """

    value: str
    why: str = ""


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
        stated: What the source says of settings, by name; what is not here it does not state.
        left_out: What of the source is not done again, and why.
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
    stated: Mapping[str, Stated] = field(default_factory=dict)
    left_out: str = ""
    records: str = ""

    def plan(self, quick: bool) -> Plan:
        """The settings asked for."""
        return self.quick if quick else self.full

    @property
    def most_steps(self) -> int:
        """Most training steps of a run under the full settings; 0 where nothing is trained."""
        return max((run.most_steps for part in self.full.runs for run in part.runs()), default=0)

    def command(self, quick: bool) -> str:
        """What a user types to do it again."""
        return f"gnnlab reproduce {self.id}{' --quick' if quick else ''}"
