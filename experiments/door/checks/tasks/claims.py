"""Checks of what a task says of itself: classes, chance, loss, edges."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from experiments.core.specs import parse_model
from experiments.door.checks.comparing import named_few
from experiments.door.checks.tasks.draws import FEW, SPLITS, TaskSubject
from experiments.door.checks.verdicts import Fault, NotTried
from experiments.lab.sequences.tasks.drawn import pad_edges
from experiments.lab.sequences.tasks.task import IGNORED, Task

_MOST_CLASSES = 64
_ENOUGH = 20  # draws for each class: it is missing from all of them with a probability of e^-20
_SIGMAS = 5  # a right chance is refused about once in a million times


def targets(subject: TaskSubject) -> None:
    """The answers are not all the same, and neither are the inputs."""
    batch = subject.many
    asked = batch.targets[batch.targets != IGNORED]
    for what, values in (("answers", asked), ("inputs", batch.inputs)):
        different = values.unique() if what == "answers" else values.flatten(1).unique(dim=0)
        if len(different) < 2:
            raise Fault(
                f"all {what} of {len(batch.inputs)} examples are the same, so there is nothing to learn; look at how "
                f"examples makes its {'targets' if what == 'answers' else 'inputs'}"
            )


def classes(subject: TaskSubject) -> None:
    """Every class is the answer to some example."""
    task, batch = subject.make(), subject.many
    if batch.targets.is_floating_point():
        raise NotTried("numbers are asked for, and no class")
    asked = batch.targets[batch.targets != IGNORED]
    if len(batch.targets) < _ENOUGH * task.num_outputs:
        raise NotTried(f"{len(batch.targets)} examples are too few for {task.num_outputs} classes")
    counts = torch.bincount(asked.flatten(), minlength=task.num_outputs)
    if missing := [str(c) for c in (counts == 0).nonzero().view(-1).tolist()]:
        raise Fault(
            f"no example of {len(batch.targets)} has the answer {named_few(missing)}; num_outputs should be the number "
            f"of classes that occur (classes are 0..num_outputs - 1), and here it is {task.num_outputs}"
        )


def chance(subject: TaskSubject) -> None:
    """The chance that is stated is the score of the best constant answer, within the error of sampling."""
    task, batch = subject.make(), subject.many
    if task.chance is None:
        raise NotTried("the task states none; chance = ... would be drawn in figures as what needs no input")
    if task.num_outputs > _MOST_CLASSES:
        raise NotTried(f"{task.num_outputs} classes are too many for {len(batch.targets)} examples")
    scores = [float(task.score(outputs, batch.targets)) for outputs in _constants(task, batch.targets)]
    best, count = max(scores), len(batch.targets)
    # The best of C constants is the largest of C shares, which lies above the true one by some sqrt(2 ln C) sigmas.
    sigma = math.sqrt(max(task.chance * (1 - task.chance), 1 / count) / count)
    allowed = (_SIGMAS + math.sqrt(2 * math.log(len(scores)))) * sigma
    if abs(best - task.chance) > allowed:
        raise Fault(
            f"chance is stated as {task.chance:.4g}, but the best constant answer scores {best:.4g} on {count} "
            f"examples (within {allowed:.2g}); set chance to the share of the most frequent class, or leave it out"
        )


def _constants(task: Task, targets: Tensor) -> list[Tensor]:
    """Outputs that know nothing of the input: each class always, or the mean of the numbers."""
    if targets.is_floating_point():
        mean = targets.mean(0, keepdim=True).expand_as(targets)
        return [mean if targets.dim() > 1 and not task.every_step else mean.unsqueeze(-1)]
    return [
        F.one_hot(torch.full_like(targets, number), task.num_outputs).float()
        for number in range(task.num_outputs)
    ]


def loss(subject: TaskSubject) -> None:
    """The loss of a constant answer is a finite number with a gradient, and its score is a finite number."""
    task, batch = subject.make(), subject.many
    outputs = _constants(task, batch.targets)[0].clone().requires_grad_()
    found = task.loss(outputs, batch.targets)
    score = float(task.score(outputs.detach(), batch.targets))
    if found.dim() or not bool(torch.isfinite(found)) or not found.requires_grad or not math.isfinite(score):
        raise Fault(
            f"loss(outputs, targets) should be one finite number with a gradient, and score a finite number; they are "
            f"{found.detach()!r:.60} and {score}"
        )


def edges(subject: TaskSubject) -> None:
    """Edges join steps that are there, of each example or of all, and a graph network can be built on them."""
    task = subject.make()
    for split in SPLITS:
        batch = task.batch(split, FEW, task.generator(split))
        if "edges" in batch.extras:
            inside = batch.extras.get("lengths", torch.full((len(batch.inputs),), task.steps)).view(-1, 1, 1)
            if bool((batch.extras["edges"] >= inside).any()):
                raise Fault(
                    f"an edge of the {split} part joins a node that its example does not have; nodes are 0..length - 1"
                )
    if "edges" in task.sample.extras:
        return
    if (own := task.edges()) is not None:
        asks = getattr(own, "query", None) is not None  # one node more, behind the steps
        pad_edges([own], task.steps + asks, type(task).__name__)
    graph = task.graph(parse_model("gcn-2"))  # type: ignore[arg-type]
    index = graph.edge_index
    if index is None or (
        index.numel() and not 0 <= int(index.min()) <= int(index.max()) < int(graph.num_nodes or 0)
    ):
        raise Fault(
            f"graph(spec) has edges of nodes that are not there; nodes are 0..{int(graph.num_nodes or 0) - 1}, set "
            "num_nodes or mend the edges"
        )
