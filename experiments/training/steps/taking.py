"""Taking steps: one training alone, or several one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
        """Steps follow, after looks or a checkpoint."""

    def release(self) -> None:
        """No steps follow in this way; each trainer has what is its own."""
        self.flush()


class Alone(Steps):
    """One training, step by step."""

    def __init__(self, trainings: Sequence[Training]) -> None:
        super().__init__(trainings, alone=True)

    def take(self, found: Found) -> list[bool]:
        return [self.trainings[0].trainer.step()]

    def go_on(self) -> None:
        self.trainings[0].trainer.clock.go_on()


class InTurn(Steps):
    """Several trainings, a step of each in turn, with the global generators of each."""

    def take(self, found: Found) -> list[bool]:
        settled: list[bool] = []

        def step(each: Training) -> None:
            each.trainer.clock.go_on()
            settled.append(each.trainer.step())
            each.trainer.clock.pause()

        for number, each in enumerate(self.trainings, start=1):
            guarded(each, found, lambda each=each: step(each), alone=False)  # type: ignore[misc]
            settled += [False] * (number - len(settled))
        return settled


class Parts(Steps):
    """Several trainings in parts, each of which takes its steps in its own way."""

    def __init__(self, parts: Sequence[Steps]) -> None:
        super().__init__([each for part in parts for each in part.trainings])
        self.parts = parts

    def take(self, found: Found) -> list[bool]:
        settled: list[bool] = []
        for part in self.parts:
            part.go_on()
            settled += part.take(found)
            part.flush()
        return settled

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
