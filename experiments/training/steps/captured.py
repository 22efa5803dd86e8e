"""A step captured once on a GPU and replayed: one launch in place of hundreds. Small networks wait for launches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_flatten

from experiments.training.randomness import Randomness
from experiments.training.steps.joint import Joint, plain_values
from experiments.training.steps.taking import Found, Steps

WARM = 3  # steps before the capture, in which libraries make their plans
Replay = Callable[[], None]
Capture = Callable[[Callable[[], None]], Replay]


def capture_on_gpu(body: Callable[[], None]) -> Replay:
    """Record what a function asks of the GPU, which does none of it now; what is answered does all of it again."""
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        body()
    return graph.replay


class Captured(Steps):
    """Steps whose body is captured after a few. What cannot be captured goes on as before, and its record says why.

    Args:
        steps: What is captured; what it draws has the same shapes at each step, or that step is not replayed.
        capture: Records a function, and answers what does it again.
    """

    def __init__(self, steps: Joint, capture: Capture = capture_on_gpu) -> None:
        super().__init__(steps.trainings, alone=steps.alone)
        self.steps, self.capture = steps, capture
        self.given: list[Tensor] = []  # what the captured body reads
        self.losses: Tensor | None = None
        self.replay: Replay | None = None
        self.rates: list[float] = []
        self.warm, self.cannot = 0, ""
        self.before = self._noted()

    def take(self, found: Found) -> list[bool]:
        steps = self.steps
        drawn = steps.drawn()
        parts, shape = tree_flatten(drawn)
        if self.replay is not None and self.rates != steps.rates:
            self.replay = None  # the step size is part of what was captured
        if self.replay is None and not self.cannot and self.warm >= WARM:
            self._capture(parts, shape)
        if self.replay is None or not self._fits(parts):
            self.warm += 1
            return steps.after(self._eager(drawn))
        for mine, part in zip(self.given, (part for part in parts if isinstance(part, Tensor))):
            mine.copy_(part, non_blocking=True)
        self.replay()
        assert self.losses is not None
        return steps.after(self.losses)

    def _fits(self, parts: list[Any]) -> bool:
        tensors = [part for part in parts if isinstance(part, Tensor)]
        return [(p.shape, p.dtype) for p in tensors] == [(g.shape, g.dtype) for g in self.given]

    def _eager(self, drawn: Any) -> Tensor:
        """A step that is not captured; before a capture on a stream of its own, as torch asks for."""
        steps, device = self.steps, self.steps.trainers[0].placement
        if device.type != "cuda":
            return steps.body(steps.trainers[0].placed(drawn))
        stream = torch.cuda.Stream(device)
        stream.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(stream):
            losses = steps.body(steps.trainers[0].placed(drawn))
        torch.cuda.current_stream(device).wait_stream(stream)
        return losses

    def _capture(self, parts: list[Any], shape: Any) -> None:
        steps = self.steps
        if any(each.free for each in self.trainings) and self._noted() != self.before:
            self._leave("the model counts something in each step, or remembers it")
            return
        if any(each.free and not self.generators.same() for each in self.trainings):
            self._leave("a step draws from Python's or NumPy's global generator")
            return
        placed = steps.trainers[0].placed([p.clone() if isinstance(p, Tensor) else p for p in parts])
        self.given = [part for part in placed if isinstance(part, Tensor)]

        def body() -> None:
            self.losses = steps.body(shape.unflatten(placed))

        try:
            self.replay, self.rates = self.capture(body), steps.rates
        except RuntimeError as error:  # the model reads a value, or asks for what a capture does not allow
            self._leave(f"{error}".strip().partition("\n")[0])
            return
        for each in self.trainings:
            each.taken = {**each.taken, "captured": True}

    def _leave(self, why: str) -> None:
        self.cannot = why
        for each in self.trainings:
            each.taken = {**each.taken, "not_captured": why}

    def _noted(self) -> Any:
        """What a step may not change, where it is to be replayed."""
        self.generators = Randomness()
        return [plain_values(trainer.model) for trainer in self.steps.trainers]

    def flush(self) -> None:
        self.steps.flush()

    def go_on(self) -> None:
        self.steps.go_on()

    def pause(self) -> None:
        self.steps.pause()

    def release(self) -> None:
        self.replay, self.losses, self.given = None, None, []
        self.steps.release()
