"""One run on sequences: trained, tested, and its memory measured before and after."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn

from experiments.core.catalogue import find_experiment
from experiments.core.experiment import load
from experiments.core.specs import GraphSpec, OwnSpec
from experiments.lab.sequences.distance import describe_reach
from experiments.lab.sequences.input_sensitivity import answer_distance, measure_sensitivity
from experiments.lab.sequences.models.models import build_model, hidden_size
from experiments.lab.sequences.models.own import is_fixed
from experiments.lab.sequences.settings import LOSSES, SENSITIVITY, SequenceRun
from experiments.lab.sequences.tasks.task import Batch, Task
from experiments.lab.sequences.training import SequenceTrainer, evaluate, fixed_split, rule_of
from experiments.lab.sequences.what_is_lost import measure_losses
from experiments.records.rows import write_rows
from experiments.running.session import Session
from experiments.training.budget import count_parameters

AnyRun = TypeVar("AnyRun", bound=SequenceRun)


def make_task(run: SequenceRun) -> Task:
    """The task of a run, made by the class that its experiment names."""
    task: Task = load(find_experiment(run.experiment).task).of(run)
    return task


def prepare(runs: list[AnyRun], out: Path, options: dict[str, Any]) -> list[AnyRun]:
    """The runs, after a look at whether each model can be built in its size.

    Raises:
        ValueError: A budget does not fit, or a model does not suit the task.
    """
    for run in {(run.model, run.length, run.train.budget, run.train.hidden): run for run in runs}.values():
        hidden_size(run.model, make_task(run), run.train)
    return runs


def work(run: SequenceRun, folder: Path, session: Session) -> dict[str, Any]:
    """Train and test; writes ``weights.pt`` and ``sensitivity.csv``."""
    task = make_task(run)
    hidden = hidden_size(run.model, task, run.train)
    model = initial_model(run, task, hidden)
    return train_and_test(run, task, model, folder, session) | {"hidden": hidden}


def initial_model(run: SequenceRun, task: Task, hidden: int) -> nn.Module:
    """The model as its seed begins it. Weights are drawn on the CPU, so that all devices start from the same ones."""
    torch.manual_seed(run.seed)
    return build_model(run.model, task, hidden)


def train_and_test(
    run: SequenceRun, task: Task, model: nn.Module, folder: Path, session: Session
) -> dict[str, Any]:
    """Train a model from its initial weights and test it; its memory is measured before and after."""
    memory = Memory(run, task)
    memory.measure("initial", model)
    trainer = SequenceTrainer(model, task, run.train, session.device)
    rule = rule_of(run.train, task.metric)

    @cache
    def test() -> Batch:
        return fixed_split(task, "test", run.train.test_size, session.device)

    session.tested = lambda: {task.metric.key: evaluate(model, task, test())[1]}
    fit = session.fit(trainer, rule, steps=run.train.steps, every=run.train.evaluate_every)
    loss, score = evaluate(model, task, test())
    memory.measure("trained", model)
    found = {task.metric.key: score, "test_loss": loss, **fit.facts(), **facts(run, task, model)}
    return found | memory.written(folder)


class Memory:
    """D(r) of a run's model before and after training, and what its graph loses, as far as they can be measured."""

    def __init__(self, run: SequenceRun, task: Task) -> None:
        self.run, self.task = run, task
        self.parts: dict[str, list[dict[str, Any]]] = {}
        self.lost: dict[str, list[dict[str, Any]]] = {}
        self.reason = ""

    def measure(self, when: str, model: nn.Module) -> None:
        """Measure it now; a user's model need not be one that it can be measured of."""
        if not self.task.ordered:
            self.reason = "the nodes of a graph are at no distance along a sequence"
            return
        try:
            self.parts[when] = measure_sensitivity(model, self.run.model, self.task)
            self.lost[when] = measure_losses(model, self.run.model, self.task)
        except Exception as error:
            if not isinstance(self.run.model, OwnSpec):
                raise
            self.reason = " ".join(f"{error}".split())

    def written(self, folder: Path) -> dict[str, str]:
        """Write ``sensitivity.csv`` and ``losses.csv``, and answer what the result says: why there is no D(r)."""
        if self.reason or not any(self.parts.values()):
            return {
                "no_sensitivity": self.reason
                or "the steps of its examples have no distance from the read-out"
            }
        write_rows(folder / SENSITIVITY, with_when(self.parts))
        if any(self.lost.values()):
            write_rows(folder / LOSSES, with_when(self.lost))
        return {}


def facts(run: SequenceRun, task: Task, model: nn.Module) -> dict[str, Any]:
    """What a record says of task and model besides its scores."""
    spec = run.model
    reach: dict[str, Any] = {}
    if isinstance(spec, GraphSpec) and not task.varies:
        reach = describe_reach(task.graph(spec), spec, task)
    if isinstance(spec, OwnSpec) and is_fixed(spec):
        reach = {"fixed": True}
    return {
        "parameters": count_parameters(model),
        "chance": task.chance,
        "distance": task.distance,
        "answer_at": answer_distance(spec, task),
        "disjoint": task.disjoint,
        **reach,
    }


def with_when(parts: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Rows of several measurements with the column ``when`` in front."""
    return [{"when": when, **row} for when, rows in parts.items() for row in rows]
