"""``check``: one model or task through its battery, from a program, a notebook, or as tests of pytest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import nn

from experiments.core import own
from experiments.core.catalogue import experiments
from experiments.core.experiment import load
from experiments.core.specs import GraphSpec, ModelSpec, RecurrentSpec, parse_model
from experiments.core.written.kinds import kinds_checked
from experiments.door.checks.battery import (
    MODEL_CHECKS,
    TASK_CHECKS,
    Check,
    battery,
    carried_out,
    name_of,
)
from experiments.door.checks.models.subject import Subject
from experiments.door.checks.report import Report
from experiments.door.checks.tasks.draws import TaskSubject
from experiments.door.checks.verdicts import Caution, NotTried
from experiments.door.models import label_of
from experiments.lab.sequences.tasks.task import Task
from experiments.lab.sequences.tasks.tasks import CopyMemory, DigitPalindromes

LENGTH, BUDGET, SEED = 8, 20_000, 0


@kinds_checked
def check(
    thing: Any,
    task: Any = None,
    length: int | None = None,
    *,
    causal: bool | None = None,
    permutation: bool = False,
    budget: int = BUDGET,
    hidden: int = 0,
) -> Report:
    """Look whether a model, or a task, keeps what a fair comparison takes for granted, and say what to do where not.

    A model is looked at in a small size, untrained and after a few steps: shapes, gradients, randomness, memory
    between calls, mixing of examples, state_dict, devices. A task: its draws, splits, classes and chance.

    Args:
        thing: A label (``"lstm"``, ``"pyg:SAGEConv-3"``, ``"my_lab.py:MyModule"``), a class or function
            ``(task, hidden)``, or a class of tasks.
        task: What the model is made for: a class of tasks, FILE.py:NAME, or the name of a lab's experiment on
            sequences; by default palindromes, and copy-memory where ``causal`` is true.
        length: Of the task; by default its first, or 8.
        causal: Whether the answer at a step is claimed to know nothing of later ones. By default it is where an answer
            is due at every step, for a model of your own and for a recurrent one that reads one way.
        permutation: Whether the order of the steps, or of the nodes of a graph, is claimed to mean nothing.
        budget: Parameters that the model should be able to have.
        hidden: Hidden units to look at it with; by default 16, or the next multiple of its heads.

    Raises:
        ValueError: It is no model and no task, or they do not fit each other; the message says what is known.

    Example:
        >>> report = check("lstm")
        >>> report.ok
        True
        >>> report["gradients"].status
        'holds'
    """
    subject, checks, title = _subject(thing, task, length, causal, permutation, budget, hidden)
    return battery(title, checks, subject)


def parametrize_with_checks(things: Sequence[Any], **options: Any) -> Callable[[Any], Any]:
    """Every check of each model or task as a test of pytest, with ``model`` and ``check`` as its arguments.

    A check that does not apply is skipped, and a warning is an expected failure::

        from experiments import parametrize_with_checks

        @parametrize_with_checks([MyModule, "lstm"])
        def test_my_model(model, check):
            check(model)

    Args:
        things: What ``check`` takes.
        **options: Of ``check``, the same for all.

    Raises:
        ValueError: One is no model and no task.
    """
    import pytest

    rows = []
    for thing in [things] if isinstance(things, str) or not isinstance(things, Sequence) else things:
        label, found = _resolved(thing)
        for one in TASK_CHECKS if isinstance(found, type) else MODEL_CHECKS:
            rows.append(pytest.param(thing, _Test(one, options), id=f"{label}-{name_of(one)}"))
    return pytest.mark.parametrize(("model", "check"), rows)


class _Test:
    """One check as a test calls it."""

    def __init__(self, check: Check, options: dict[str, Any]) -> None:
        self.check, self.options = check, options

    def __call__(self, thing: Any) -> None:
        import pytest

        subject, _, _ = _subject(thing, **self.options)
        try:
            carried_out(self.check, subject)
        except NotTried as reason:
            pytest.skip(str(reason))
        except Caution as caution:
            pytest.xfail(str(caution))


def _subject(
    thing: Any,
    task: Any = None,
    length: int | None = None,
    causal: bool | None = None,
    permutation: bool = False,
    budget: int = BUDGET,
    hidden: int = 0,
) -> tuple[Any, tuple[Check, ...], str]:
    label, found = _resolved(thing)
    if isinstance(found, type):
        steps = _length_of(found, length)
        return TaskSubject(found, steps), TASK_CHECKS, f"{found.__name__} at length {steps}"
    kind = (CopyMemory if causal else DigitPalindromes) if task is None else _task_class(task)
    made = (
        kind
        if isinstance(kind, Task)
        else kind(_length_of(kind, LENGTH if task is None and length is None else length), SEED)
    )
    one_way = (not isinstance(found, GraphSpec)) and not (
        isinstance(found, RecurrentSpec) and found.bidirectional
    )
    claimed = causal if causal is not None else made.every_step and one_way
    subject = Subject(found, made, hidden, budget, claimed, permutation)
    return subject, MODEL_CHECKS, f"{label} on {type(made).__name__} at length {made.length}"


def _resolved(thing: Any) -> tuple[str, ModelSpec | type[Task]]:
    """Its name, and a spec of a model or a class of tasks.

    Raises:
        ValueError: It is neither.
    """
    if _is_task(thing):
        return thing.__name__, thing
    if isinstance(thing, str) and own.is_reference(thing) and "-" not in thing.rpartition(":")[2]:
        code = own.find(thing, own.MODEL, "check")
        if _is_task(found := own.load(code, "check")):
            own.drop(code)
            return _resolved(found)
    if isinstance(thing, nn.Module):
        name = type(thing).__name__
        raise ValueError(
            f"check: a model is made anew for each check; give its class, {name}, not one that is made"
        )
    spec = parse_model(label_of(thing))
    return spec.label, spec


def _task_class(task: Any) -> Any:
    """A class of tasks, or a task, of what a user named.

    Raises:
        ValueError: It is none.
    """
    if _is_task(task) or isinstance(task, Task):
        return task
    if isinstance(task, str) and own.is_reference(task):
        code = own.find(task, own.TASK, "task")
        if _is_task(found := own.load(code, "task")):
            return found
        own.drop(code)
    known = {
        name: kind for name, one in experiments().items() if one.task and _is_task(kind := load(one.task))
    }
    if isinstance(task, str) and task in known:
        return known[task]
    raise ValueError(
        f"task: {task!r:.60} should be a class of tasks (class NAME(Task)), FILE.py:NAME of one, or one of "
        f"{', '.join(known)}"
    )


def _is_task(thing: Any) -> bool:
    return isinstance(thing, type) and issubclass(thing, Task)


def _length_of(kind: type[Task], length: int | None) -> int:
    if length is not None and length < 1:
        raise ValueError(f"length: {length} should be 1 or more")
    return length or next(iter(kind.lengths), LENGTH)
