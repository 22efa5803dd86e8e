"""Checks of what an answer depends on: its own example, the steps so far, the order of the steps."""

from __future__ import annotations

import torch
from torch import Tensor

from experiments.door.checks.models.subject import OTHER_SEED, Subject, changed, rows
from experiments.door.checks.verdicts import Fault, NotTried
from experiments.lab.sequences.tasks.task import Batch

_ALONE = "the task has one example only"


def alone(subject: Subject) -> None:
    """An example alone gets the answer that it gets in a batch, in evaluation."""
    batch = subject.batch
    if len(batch.inputs) < 2:
        raise NotTried(_ALONE)
    together = subject.says(batch)
    for row in (0, len(batch.inputs) // 2, len(batch.inputs) - 1):
        part = slice(row, row + 1)
        if how := subject.differ(subject.says(rows(batch, part)), together[part]):
            raise Fault(
                f"example {row} alone and in a batch of {len(batch.inputs)} is answered otherwise ({how}); compute "
                "each row from its own row, and squeeze no dimension of the batch: squeeze(-1), not squeeze()"
            )


def others(subject: Subject) -> None:
    """Other examples of the batch do not change an answer, in evaluation."""
    if how := _mixed(subject, train=False):
        raise Fault(
            f"other examples of a batch change the answer to its first ({how}); compute each row from its own row: "
            "mean, softmax and normalisation go over steps or features, dim=1 or -1, and never over dim 0"
        )


def others_in_training(subject: Subject) -> None:
    """Other examples of the batch do not change an answer in training either, with dropout held fixed."""
    if how := _mixed(subject, train=True):
        raise Fault(
            f"in training, other examples of a batch change the answer to its first ({how}), as BatchNorm makes them; "
            "use LayerNorm, or compare models whose batches are made up alike"
        )


def _mixed(subject: Subject, *, train: bool) -> str:
    batch = subject.batch
    if len(batch.inputs) < 2:
        raise NotTried(_ALONE)
    where = torch.ones(batch.inputs.shape[:2], dtype=torch.bool)
    where[0] = False
    moved = batch._replace(inputs=changed(subject.task, batch.inputs, where))
    one, other = (subject.says(b, train=train) for b in (batch, moved))
    return subject.differ(one[:1], other[:1])


def padding(subject: Subject) -> None:
    """What stands behind the end of a sequence does not change its answer, where a model is given lengths."""
    if not subject.reads("lengths"):
        given = "lengths" in subject.batch.extras
        raise NotTried("its forward takes no lengths" if given else "all examples have the same length")
    lengths = subject.batch.extras["lengths"].unsqueeze(1)
    steps = torch.arange(subject.batch.inputs.shape[1])
    where = steps >= lengths
    moved = subject.batch._replace(inputs=changed(subject.task, subject.batch.inputs, where))
    one, other = subject.says(subject.batch), subject.says(moved)
    if subject.task.every_step and one.shape[:2] == where.shape:
        one, other = one[~where], other[~where]
    if how := subject.differ(one, other):
        raise Fault(
            f"what stands behind the end of a sequence changes its answer ({how}); mask the steps at and after "
            "lengths: read the state at lengths - 1, and leave padding out of sums and of attention"
        )


def causality(subject: Subject) -> None:
    """Outputs up to a step do not depend on inputs after it, where that is claimed."""
    if not subject.causal:
        raise NotTried("nothing of the kind is claimed; causal=True claims it")
    if not subject.task.every_step:
        raise NotTried("the task asks for one answer; give one with every_step = True")
    batch = subject.batch
    steps = batch.inputs.shape[1]
    before = subject.says(batch)
    for last in sorted({0, steps // 3, 2 * steps // 3, steps - 2} & set(range(steps - 1))):
        where = (torch.arange(steps) > last).expand(batch.inputs.shape[:2])
        after = subject.says(batch._replace(inputs=changed(subject.task, batch.inputs, where)))
        if how := subject.differ(before[:, : last + 1], after[:, : last + 1]):
            raise Fault(
                f"inputs after step {last} change the answers up to it ({how}); let no layer look ahead: mask "
                "attention by torch.triu, pad convolutions on the left alone, read one way, or give causal=False"
            )


def permutation(subject: Subject) -> None:
    """The answer does not depend on the order of the steps, or nodes, where that is claimed.

    Where examples bring graphs of their own, their edges are renumbered along; where an answer is due at every step,
    the answers move with the steps.
    """
    if not subject.permutation:
        raise NotTried("nothing of the kind is claimed; permutation=True claims it")
    batch = subject.batch
    count, steps = batch.inputs.shape[:2]
    lengths = batch.extras.get("lengths", torch.full((count,), steps))
    order = _orders(lengths, steps)
    moved = _reordered(batch, order)
    one, other = subject.says(batch), subject.says(moved)
    if subject.task.every_step and one.shape[:2] == order.shape:
        one = one.gather(1, order.unsqueeze(-1).expand_as(one))
    if how := subject.differ(one, other):
        raise Fault(
            f"the steps in another order get another answer ({how}); let nodes not know their place (noposition, no "
            "positional encoding), and pool by sum, mean or max; or give permutation=False"
        )


def _orders(lengths: Tensor, steps: int) -> Tensor:
    """(B, T) an order of the steps of each example; those behind its end stay."""
    generator = torch.Generator().manual_seed(OTHER_SEED)
    order = torch.arange(steps).repeat(len(lengths), 1)
    for row, length in enumerate(lengths.tolist()):
        order[row, :length] = torch.randperm(length, generator=generator)
    return order


def _reordered(batch: Batch, order: Tensor) -> Batch:
    """Examples with their steps in another order, and edges that join the same steps as before."""
    inputs = batch.inputs
    index = order if inputs.dim() == 2 else order.unsqueeze(-1).expand_as(inputs)
    extras = dict(batch.extras)
    if "edges" in extras:
        edges = extras["edges"]
        number = order.argsort(1).unsqueeze(1).expand(-1, 2, -1)
        extras["edges"] = torch.where(edges < 0, edges, number.gather(2, edges.clamp(min=0)))
    if "times" in extras:
        extras["times"] = extras["times"].gather(1, order)
    return Batch(inputs.gather(1, index), batch.targets, extras)
