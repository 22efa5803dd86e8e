"""The one loop that trains every model of every experiment; nothing in it asks which it has, or how many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from experiments.records.checkpoints import Checkpoint
from experiments.training.interrupts import stop_requests
from experiments.training.steps.choosing import taking_steps
from experiments.training.steps.taking import Found, Steps, guarded, taken
from experiments.training.stopping import Rule
from experiments.training.trainer import Row, Trainer
from experiments.training.training import DivergedError, Fit, Training

TOLD = 10  # of several trained together the steps are told as often

__all__ = ["DivergedError", "Fit", "Training", "fit", "fit_all"]


def fit(
    trainer: Trainer,
    rule: Rule,
    *,
    steps: int,
    every: int = 1,
    on_row: Callable[[Row], None] = lambda row: None,
    on_step: Callable[[int], None] = lambda step: None,
    checkpoint: Checkpoint | None = None,
    free: bool = True,
) -> Fit:
    """Train a model; validation selects the weights. The arguments are those of ``Training``.

    A run that went on from a checkpoint ends with the same bits as one that was never ended.

    Raises:
        DivergedError: A loss became NaN or infinite.
        KeyboardInterrupt: It was asked to stop; a checkpoint holds all that was done.
    """
    training = Training(
        trainer,
        rule,
        steps=steps,
        every=every,
        on_row=on_row,
        on_step=on_step,
        checkpoint=checkpoint,
        free=free,
    )
    found = fit_all([training])[0]
    if isinstance(found, BaseException):
        raise found
    return found


def fit_all(trainings: Sequence[Training]) -> list[Fit | BaseException]:
    """Train several models that differ in their seed alone, each as if it were trained alone.

    Where it can be, a step is taken for all of them at once. One that ends, or fails, leaves the others as they are.

    Args:
        trainings: One or more. Those that go on from a checkpoint may have begun at different steps.

    Returns:
        For each what it ended with, or its error.

    Raises:
        KeyboardInterrupt: It was asked to stop; checkpoints hold all that was done.
    """
    found: Found = {}
    alone = len(trainings) == 1
    with stop_requests() as stop_asked:
        for each in trainings:
            guarded(each, found, each.begin, alone=alone)
        steps: Steps | None = None
        while going := [each for each in trainings if each not in found and not each.ended]:
            behind = min(each.step for each in going)
            now = [each for each in going if each.step == behind]
            others = [each.step for each in going if each.step > behind]
            if steps is not None:
                steps.release()
            steps = taking_steps(now, alone=alone)
            if not _advance(steps, found, min(others, default=now[0].steps), stop_asked):
                break
        if steps is not None:
            steps.release()
    for each in trainings:
        if each not in found:
            guarded(each, found, partial(_end, each, found), alone=alone)
    return [found[each] for each in trainings]


def _end(each: Training, found: Found) -> None:
    found[each] = each.end()


def _advance(steps: Steps, found: Found, until: int, stop_asked: Callable[[], bool]) -> bool:
    """Take steps up to a number, or until one of the trainings ends; answers whether to go on."""
    alone = steps.alone
    steps.go_on()
    while steps.going[0].step < until:
        now, due = list(steps.going), []
        settled = dict(zip(steps.trainings, taken(steps, found)))
        for each in now:
            is_settled = settled[each]
            each.step += 1
            if each.is_due(is_settled) and each not in found:
                due.append((each, is_settled))
        if alone or due or now[0].step % TOLD == 0:
            for each in now:
                each.on_step(each.step)
        if due:
            steps.flush()
            for each, is_settled in due:
                guarded(each, found, partial(each.look, is_settled), alone=alone)
            steps.go_on()
        if not _save(steps, found, stop_asked()):
            return False
        ended = [each for each in now if each.ended or each in found]
        if steps.fell_apart or (ended and not steps.spares(len(ended))):
            return True
        for each in ended:
            steps.leave(each)
    return True


def _save(steps: Steps, found: Found, asked: bool) -> bool:
    """Write checkpoints where it is time to, and stop where it was asked; answers whether to go on."""
    there = [each for each in steps.going if each not in found]
    kept = [each for each in there if each.checkpoint is not None]
    if len(kept) < len(there) and asked:
        return False
    decided = [each.trainer.agree(asked, each.checkpoint.due(each.step)) for each in kept]  # type: ignore[union-attr]
    stop = any(stop for stop, _ in decided)
    if stop or any(save for _, save in decided):
        steps.flush()
        for each in kept:
            guarded(each, found, each.save, alone=steps.alone)
        steps.go_on()
    if stop:
        raise KeyboardInterrupt(f"stopped at step {max(each.step for each in kept)}")
    return True
