"""One run of the experiment memory: the measurement of every run on sequences, and what each step or layer does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import nn

from experiments.lab.memory.depth_profile import measure_depth
from experiments.lab.memory.settings import DEPTH, MemoryRun
from experiments.lab.sequences.models.models import hidden_size
from experiments.lab.sequences.tasks.task import Task
from experiments.lab.sequences.training import evaluate, fixed_split
from experiments.lab.sequences.work import Memory, facts, initial_model, make_task, train_and_test, with_when
from experiments.records.rows import write_rows
from experiments.running.session import Session


def work(run: MemoryRun, folder: Path, session: Session) -> dict[str, Any]:
    """Write ``sensitivity.csv`` and ``depth.csv`` at initial weights, and again after training if asked.

    Without training the accuracy of the result is that of the initial weights.
    """
    task = make_task(run)
    hidden = hidden_size(run.model, task, run.train)
    model = initial_model(run, task, hidden)
    depth = {"initial": measure_depth(model, task)}
    if run.trained:
        model = initial_model(run, task, hidden)
        result = train_and_test(run, task, model, folder, session)
        depth["trained"] = measure_depth(model.cpu(), task)
    else:
        result = _initial(run, task, model, folder, session)
    if any(depth.values()):
        write_rows(folder / DEPTH, with_when(depth))
    return result | {"hidden": hidden}


def _initial(run: MemoryRun, task: Task, model: nn.Module, folder: Path, session: Session) -> dict[str, Any]:
    memory = Memory(run, task)
    memory.measure("initial", model)
    loss, accuracy = evaluate(model, task, fixed_split(task, "test", run.train.test_size))
    session.row({"step": 0, "validation_loss": loss, "validation_accuracy": accuracy})
    return {
        "test_accuracy": accuracy,
        "test_loss": loss,
        "steps": 0,
        **facts(run, task, model),
    } | memory.written(folder)
