"""One optimiser over stacked weights that is to each seed what its own would be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from experiments.training.steps.joint import make_capturable
from experiments.training.trainer import Trainer


class StackedOptimizer:
    """Moves the weights of several trainers, whose optimisers look at their slices of its moments.

    What torch's optimisers do to a weight they do to each of its numbers alone, so that stacked weights move as they
    would one by one.

    Args:
        trainers: Their optimisers are of one class, with the same groups.
        weights: Stacked weights (K, ...) by their names in the models.
    """

    def __init__(self, trainers: Sequence[Trainer], weights: dict[str, Tensor]) -> None:
        self.trainers, self.linked = trainers, False
        self.leaves = {
            name: nn.Parameter(weight, weight.is_floating_point() or weight.is_complex())
            for name, weight in weights.items()
        }
        first: Any = trainers[0].optimizer
        places = {weight: name for name, weight in trainers[0].model.named_parameters()}
        self.named = [[places[weight] for weight in group["params"]] for group in first.param_groups]
        groups = [
            {**group, "params": [self.leaves[name] for name in names]}
            for group, names in zip(first.param_groups, self.named)
        ]
        self.optimizer: torch.optim.Optimizer = type(first)(groups)
        self.own = [
            {name: weight for name, weight in trainer.model.named_parameters()} for trainer in trainers
        ]
        self._gather()
        make_capturable(self.optimizer)

    def _gather(self) -> None:
        """Stack the moments that the trainers' optimisers have, as those that go on from a checkpoint."""
        for name, leaf in self.leaves.items():
            states = [t.optimizer.state.get(own[name], {}) for t, own in zip(self.trainers, self.own)]  # type: ignore[union-attr]
            there: dict[str, Any] = next((state for state in states if state), {})
            for key, value in there.items():
                if _is_moment(key, value):
                    # A weight that no gradient has reached has none yet in a seed that was trained alone.
                    each = [state.get(key, torch.zeros_like(value)) for state in states]
                    value = torch.stack(each)
                self.optimizer.state[leaf][key] = value

    def step(self, gradients: dict[str, Tensor]) -> None:
        """Move all weights against their gradients (K, ...)."""
        self.optimizer.zero_grad(set_to_none=True)  # a weight may have been frozen since
        for name, gradient in gradients.items():
            self.leaves[name].grad = gradient
        self.optimizer.step()
        if not self.linked:
            self._link()

    def _link(self) -> None:
        """Let the optimiser of each trainer look at its slice of the moments."""
        self.linked = True
        for number, (trainer, own) in enumerate(zip(self.trainers, self.own)):
            assert trainer.optimizer is not None
            trainer.optimizer.step()  # moves nothing, for want of gradients; its schedule asks whether it was called
            for name, leaf in self.leaves.items():
                state = self.optimizer.state.get(leaf)
                if state:
                    trainer.optimizer.state[own[name]] = {
                        key: value[number] if _is_moment(key, value) else value
                        for key, value in state.items()
                    }

    def follow(self, trainer: Trainer) -> None:
        """Take over the step sizes of a trainer's optimiser, which its schedule has changed."""
        assert trainer.optimizer is not None
        for mine, its in zip(self.optimizer.param_groups, trainer.optimizer.param_groups):
            mine["lr"] = its["lr"]

    def release(self, trainers: Sequence[Trainer]) -> None:
        """Give the optimisers of some trainers moments of their own."""
        for trainer, own in zip(self.trainers, self.own):
            for weight in own.values() if trainer in trainers else ():
                state = trainer.optimizer.state.get(weight, {})  # type: ignore[union-attr]
                for key, value in state.items():
                    state[key] = value.clone() if isinstance(value, Tensor) else value


def _is_moment(key: str, value: Any) -> bool:
    """Whether it is of each number of a weight, and not the count of steps."""
    return isinstance(value, Tensor) and key != "step"
