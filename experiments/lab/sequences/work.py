"""One run on sequences: trained, tested, and its memory measured before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from experiments.core.catalogue import find_experiment
from experiments.core.experiment import load
from experiments.core.specs import GraphSpec
from experiments.lab.sequences.distance import describe_reach
from experiments.lab.sequences.input_sensitivity import measure_sensitivity
from experiments.lab.sequences.models import build_model, count_parameters, hidden_size
from experiments.lab.sequences.settings import SENSITIVITY, SequenceRun
from experiments.lab.sequences.tasks import SequenceTask
from experiments.lab.sequences.training import SequenceTrainer, evaluate, fixed_split, rule_of
from experiments.records.rows import write_rows
from experiments.running.session import Session


def make_task(run: SequenceRun) -> SequenceTask:
    """The task of a run, made by the class that its experiment names."""
    task: SequenceTask = load(find_experiment(run.experiment).task)(run.length, run.seed)
    return task


def prepare(runs: list[SequenceRun], out: Path, options: dict[str, Any]) -> list[SequenceRun]:
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


def initial_model(run: SequenceRun, task: SequenceTask, hidden: int) -> nn.Module:
    """The model as its seed begins it. Weights are drawn on the CPU, so that all devices start from the same ones."""
    torch.manual_seed(run.seed)
    return build_model(run.model, task, hidden)


def train_and_test(
    run: SequenceRun, task: SequenceTask, model: nn.Module, folder: Path, session: Session
) -> dict[str, Any]:
    """Train a model from its initial weights and test it; its memory is measured before and after."""
    memory = {"initial": measure_sensitivity(model, run.model, task)}
    trainer = SequenceTrainer(model, task, run.train, session.device)
    fit = session.fit(trainer, rule_of(run.train), steps=run.train.steps, every=run.train.evaluate_every)
    loss, accuracy = evaluate(model, task, fixed_split(task, "test", run.train.test_size, session.device))
    memory["trained"] = measure_sensitivity(model, run.model, task)
    write_rows(folder / SENSITIVITY, with_when(memory))
    return {"test_accuracy": accuracy, "test_loss": loss, **fit.facts(), **facts(run, task, model)}


def facts(run: SequenceRun, task: SequenceTask, model: nn.Module) -> dict[str, Any]:
    """What a record says of task and model besides its scores."""
    spec = run.model
    reach = describe_reach(task.graph(spec), spec, task) if isinstance(spec, GraphSpec) else {}
    return {
        "parameters": count_parameters(model),
        "chance": task.chance,
        "distance": task.distance,
        "disjoint": task.disjoint,
        **reach,
    }


def with_when(parts: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Rows of several measurements with the column ``when`` in front."""
    return [{"when": when, **row} for when, rows in parts.items() for row in rows]
