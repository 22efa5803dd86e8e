"""The fastest way to take the steps of some trainings that changes nothing of what they compute."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from experiments.training.steps.captured import Captured
from experiments.training.steps.joint import Joint, Single, has_own_way
from experiments.training.steps.stack import Stack
from experiments.training.steps.taking import Alone, InTurn, Steps, one_by_one
from experiments.training.steps.trial import CannotStackError
from experiments.training.training import Training


def taking_steps(trainings: Sequence[Training], *, alone: bool) -> Steps:
    """How the steps of some trainings are taken.

    Args:
        trainings: They have taken the same number of steps.
        alone: There is no other training in all.
    """
    if len(trainings) > 1:
        apart = [why for each in trainings if (why := each.taken.get("one_by_one"))]
        try:
            if apart:
                raise CannotStackError(apart[0])
            return _on_device(Stack(trainings))
        except torch.OutOfMemoryError:
            half = len(trainings) // 2
            return InTurn([taking_steps(part, alone=False) for part in (trainings[:half], trainings[half:])])
        except CannotStackError as error:
            one_by_one(trainings, str(error))
            return InTurn([_one(each, alone=False) for each in trainings])
    one = _one(trainings[0], alone=alone)
    return one if alone else InTurn([one])


def _one(training: Training, *, alone: bool) -> Steps:
    trainer = training.trainer
    if trainer.placement.type == "cuda" and trainer.optimizer is not None and not has_own_way(trainer):
        return Captured(Single([training], alone=alone))
    return Alone([training], alone=alone)


def _on_device(steps: Joint) -> Steps:
    return Captured(steps) if steps.trainers[0].placement.type == "cuda" else steps
