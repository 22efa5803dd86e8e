"""What the one loop is given: a model with its step and its look, and all that changes from step to step."""

from __future__ import annotations

import copy
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_map

from experiments.records.checkpoints import random_state, set_random_state

Row = dict[str, Any]
State = dict[str, Any]


class Clock:
    """Seconds of training, without looks."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds, self._since, self._runs = seconds, 0.0, False

    def pause(self) -> None:
        """Count until now, and no further."""
        if self._runs:
            self.seconds, self._runs = self.now, False

    def go_on(self) -> None:
        """Count from now on."""
        if not self._runs:
            self._since, self._runs = time.perf_counter(), True

    @property
    def now(self) -> float:
        """Seconds so far."""
        return self.seconds + (time.perf_counter() - self._since if self._runs else 0.0)


class Trainer(ABC):
    """A model on its way: what a step does, and everything that changes from step to step.

    A subclass says what a step needs (``draw``), what it computes (``loss``), and what a look measures. From these its
    steps are also taken together with those of other seeds, or captured once on a GPU and replayed. One whose steps
    are of another kind has a ``step`` of its own, which is then always called. Sums over steps stay on the device, so
    that a GPU is not waited for between two looks.

    Args:
        model: Trained in place; it is on its device already.
        optimizer: Over its parameters; None where no gradients are needed.
        clip_norm: Largest norm of the gradient; 0 leaves gradients as they are.
        schedule: Of the step size.
        generator: Draws the examples.
    """

    #: Whether the norm of the gradient is wanted even where nothing is clipped.
    reports_norm: ClassVar[bool] = False
    #: Attributes with a ``state_dict`` that a checkpoint keeps.
    parts: ClassVar[tuple[str, ...]] = ("model", "optimizer", "schedule")
    #: Attributes that may be a user's, so that ``loss`` may change them.
    own: ClassVar[tuple[str, ...]] = ("model",)

    def __init__(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer | None = None,
        *,
        clip_norm: float = 0.0,
        schedule: torch.optim.lr_scheduler.LRScheduler | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        self.model, self.optimizer, self.schedule = model, optimizer, schedule
        self.clip_norm, self.generator = clip_norm, generator
        self.placement = next((weight.device for weight in model.parameters()), torch.device("cpu"))
        self.clock = Clock()
        #: What the test part says now; only where someone asked what it would have said along training.
        self.audit: Callable[[], Row] = dict
        self.sums: dict[str, Tensor] = {}
        self.since = 0
        self.rate = 0.0  # step size of the last step
        self._ahead: list[Any] = []  # what was drawn for a step that is still to be taken

    def draw(self) -> Any:
        """What the next step needs: tensors on any device, in tuples, lists and dicts; None where nothing changes."""
        return None

    def ahead(self) -> Any:
        """What the next step needs, drawn once however often it is asked for."""
        if not self._ahead:
            self._ahead.append(self.draw())
        return self._ahead[0]

    def needed(self) -> Any:
        """What this step needs; the one after it needs something else."""
        drawn = self.ahead()
        self._ahead.clear()
        return drawn

    def tried(self) -> Self:
        """One like it, whose ``loss`` can be asked for a trial: it leaves this one as it is."""
        other = copy.copy(self)
        for name in self.own:
            value = getattr(self, name)
            setattr(other, name, copy.deepcopy(value) if isinstance(value, nn.Module) else copy.copy(value))
        return other

    def loss(self, model: Callable[..., Any], drawn: Any) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of a step, and what its look is told of it, summed over the steps until then.

        Args:
            model: The model, or what computes as it does with other weights.
            drawn: From ``draw``.
        """
        raise NotImplementedError(
            f"{type(self).__name__} should have loss(self, model, drawn), or a step of its own"
        )

    def step(self) -> bool:
        """Take a step; answers whether nothing changes any more, so that training may end."""
        loss, told = self.loss(self.model, self.placed(self.needed()))
        norm = self.update(loss)
        self.add(**told, **({"norm": norm} if norm is not None and self.reports_norm else {}))
        return self.settled(loss)

    def placed(self, drawn: Any) -> Any:
        """What was drawn, on the device of the model."""
        if self.placement.type == "cpu":
            return drawn
        return tree_map(lambda part: part.to(self.placement) if isinstance(part, Tensor) else part, drawn)

    def settled(self, loss: Tensor) -> bool:
        """Whether nothing changes any more after a step with this loss."""
        return False

    @abstractmethod
    def look(self) -> Row:
        """The metrics of the steps since the last look (``means`` has them), and those of the validation part."""

    def update(self, loss: Tensor) -> Tensor | None:
        """Move the weights against the gradient of a loss; answers the gradient's norm before it was clipped."""
        assert self.optimizer is not None
        self.optimizer.zero_grad(set_to_none=True)
        self.backward(loss)
        norm = None
        if self.clip_norm or self.reports_norm:
            norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.clip_norm or math.inf)
        self.rate = float(self.optimizer.param_groups[0]["lr"])
        self.move()
        if self.schedule is not None:
            self.schedule.step()
        return norm

    def backward(self, loss: Tensor) -> None:
        """Set the gradients of a loss."""
        loss.backward()

    def move(self) -> None:
        """Move the weights against their gradients."""
        assert self.optimizer is not None
        self.optimizer.step()

    def add(self, **values: Tensor) -> None:
        """Add to the sums that the next look reports, without waiting for the device."""
        for name, value in values.items():
            total = self.sums.get(name)
            if total is None:
                self.sums[name] = value.detach().clone()
            else:
                total += value.detach()
        self.since += 1

    def means(self) -> dict[str, float]:
        """The sums since the last look, divided by the number of steps; new sums begin, and the clock stops."""
        found = {name: total.item() / self.since for name, total in self.sums.items()}
        self.clock.pause()  # the device has caught up with the steps only now
        self.sums, self.since = {}, 0
        return found

    def agree(self, stop: bool, save: bool) -> tuple[bool, bool]:
        """Whether to stop and to save, where several processes share a run; by default what this one says."""
        return stop, save

    def first(self, make: Callable[[], Any]) -> Any:
        """What the first of the processes that share a run makes, in all of them."""
        return make()

    @property
    def writes(self) -> bool:
        """Whether this process is the one that writes records."""
        return True

    def state(self) -> State:
        """All of it, as tensors and plain values."""
        kept = {
            name: getattr(self, name).state_dict() for name in self.parts if getattr(self, name) is not None
        }
        return kept | {
            "sums": self.sums,
            "since": self.since,
            "generator": None if self.generator is None else self.generator.get_state(),
            "random": random_state(),
        }

    def load(self, state: State) -> None:
        """Go on from where ``state`` was asked for; the bits that follow are the same."""
        for name in self.parts:
            if getattr(self, name) is not None:
                getattr(self, name).load_state_dict(state[name])
        self.sums = {name: total.to(self.placement) for name, total in state["sums"].items()}
        self.since = state["since"]
        if self.generator is not None:
            self.generator.set_state(state["generator"])
        set_random_state(state["random"])
