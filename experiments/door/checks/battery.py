"""The battery: which checks there are, in order, and how one is carried out."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter

from experiments.door.checks.models import answering, dependence, places, weights
from experiments.door.checks.models.subject import Subject, answer
from experiments.door.checks.report import FAILS, HOLDS, NOT_TRIED, WARNS, Report, Result
from experiments.door.checks.tasks import claims, draws
from experiments.door.checks.verdicts import Caution, Fault, NotTried

Check = Callable[[Any], None]


def answered(subject: Subject) -> None:
    """It is built for the task, is a torch module, and answers a batch with a tensor of numbers."""
    model = subject.make()
    assert isinstance(model, nn.Module)
    if any(isinstance(p, UninitializedParameter) for p in model.parameters()):
        raise Fault(
            "it has lazy layers, whose size, and so the number of parameters, is not known before the first batch; "
            "give them their sizes, as nn.Linear(hidden, ...)"
        )
    with torch.no_grad():
        out: Any = answer(model, subject.batch)
    if not isinstance(out, Tensor) or not out.is_floating_point() or not out.dim():
        found = f"{out.dtype} of shape {tuple(out.shape)}" if isinstance(out, Tensor) else type(out).__name__
        raise Fault(
            f"it answers with {found}; forward should answer one tensor of logits, without a state beside them and "
            "without argmax"
        )


MODEL_CHECKS: tuple[Check, ...] = (
    answered,
    answering.shapes,
    answering.finite,
    answering.modes,
    answering.same_seed,
    answering.generator,
    answering.repeats,
    answering.unchanged,
    answering.inputs,
    dependence.alone,
    dependence.others,
    dependence.others_in_training,
    dependence.padding,
    dependence.causality,
    dependence.permutation,
    weights.gradients,
    weights.state_dict,
    weights.copies,
    weights.budget,
    places.device,
    places.double,
)
TASK_CHECKS: tuple[Check, ...] = (
    draws.drawn,
    draws.again,
    draws.generator,
    draws.steps,
    draws.splits,
    claims.targets,
    claims.classes,
    claims.chance,
    claims.loss,
    claims.edges,
)


def name_of(check: Check) -> str:
    """What a check is called in tables."""
    return check.__name__.replace("_", " ")


def carried_out(check: Check, subject: Any) -> None:
    """Carry out one check; an error that it did not foresee is a fault as well.

    Args:
        check: Of the battery.
        subject: A ``Subject``, or a ``TaskSubject`` for the checks of tasks.

    Raises:
        Fault: It does not hold.
        Caution: It does not, and a comparison can do without.
        NotTried: It does not apply here.
    """
    try:
        check(subject)
    except (Fault, Caution, NotTried):
        raise
    except Exception as error:
        asks = inspect.cleandoc(check.__doc__ or "").partition("\n")[0]
        raise Fault(f"{subject.failure(error)}; what is looked at: {asks}") from error


def battery(title: str, checks: tuple[Check, ...], subject: Any) -> Report:
    """All checks of a battery. Where the first does not hold there is nothing to ask the others.

    Args:
        title: What is checked.
        checks: The battery.
        subject: What they are given.
    """
    results: list[Result] = []
    for check in checks:
        asks = inspect.cleandoc(check.__doc__ or "").partition("\n")[0]
        if results and results[0].status == FAILS:
            status, sentence = NOT_TRIED, f"{results[0].check} does not hold"
        else:
            status, sentence = _verdict(check, subject)
        results.append(Result(name_of(check), asks, status, sentence))
    return Report(title, tuple(results))


def _verdict(check: Check, subject: Any) -> tuple[str, str]:
    try:
        carried_out(check, subject)
    except Fault as fault:
        return FAILS, str(fault)
    except Caution as caution:
        return WARNS, str(caution)
    except NotTried as reason:
        return NOT_TRIED, str(reason)
    return HOLDS, ""
