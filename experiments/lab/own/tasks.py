"""From what a user named to tasks, and to runs that say what they need."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path
from typing import Any

import torch

from experiments.core import own
from experiments.lab.own.examples import Records, RecordsTask
from experiments.lab.own.files import read_data
from experiments.lab.own.settings import ORDERS, About, OwnRun, about_metric
from experiments.lab.sequences.experiment import ACCURACY, R_SQUARED
from experiments.lab.sequences.models.own import shape_due
from experiments.lab.sequences.tasks.task import Batch, Task
from experiments.lab.sequences.work import prepare as prepare_models

_DIGITS = 16  # of a SHA-256


class OwnTask:
    """A user's task, made for a run."""

    @staticmethod
    def of(run: OwnRun) -> Task:
        """The task of a run: an object of the user's class, or his data.

        Raises:
            ValueError: Its code or file is not there, or is not what it was.
        """
        code = run.of_task
        if code.kind == own.TASK:
            task: Task = own.load(code, "task").of(run)
            return task
        found = digest_of(Path(code.file), run.edges)
        records = kept_records(code.file, run.edges, found)
        if found != run.data:
            raise ValueError(f"task: {code.file} holds other data than when the run was recorded")
        return RecordsTask(run.length, run.seed, records, run.order)


@cache
def kept_records(file: str, edges: str, content: str) -> Records:
    """The examples of a file, read once in a process.

    Args:
        file, edges: Where they are.
        content: SHA-256 of both; another one is another content.
    """
    return read_data(Path(file), edges)


def digest_of(path: Path, edges: str) -> str:
    """Which data they are, by the content of their files."""
    found = own.digest_said(path, "task")[:_DIGITS]
    return found + (own.digest_said(Path(edges), "edges")[:_DIGITS] if edges else "")


def prepare(runs: list[OwnRun], out: Path, options: dict[str, Any]) -> list[OwnRun]:
    """The runs, with the task that the user named: its name, its code, its length, and what it says of itself.

    Raises:
        ValueError: There is no such task, its examples are not what it says they are, or a model does not suit it.
    """
    first = runs[0]
    if not first.task:
        raise ValueError(
            "task: which? gnnlab run my_lab.py:Parity, or gnnlab run my.csv; --help shows the forms"
        )
    code = own.known(own.TASK, first.task)
    if code is not None or own.is_reference(first.task):
        runs = _of_code(runs, code or own.find(first.task, own.TASK, "task"))
    else:
        runs = _of_file(runs, Path(first.task))
    return prepare_models(runs, out, options)


def _of_code(runs: list[OwnRun], code: own.Code) -> list[OwnRun]:
    if runs[0].edges or any(run.order != ORDERS[0] for run in runs):
        raise ValueError("edges, order: they are for files of graphs; a task of your own has a method edges")
    tasks: dict[int, Task] = {}
    found = []
    for run in runs:
        if not run.length:
            raise ValueError(f"lengths: say which, as in --lengths 8,16; {code.name} has none of its own")
        named = dataclasses.replace(run, task=code.name, code=(code, *run.code))
        if run.length not in tasks:
            tasks[run.length] = OwnTask.of(named)
            check_task(tasks[run.length])
        found.append(dataclasses.replace(named, about=about_task(tasks[run.length])))
    return found


def _of_file(runs: list[OwnRun], path: Path) -> list[OwnRun]:
    path = path.resolve()
    edges = str(Path(runs[0].edges).resolve()) if runs[0].edges else ""
    records = read_data(path, edges)
    if any(run.length for run in runs):
        raise ValueError("lengths: leave them out; data have the lengths that they have")
    if records.edges is None and any(run.order != ORDERS[0] for run in runs):
        raise ValueError("order: these are no graphs; their sequences are read as they are")
    code = own.remember(
        own.Code(kind=own.DATA, name=path.stem, file=str(path), sha256=own.digest_said(path, "task"))
    )
    data = digest_of(path, edges)
    found = []
    for run in runs:
        about = about_records(records, run.order)
        made = dataclasses.replace(
            run,
            task=path.stem,
            code=(code, *run.code),
            data=data,
            edges=edges,
            length=records.inputs.shape[1],
            about=about,
        )
        found.append(made)
    for seed in {run.seed for run in found}:
        RecordsTask(found[0].length, seed, records)  # says where a part is empty
    return found


def check_task(task: Task) -> None:
    """Raise a ValueError unless a task draws the examples that it says it does, and the same again for a seed."""
    name = type(task).__name__
    if getattr(task, "num_outputs", None) is None:
        raise ValueError(
            f"task: {name} should have num_outputs, the number of classes (or of numbers asked for)"
        )
    try:
        first, again = (task.batch("train", 8, task.generator("train")) for _ in range(2))
    except ValueError as error:
        if str(error).startswith("task: "):
            raise
        raise ValueError(_failed(name, error)) from error
    except Exception as error:
        raise ValueError(_failed(name, error)) from error
    check_metric(task, first)
    if not (first.inputs.equal(again.inputs) and first.targets.equal(again.targets)):
        raise ValueError(
            f"task: {name}.examples answers differently for the same generator; draw all that is random from it, "
            "as in torch.randint(..., generator=generator)"
        )


def check_metric(task: Task, batch: Batch) -> None:
    """Raise a ValueError unless a task's metric is one of the test part, and its score a tensor of one number."""
    name, key = type(task).__name__, task.metric.key
    if not key.startswith("test_"):
        raise ValueError(
            f"task: the key of {name}.metric should begin with test_, as test_f1, but is {key!r}"
        )
    try:
        score = task.score(torch.zeros(shape_due(task, batch)), batch.targets)
    except Exception as error:
        raise ValueError(_failed(name, error)) from error
    if not isinstance(score, torch.Tensor) or score.numel() != 1:
        raise ValueError(
            f"task: {name}.score should answer a tensor of one number, but answers {score!r:.60}"
        )


def _failed(name: str, error: Exception) -> str:
    code = own.known(own.TASK, name)
    place = own.where_it_failed(error, (code,) if code else ())
    return f"task: {name} failed: {type(error).__name__}: {error}{place}"


def about_task(task: Task) -> About:
    """What a class of tasks says of itself."""
    title, _, question = (type(task).__doc__ or "").strip().partition("\n\n")
    inputs = f"{task.num_tokens} symbols" if task.num_tokens else f"{task.num_features} numbers per step"
    answers = f"{task.num_outputs} numbers" if task.regression else f"{task.num_outputs} classes"
    each = ", one at every step" if task.every_step else ""
    facts = [f"Inputs are sequences of {inputs}; answers are {answers}{each}."]
    if task.varies:
        facts.append("Examples have lengths or graphs of their own.")
    return About(
        title=" ".join(title.split()),
        question=" ".join(question.split()),
        facts=tuple(facts),
        **about_metric(task.metric),
    )


def about_records(records: Records, order: str) -> About:
    """What a user's data are."""
    task_kind = "graphs and their answers" if records.edges is not None else "sequences and their answers"
    if records.is_one_graph:
        task_kind = "the nodes of one graph"
    question = f"Which model answers best for {task_kind}, as {records.name} has them?"
    words = {
        "given": "as they are numbered in the data",
        "degree": "those with most edges first",
        "breadth": "breadth first from the node with most edges",
    }
    facts = [*records.facts]
    if records.classes:
        shown = ", ".join(records.classes[:10]) + (", ..." if len(records.classes) > 10 else "")
        facts.append(f"{len(records.classes)} classes: {shown}.")
    else:
        facts.append(
            "The answer is a number, which models learn in units of the training part's standard deviation."
        )
    if not records.is_one_graph:
        facts.append(f"{len(records.inputs)} examples of up to {records.inputs.shape[1]} steps.")
    whole = (
        "named by the data" if records.split is not None else "eight tenths for training, by class and seed"
    )
    facts.append(f"Parts: {whole}; all of the validation and test parts are answered.")
    if records.edges is not None:
        facts.append(
            f"A recurrent network reads the nodes {words[order]}; graph networks do not know their order."
        )
    metric = ACCURACY if records.classes else R_SQUARED
    return About(title=task_kind, question=question, facts=tuple(facts), **about_metric(metric))
