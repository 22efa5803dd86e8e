"""Checks of a model's answers by themselves: shape, numbers, modes, randomness, memory of earlier calls."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from experiments.door.checks.comparing import named_few, same_bits
from experiments.door.checks.models.subject import OTHER_SEED, Subject, answer, cloned
from experiments.door.checks.randomness import drawn_from, places, seeded
from experiments.door.checks.verdicts import Fault
from experiments.lab.sequences.models.own import shape_due
from experiments.lab.sequences.training import answers


def shapes(subject: Subject) -> None:
    """Logits have a row an example (and step), and a column an output."""
    batch = subject.batch
    due = shape_due(subject.task, batch)
    found = tuple(answer(subject.fresh(), batch).shape)
    if found != due:
        row = "example and step" if subject.task.every_step else "example"
        raise Fault(
            f"inputs of the shape {tuple(batch.inputs.shape)} are answered with {found}; it should be {due}: let the "
            f"last layer have task.num_outputs = {subject.task.num_outputs} outputs, and answer a row for each {row}"
        )


def finite(subject: Subject) -> None:
    """All outputs are finite numbers, before training and after a few steps of it."""
    model = subject.fresh()
    when = "before any training"
    for _ in range(2):
        for train in (True, False):
            with torch.no_grad():
                out = answer(model.train(train), subject.batch)
            if not bool(torch.isfinite(out).all()):
                raise Fault(
                    f"some outputs are NaN or infinite {when}; look for a division by zero, a logarithm or root of 0, "
                    "or a softmax over nothing but -inf, and scale the initial weights down"
                )
        subject.train_a_little(model)
        when = "after three steps of training"


def modes(subject: Subject) -> None:
    """The shape of the answer is the same in training and in evaluation."""
    train, evaluation = (tuple(subject.says(subject.batch, train=mode).shape) for mode in (True, False))
    if train != evaluation:
        raise Fault(
            f"the answer is {train} in training and {evaluation} after eval(); answer the same logits in both modes, "
            "because the lab itself takes the most likely class"
        )


def same_seed(subject: Subject) -> None:
    """Built twice under one torch seed, the weights and the answers have the same bits."""
    one, other = subject.make(), subject.make()
    moved = _changed(one.state_dict(), other.state_dict())
    with torch.no_grad():
        if not moved and same_bits(answer(one.eval(), subject.batch), answer(other.eval(), subject.batch)):
            return
    raise Fault(
        f"two models built under the same seed differ{' in ' + moved if moved else ''}; draw the weights from torch's "
        "global generator alone, which the lab seeds, and from no generator seeded by the clock"
    )


def generator(subject: Subject) -> None:
    """In evaluation nothing is drawn from a global generator, and the seed does not change the answer."""
    model = subject.fresh().eval()
    with torch.no_grad(), seeded(OTHER_SEED):
        before = places()
        answers(model, cloned(subject.batch))
        drawn = drawn_from(before)
        one, other = (answer(subject.fresh().eval(), subject.batch, seed) for seed in (1, 2))
    if drawn or not same_bits(one, other):
        raise Fault(
            f"after eval() it draws from the global generator{' of ' + drawn if drawn else ''}, so a score depends "
            "on what was drawn before; draw only while self.training, as in F.dropout(x, p, self.training)"
        )


def repeats(subject: Subject) -> None:
    """In evaluation the same batch gets the same bits again, whatever batch came between."""
    model = subject.fresh().eval()
    with torch.no_grad():
        first = answer(model, subject.batch)
        first = first.clone()
        answer(model, subject.other)
        again = answer(model, subject.batch)
    if not same_bits(first, again):
        raise Fault(
            "the same batch is answered otherwise after another one came between; keep no state from one call to the "
            "next: begin each forward with a new hidden state, and change no buffer after eval()"
        )


def unchanged(subject: Subject) -> None:
    """Neither eval() nor a call in evaluation changes a parameter or a buffer."""
    model = subject.fresh()
    before = copy.deepcopy(model.state_dict())
    model.eval()
    at_eval = _changed(before, model.state_dict())
    with torch.no_grad():
        answer(model, subject.batch)
    if moved := at_eval or _changed(before, model.state_dict()):
        raise Fault(
            f"{'eval()' if at_eval else 'a call after eval()'} changes {moved}; update buffers only while self.training"
        )


def inputs(subject: Subject) -> None:
    """The batch that a model is given is the same afterwards."""
    for train in (True, False):
        batch = cloned(subject.batch)
        model: nn.Module = subject.fresh().train(train)
        with torch.no_grad(), seeded(OTHER_SEED):
            answers(model, batch)
        pairs = {"the inputs": (batch.inputs, subject.batch.inputs)}
        pairs |= {name: (value, subject.batch.extras[name]) for name, value in batch.extras.items()}
        for name, (now, before) in pairs.items():
            if not same_bits(now, before):
                raise Fault(
                    f"it changes {name} of the batch in place; the lab uses a batch again, so work on a copy: "
                    "x = x.clone(), x + 1 in place of x += 1"
                )


def _changed(before: dict[str, Tensor], after: dict[str, Tensor]) -> str:
    """Names of what differs, in words; empty for none."""
    keys = [*before, *(key for key in after if key not in before)]
    moved = [k for k in keys if k not in before or k not in after or not same_bits(before[k], after[k])]
    return named_few(moved)
