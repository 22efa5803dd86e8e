"""Taking steps: one training alone, or several one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from experiments.training.training import Fit, Training

Found = dict[Training, Fit | BaseException]


class NotTakenError(RuntimeError):
    """A step could not be taken for all at once. Nothing has moved, and what was drawn for it waits.

    Args:
        why: What a record says of it; empty where those that are left may go on together.
    """

    def __init__(self, why: str = "") -> None:
        super().__init__(why)
        self.why = why


class Steps:
    """Takes the steps of one or more trainings that have taken the same number of them.

    Args:
        trainings: Of the same model, under seeds of their own.
        alone: There is no other training in all, so that errors and generators are those of the process.

    Attributes:
        fell_apart: Another way has to be found for the steps that follow.
        going: Those of the trainings whose steps are taken; the others have ended, and are as they ended.
    """

    def __init__(self, trainings: Sequence[Training], *, alone: bool = False) -> None:
        self.trainings, self.alone = list(trainings), alone
        self.fell_apart = False
        self.going = list(trainings)

    def spares(self, ended: int) -> bool:
        """Whether so many may end now before another way is found for the steps of the others."""
        return False

    def leave(self, training: Training) -> None:
        """One has ended: the others take their steps, and nothing of it changes any more."""
        raise NotImplementedError

    def take(self, found: Found) -> list[bool]:
        """Take a step of each; answers which of them have settled. Errors of one are written into ``found``."""
        raise NotImplementedError

    def flush(self) -> None:
        """Bring to each trainer what it has to know before it looks, or is saved."""

    def go_on(self) -> None:
        """Steps follow, after looks or a checkpoint, or those of others."""

    def pause(self) -> None:
        """Others take their steps."""

    def release(self) -> None:
        """No steps follow in this way; each trainer has what is its own."""
        self.flush()


class Alone(Steps):
    """One training, step by step."""

    def take(self, found: Found) -> list[bool]:
        return [self.trainings[0].trainer.step()]

    def go_on(self) -> None:
        self.trainings[0].trainer.clock.go_on()

    def pause(self) -> None:
        self.trainings[0].trainer.clock.pause()


class InTurn(Steps):
    """Several trainings in parts, which take a step in turn, each in its own way.

    Args:
        parts: One training by itself, with its own global generators, or several that take their steps as one.
    """

    def __init__(self, parts: Sequence[Steps]) -> None:
        super().__init__([each for part in parts for each in part.trainings])
        self.parts = parts

    def take(self, found: Found) -> list[bool]:
        settled: dict[Training, bool] = {}

        def step(part: Steps) -> None:
            part.go_on()
            settled.update(zip(part.trainings, taken(part, found)))
            part.pause()

        for part in self.parts:
            if len(part.trainings) > 1:
                step(part)
            else:
                guarded(part.trainings[0], found, partial(step, part), alone=False)
        self.fell_apart = any(part.fell_apart for part in self.parts)
        return [settled.get(each, False) for each in self.trainings]

    def flush(self) -> None:
        for part in self.parts:
            part.flush()

    def release(self) -> None:
        for part in self.parts:
            part.release()


def taken(steps: Steps, found: Found) -> list[bool]:
    """Take a step of each, one after the other where it cannot be taken for all at once."""
    try:
        return steps.take(found)
    except NotTakenError as error:
        steps.fell_apart = True
        steps.release()
        left = [each for each in steps.going if each not in found]
        if error.why:
            one_by_one(left, error.why)
        settled = dict(zip(left, InTurn([Alone([each]) for each in left]).take(found)))
        return [settled.get(each, False) for each in steps.trainings]


def one_by_one(trainings: Sequence[Training], why: str) -> None:
    """Have the record of each say that it is trained by itself from now on, and why."""
    for each in trainings:
        joined = each.taken.get("seeds_together", 1)
        since = f"from step {each.step + 1} on: " if joined > 1 and "one_by_one" not in each.taken else ""
        each.taken = {"seeds_together": joined, "one_by_one": since + why}


def guarded(each: Training, found: Found, do: Callable[[], None], *, alone: bool) -> None:
    """Do something for one training, with its generators; its error is its own, unless it is the only one.

    Raises:
        KeyboardInterrupt: As it comes.
    """
    if alone:
        do()
        return
    try:
        with each.randomness.here():
            do()
    except (Exception, SystemExit) as error:  # a user's code may ask for an exit
        found[each] = error
