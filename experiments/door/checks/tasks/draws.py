"""Checks of how a task draws its examples: shapes, randomness, splits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch

from experiments.core import own
from experiments.door.checks.comparing import same_bits
from experiments.door.checks.models.subject import OTHER_SEED, SEED
from experiments.door.checks.randomness import drawn_from, places, seeded
from experiments.door.checks.verdicts import Caution, Fault
from experiments.lab.sequences.tasks.drawn import checked
from experiments.lab.sequences.tasks.task import Batch, Task

MANY = 1000  # examples that say how often an answer is right
FEW = 50
SPLITS = ("train", "validation", "test")


@dataclass
class TaskSubject:
    """A class of tasks at one length.

    Args:
        kind: The class.
        length: T.
        code: Where it stands, for messages.
    """

    kind: type[Task]
    length: int
    code: own.Code | None = None

    def make(self) -> Task:
        """A new task."""
        return self.kind(self.length, SEED)

    def draw(self, split: str = "train", count: int = FEW, seed: int = SEED) -> Batch:
        """Examples of a new task."""
        return self.make().batch(split, count, torch.Generator().manual_seed(seed))

    @cached_property
    def many(self) -> Batch:
        """Examples of the test part, as many as say something about shares."""
        task = self.make()
        return task.batch("test", MANY, task.generator("test"))

    def failure(self, error: BaseException) -> str:
        """An error in words, with file and line where it came through the user's code."""
        words = " ".join(str(error).split())
        place = own.where_it_failed(error, (self.code,) if self.code else ())
        kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
        return f"{kind}{words.removeprefix('task: ')[:300]}{place if place not in words else ''}"


def drawn(subject: TaskSubject) -> None:
    """Every part has as many examples as asked for, of the shapes, kinds and ranges that the task says."""
    for split in SPLITS:
        task = subject.make()
        batch = task.batch(split, FEW, task.generator(split))
        if len(batch.inputs) != FEW:
            raise Fault(
                f"batch({split!r}, {FEW}, ...) answers {len(batch.inputs)} examples; answer as many as asked"
            )
        extras = [batch.extras[name] for name in ("lengths",) if name in batch.extras]
        if task.uses_times or task.num_outputs == 1:
            continue  # what such tasks ask for has a form of its own
        checked(task, (batch.inputs, batch.targets, *extras), FEW)


def again(subject: TaskSubject) -> None:
    """The same seed draws the same examples, from the same task and from a new one; another seed draws others."""
    task = subject.make()
    first, second = (task.batch("train", FEW, torch.Generator().manual_seed(SEED)) for _ in range(2))
    third = subject.draw()
    if not all(_same(first, batch) for batch in (second, third)):
        raise Fault(
            "the same generator does not draw the same examples again; draw everything from the generator that "
            "examples is given (generator=generator), and keep nothing from one call to the next"
        )
    if _same(first, subject.draw(seed=OTHER_SEED)):
        raise Fault(
            "generators of two seeds draw the same examples; draw from the generator that examples is given, and seed "
            "none of your own"
        )


def generator(subject: TaskSubject) -> None:
    """Drawing leaves the global generators of torch, NumPy and Python alone."""
    with seeded(1):
        before = places()
        one = subject.draw()
        moved = drawn_from(before)
    with seeded(2):
        other = subject.draw()
    if moved or not _same(one, other):
        raise Fault(
            f"drawing examples uses the global generator{' of ' + moved if moved else ''}; give each call of torch "
            "generator=generator, so that all models see the same examples"
        )


def steps(subject: TaskSubject) -> None:
    """All batches have the same number of steps, and task.steps says it."""
    said = subject.make().steps
    for split in SPLITS:
        for count in (2, FEW):
            found = subject.draw(split, count).inputs.shape[1]
            if found != said:
                raise Fault(
                    f"a batch of the {split} part has {found} steps where task.steps is {said}; pad all examples to "
                    "one number of steps, and answer their lengths besides"
                )


def splits(subject: TaskSubject) -> None:
    """No example of one part appears in another, or the task says disjoint = False."""
    task = subject.make()
    seen: dict[str, set[tuple[float, ...]]] = {}
    for split in SPLITS:
        batch = task.batch(split, MANY, task.generator(split))
        rows = batch.inputs.flatten(1)
        if "edges" in batch.extras:
            rows = torch.cat([rows, batch.extras["edges"].flatten(1).to(rows)], 1)
        seen[split] = set(map(tuple, rows.tolist()))
    for one, other in (("train", "validation"), ("train", "test"), ("validation", "test")):
        shared = len(seen[one] & seen[other])
        if shared and not task.disjoint:
            raise Caution(
                f"{shared} inputs of the {other} part are in the {one} part too, at T = {task.length}: there are too "
                "few different ones, or the task says disjoint = False; the page of a comparison says so"
            )
        if shared:
            raise Fault(
                f"{shared} inputs of the {other} part are in the {one} part too; leave batch as Task has it, which "
                "divides by a hash of the input, or say disjoint = False"
            )


def _same(one: Batch, other: Batch) -> bool:
    if one.extras.keys() != other.extras.keys():
        return False
    pairs = [(one.inputs, other.inputs), (one.targets, other.targets)]
    pairs += [(one.extras[name], other.extras[name]) for name in one.extras]
    return all(same_bits(a, b) for a, b in pairs)
