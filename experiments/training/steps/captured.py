"""A step captured once on a GPU and replayed: one launch in place of hundreds. Small networks wait for launches."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.utils._pytree import tree_flatten

from experiments.training.steps.joint import Joint
from experiments.training.steps.taking import Found, Steps
from experiments.training.steps.watching import Watch
from experiments.training.training import Training
from seq.capturing import WARM, Beside, Capture, Replay, capture_on_gpu


class Captured(Steps):
    """Steps whose body is captured after a few. What cannot be captured goes on as before, and its record says why.

    Args:
        steps: What is captured. A step whose examples have other shapes than those in the capture is not replayed.
        capture: Records a function, and answers what does it again.
    """

    def __init__(self, steps: Joint, capture: Capture = capture_on_gpu) -> None:
        super().__init__(steps.trainings, alone=steps.alone)
        self.steps, self.capture = steps, capture
        self.given: list[Any] = []  # what the captured body reads
        self.shape: Any = None
        self.told: Any = None
        self.losses: Tensor | None = None
        self.replay: Replay | None = None
        self.rates = steps.rates
        self.warm, self.cannot = 0, ""
        self.beside = Beside(steps.trainers[0].placement)

    def take(self, found: Found) -> list[bool]:
        steps = self.steps
        drawn = steps.drawn(found)
        parts, shape = tree_flatten(drawn)
        if (
            self.rates != steps.rates
        ):  # the step size is part of what is captured; one that never stays is not
            self.replay, self.warm, self.rates = None, 0, steps.rates
        if self.replay is None and not self.cannot and self.warm >= WARM:
            self._capture(parts, shape)
        if self.replay is None or not self._fits(parts, shape):
            return steps.after(self._eager(drawn))
        for mine, part in zip(self.given, parts):
            if isinstance(part, Tensor):
                mine.copy_(part, non_blocking=True)
        self.replay()
        assert self.losses is not None
        return steps.after(self.losses)

    def _fits(self, parts: list[Any], shape: Any) -> bool:
        return bool(shape == self.shape) and all(map(_fits, self.given, parts))

    def _eager(self, drawn: Any) -> Tensor:
        """A step that is not captured."""
        steps = self.steps
        placed = steps.trainers[0].placed(drawn)
        if self.cannot or self.replay is not None:
            return steps.body(placed)
        self.warm += 1
        watched = self.warm == WARM and any(each.free for each in self.trainings)
        watch = Watch(steps.trainers) if watched else None
        with self.beside.here():
            losses = steps.body(placed)
        if watch is not None and watch.found:
            self._leave(watch.found)
        return losses

    def _capture(self, parts: list[Any], shape: Any) -> None:
        steps = self.steps
        placed = steps.trainers[0].placed([p.clone() if isinstance(p, Tensor) else p for p in parts])

        def body() -> None:
            self.losses = steps.body(shape.unflatten(placed))

        try:
            self.replay = self.capture(body, steps.trainers[0].placement)
        except RuntimeError as error:  # the model reads a value, or asks for what a capture does not allow
            self._leave(f"{error}".strip().partition("\n")[0])
            return
        self.given, self.shape, self.told = placed, shape, self._told()
        for each in self.trainings:
            each.taken = {**each.taken, "captured": True}

    def _leave(self, why: str) -> None:
        self.cannot = why
        for each in self.trainings:
            each.taken = {**each.taken, "not_captured": why}

    def spares(self, ended: int) -> bool:
        # To stack and capture the others anew takes longer than many steps of those that have ended.
        gone = len(self.trainings) - len(self.going) + ended
        return 2 * gone < len(self.trainings)

    def leave(self, training: Training) -> None:
        self.steps.leave(training)
        self.going = self.steps.going

    def flush(self) -> None:
        self.steps.flush()

    def go_on(self) -> None:
        if self.replay is not None and self.told != self._told():
            self.replay, self.warm = None, 0  # a look has changed the model, as one that freezes a layer
        self.steps.go_on()

    def _told(self) -> Any:
        """What a capture takes from the models of a user besides their tensors."""
        if not any(each.free for each in self.going):
            return None
        trainers = [each.trainer for each in self.going[:1]]
        frozen = [weight.requires_grad for trainer in trainers for weight in trainer.model.parameters()]
        return frozen, Watch(trainers).values

    def pause(self) -> None:
        self.steps.pause()

    def release(self) -> None:
        self.replay, self.losses, self.given = None, None, []
        self.steps.release()


def _fits(mine: Any, part: Any) -> bool:
    if isinstance(mine, Tensor) and isinstance(part, Tensor):
        return mine.shape == part.shape and mine.dtype == part.dtype
    return type(mine) is type(part) and bool(mine == part)
