"""What an experiment of the command line is. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


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
        train: Settings of training that differ from those of ``TrainSettings``.
        smoke: What ``--smoke`` puts in place of the defaults.
        settings: ``module:class`` of a run's settings (``experiments.core.run_protocol``).
        runner: ``module:function`` that trains and tests one run (``experiments.running.runs``).
        report: ``module:function`` that makes the page of a results folder (``experiments.reading.report``).
    """

    name: str
    title: str
    question: str
    models: tuple[str, ...]
    task: str = ""
    lengths: tuple[int, ...] = ()
    seeds: int = 3
    train: dict[str, Any] = field(default_factory=dict)
    smoke: dict[str, Any] = field(default_factory=dict)
    settings: str = "experiments.core.settings:RunSettings"
    runner: str = "experiments.running.runs:train_and_test"
    report: str = "experiments.reading.report:comparison_page"
