"""Checks of a model's weights: gradients, state_dict, copies, size."""

from __future__ import annotations

import copy

import torch
from torch import nn

from experiments.core.specs import OwnSpec
from experiments.door.checks.comparing import named_few, same_bits
from experiments.door.checks.models.subject import OTHER_SEED, Subject, answer
from experiments.door.checks.verdicts import Caution, Fault, NotTried
from experiments.lab.sequences.models.models import fit_hidden
from experiments.lab.sequences.models.own import is_fixed
from experiments.training.budget import count_parameters

BATCHES = 4


def gradients(subject: Subject) -> None:
    """A gradient reaches every trainable parameter within a few steps of training; a warning where it is always 0."""
    model = subject.fresh()
    trainable = {name: p for name, p in model.named_parameters() if p.requires_grad}
    if not trainable:
        raise Fault(
            "it has no trainable parameter; assign layers as attributes (or in nn.ModuleList) in __init__"
        )
    used: set[str] = set()
    reached: set[str] = set()
    for _ in range(BATCHES):  # what is multiplied by a weight that begins at 0 is reached at the second step
        subject.train_a_little(model, 1)
        used |= {n for n, p in trainable.items() if p.grad is not None}
        reached |= {n for n, p in trainable.items() if p.grad is not None and bool((p.grad != 0).any())}
    if missed := [name for name in trainable if name not in used]:
        raise Fault(
            f"no gradient reaches {named_few(missed)}; use them in forward without detach(), .data, argmax or no_grad, "
            "or remove them: they count towards the budget and learn nothing"
        )
    if missed := [name for name in trainable if name not in reached]:
        raise Caution(
            f"the gradient of {named_few(missed)} is 0 in all of {BATCHES} batches; they count towards the budget and "
            "learn nothing on this task, as attention does where a node hears one neighbour alone"
        )


def state_dict(subject: Subject) -> None:
    """Trained a little and loaded into a model of another seed, the state_dict gives the same bits."""
    model = subject.fresh()
    subject.train_a_little(model)
    other = subject.make(OTHER_SEED)
    try:
        other.load_state_dict(model.state_dict())
    except RuntimeError as error:
        raise Fault(
            f"its state_dict does not fit a new model ({' '.join(str(error).split())[:200]}); make all parameters and "
            "buffers in __init__, with sizes that depend on task and hidden alone"
        ) from error
    if not _answer_alike(subject, model, other):
        raise Fault(
            "a new model with its state_dict answers otherwise; what is drawn, or changes in training, should be an "
            "nn.Parameter or a register_buffer, and modules should be in nn.ModuleList, not in a plain list"
        )


def copies(subject: Subject) -> None:
    """After training, copy.deepcopy makes a model that answers with the same bits."""
    model = subject.fresh()
    subject.train_a_little(model)
    model.zero_grad()
    try:
        twin: nn.Module = copy.deepcopy(model)
    except Exception as error:
        raise Fault(
            f"copy.deepcopy fails after training ({subject.failure(error)[:200]}); keep no tensor with a gradient's "
            "history as an attribute: detach() it, or do without it"
        ) from error
    if not _answer_alike(subject, model, twin):
        raise Fault(
            "a deep copy answers otherwise than the model; keep what it needs in parameters and buffers, and no hook "
            "or function that remembers the model it was made for"
        )


def budget(subject: Subject) -> None:
    """A hidden size meets the budget of parameters within 5 %, or the model says fixed = True."""
    spec = subject.spec
    if isinstance(spec, OwnSpec) and is_fixed(spec):
        raise NotTried(f"it is fixed, with {count_parameters(subject.make())} parameters whatever the budget")
    try:
        fit_hidden(spec, subject.task, subject.budget)
    except ValueError as error:
        words = str(error)
        advice = "" if "fixed = True" in words else "; give another budget, or let finer sizes be possible"
        raise Fault(f"{words.removeprefix('budget: ')}{advice}") from error


def _answer_alike(subject: Subject, model: nn.Module, other: nn.Module) -> bool:
    """Whether two models answer with the same bits in evaluation."""
    with torch.no_grad():
        one, two = (answer(m.eval(), subject.batch) for m in (model, other))
    return same_bits(one, two)
