"""Taking steps: one training alone, or several one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from experiments.training.training import Fit, Training

Found = dict[Training, Fit | Exception]


class Steps:
    """Takes the steps of one or more trainings that have taken the same number of them.

    Args:
        trainings: Of the same model, under seeds of their own.
        alone: There is no other training in all, so that errors and generators are those of the process.
    """

    def __init__(self, trainings: Sequence[Training], *, alone: bool = False) -> None:
        self.trainings, self.alone = list(trainings), alone

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
            settled.update(zip(part.trainings, part.take(found)))
            part.pause()

        for part in self.parts:
            if len(part.trainings) > 1:
                step(part)
            else:
                guarded(part.trainings[0], found, partial(step, part), alone=False)
        return [settled.get(each, False) for each in self.trainings]

    def flush(self) -> None:
        for part in self.parts:
            part.flush()

    def release(self) -> None:
        for part in self.parts:
            part.release()


def guarded(each: Training, found: Found, do: Callable[[], None], *, alone: bool) -> None:
    """Do something for one training, with its generators; its error is its own, unless it is the only one.

    Raises:
        KeyboardInterrupt, SystemExit: As they come.
    """
    if alone:
        do()
        return
    try:
        with each.randomness.here():
            do()
    except Exception as error:
        found[each] = error
