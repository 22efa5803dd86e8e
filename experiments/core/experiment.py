"""An experiment is data: what is particular to it; the line from its runs to its page is the same for all."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from experiments.core.metric import Metric, Published
from experiments.core.written.kinds import check_fields


@dataclass(frozen=True)
class Option:
    """An option of the command line that is no setting of a run.

    Args:
        name: As Python writes it.
        kind: What it holds.
        help: What it means.
    """

    name: str
    kind: type
    help: str


@dataclass(frozen=True)
class Experiment:
    """What one experiment says of itself. Functions and classes are named as ``module:name``, and imported when they
    are needed; where they are there already, they may stand for themselves.

    Args:
        name: What the user types.
        title: One line for ``gnnlab list``.
        question: What the comparison asks, in help and report.
        run: The class of its runs, a subclass of ``Run``.
        parse: From a label to the model of a run.
        model_help: What labels there are, for ``--models``.
        models: Default labels.
        work: ``(run, folder, session) -> dict``: trains and tests a run, and answers what its result says.
        metrics: What runs are judged by; the first one judges.
        sections: ``(results) -> Section | list[Section] | None`` each: what its page shows, in this order.
        terminal: Those of its sections whose tables and sentences the command prints too, below the summary.
        task: The class of its task, for experiments on sequences.
        about: How the comparison is made, for the top of the page.
        values: Defaults of settings that are not those of their fields; a tuple is a list to go through.
        smoke: Settings that ``--smoke`` puts in their place; ``models`` and ``seeds`` too.
        seeds: Default number of seeds.
        settle: ``(label, values) -> (model, train)``: settings of a model's own, before those that the user gave.
        look: ``(runs)``: looks at a user's files before torch is imported, so that what is wrong with them is said at
            once.
        prepare: ``(runs, out, options) -> runs``: looks at the data and at the size of every model; what cannot be
            met is said before anything is written. ``options`` are those of ``options``, by name.
        begin: ``(runs, out, options)``: what is done once before the first run, as keeping a copy of the data.
        again: ``(run, results, out)``: what a run that is redone needs of the folder it was recorded in.
        pictures: ``(runs, out, options)``: pictures for the page, drawn once.
        options: Options that are no settings.
        published: Figures of papers: a tuple of ``Published``.
        references: Models that others are compared with, the first that there is.
        step: What a step of training is called.
        shares_runs: Whether several processes, started by ``torchrun``, can share a run.
        joins_seeds: Whether runs that differ in their seed alone can be trained together in one process.
        base: Name in the catalogue of the experiment that this one is, with a task of a user's own in it.
        start: A command to start with; by default its smoke run.
        tunable: Settings that may be tuned: how a model is trained, and what of its size its label does not say.
        space: What ``gnnlab tune`` goes through where the user says nothing else.
        families: In how many calls its page judges differences, each at its share of the page's level.
        own_columns: Recorded numbers that its tables and sections read; those that no run has are columns of gaps.
    """

    name: str
    title: str
    question: str
    run: Any
    parse: Any
    model_help: str
    models: tuple[str, ...]
    work: Any
    metrics: tuple[Metric, ...]
    sections: tuple[Any, ...]
    terminal: tuple[Any, ...] = ()
    task: Any = ""
    about: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    smoke: dict[str, Any] = field(default_factory=dict)
    seeds: int = 3
    settle: Any = ""
    look: Any = ""
    prepare: Any = ""
    begin: Any = ""
    again: Any = ""
    pictures: Any = ""
    options: tuple[Option, ...] = ()
    published: tuple[Published, ...] = ()
    references: tuple[str, ...] = ("lstm",)
    step: str = "step"
    shares_runs: bool = False
    joins_seeds: bool = False
    base: str = ""
    start: str = ""
    tunable: tuple[str, ...] = ()
    space: str = "learning_rate=0.001,0.003,0.01"
    families: int = 1
    own_columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_fields(self)

    @property
    def metric(self) -> Metric:
        """What its runs are judged by."""
        return self.metrics[0]


def load(name: Any) -> Any:
    """What ``module:attribute`` stands for, imported now; a class or function stands for itself."""
    if not isinstance(name, str):
        return name
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


def loaded(name: Any) -> Callable[..., Any]:
    """The function of that name; one that does nothing and answers its first argument for an empty name."""
    return load(name) if name else lambda first, *rest: first
