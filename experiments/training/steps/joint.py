"""Steps whose work on the device is one function of what was drawn, so that it can be captured and replayed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from experiments.training.steps.taking import Found, Steps
from experiments.training.trainer import Clock, Trainer
from experiments.training.training import Training

_OWN_WAY = ("step", "update", "backward", "move", "add", "means")


class Joint(Steps):
    """Draws, and then does the rest of a step in ``body``, which reads no value back and keeps its sums in place.

    Args:
        trainings: One or more.
        alone: As in ``Steps``.
    """

    def __init__(self, trainings: Sequence[Training], *, alone: bool = False) -> None:
        super().__init__(trainings, alone=alone)
        self.trainers = [each.trainer for each in trainings]
        self.sums: dict[str, Tensor] = {}  # (K,) each
        self.since = 0
        self.clock = Clock()

    def drawn(self, found: Found) -> Any:
        """What a step needs of all of them. Errors of one are written into ``found``."""
        raise NotImplementedError

    def body(self, drawn: Any) -> Tensor:
        """Move all weights, add to the sums, and answer the losses (K,). What was drawn is on the device."""
        raise NotImplementedError

    @property
    def rates(self) -> list[float]:
        """Step sizes, which are part of what is captured."""
        optimizer = self.going[0].trainer.optimizer
        return [] if optimizer is None else [float(group["lr"]) for group in optimizer.param_groups]

    def take(self, found: Found) -> list[bool]:
        return self.after(self.body(self.trainers[0].placed(self.drawn(found))))

    def after(self, losses: Tensor) -> list[bool]:
        """What a step is for everyone but the device: rates, schedules, and which have settled."""
        for each in self.going:
            trainer = each.trainer
            trainer.rate = float(trainer.optimizer.param_groups[0]["lr"])  # type: ignore[union-attr]
            if trainer.schedule is not None:
                trainer.schedule.step()
        self.since += 1
        if type(self.trainers[0]).settled is Trainer.settled:
            return [False] * len(self.trainers)
        here = set(self.going)
        told = zip(self.trainings, losses.unbind())
        return [each in here and each.trainer.settled(loss) for each, loss in told]

    def add(self, told: dict[str, Tensor]) -> None:
        """Add numbers (K,) to the sums, in place."""
        for name, value in told.items():
            if name in self.sums:
                self.sums[name] += value.detach()
            else:
                self.sums[name] = value.detach().clone()

    def flush(self) -> None:
        here = set(self.going)
        if self.since:
            for name, totals in self.sums.items():
                for each, total in zip(self.trainings, totals.unbind()):
                    if each in here:
                        there = each.trainer.sums.get(name)
                        each.trainer.sums[name] = total.clone() if there is None else there + total
                totals.zero_()
            for each in self.going:
                each.trainer.since += self.since
            self.since = 0
        device = self.trainers[0].placement
        if device.type == "cuda":
            torch.cuda.synchronize(device)  # steps have been asked for, and may not be done
        self.clock.pause()
        share, self.clock = self.clock.now / max(1, len(self.going)), Clock()
        for each in self.going:
            each.trainer.clock.seconds += share

    def go_on(self) -> None:
        self.clock.go_on()

    def pause(self) -> None:
        self.clock.pause()


class Single(Joint):
    """One training, whose step can be captured."""

    def __init__(self, trainings: Sequence[Training], *, alone: bool = False) -> None:
        super().__init__(trainings, alone=alone)
        make_capturable(self.trainers[0].optimizer)

    def drawn(self, found: Found) -> Any:
        return self.trainers[0].needed()

    def body(self, drawn: Any) -> Tensor:
        trainer = self.trainers[0]
        assert trainer.optimizer is not None
        loss, told = trainer.loss(trainer.model, drawn)
        trainer.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if trainer.clip_norm or trainer.reports_norm:
            norm = nn.utils.clip_grad_norm_(trainer.model.parameters(), trainer.clip_norm or torch.inf)
            told = {**told, "norm": norm} if trainer.reports_norm else told
        trainer.optimizer.step()
        self.add({name: value.detach().view(1) for name, value in told.items()})
        return loss.detach().view(1)


def has_own_way(trainer: Trainer) -> bool:
    """Whether its steps are not what ``Trainer`` says of ``draw`` and ``loss``."""
    return any(getattr(type(trainer), name) is not getattr(Trainer, name) for name in _OWN_WAY)


def make_capturable(optimizer: torch.optim.Optimizer | None) -> None:
    """Have an optimiser on a GPU count its steps there, as far as it counts them."""
    for group in optimizer.param_groups if optimizer is not None else ():
        if "capturable" not in group or not group["params"][0].is_cuda:
            continue
        group["capturable"] = True
        for weight in group["params"]:
            state = optimizer.state.get(weight, {})  # type: ignore[union-attr]
            if isinstance(state.get("step"), Tensor):
                state["step"] = state["step"].to(weight.device)
