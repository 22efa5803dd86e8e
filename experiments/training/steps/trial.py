"""A step of several trainings taken as one, beside the same step of each alone. Both are taken by copies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.utils._pytree import tree_map

from experiments.training.steps.watching import Watch
from experiments.training.trainer import Trainer
from experiments.training.training import Training

LOSS_TOLERANCE, GRADIENT_TOLERANCE = 1e-4, 1e-3  # relative, of a step taken together beside one taken alone

#: Gradients, and the loss with what a look is told, of (trainer, stacked buffers, stacked draws).
Together = Callable[
    [Trainer, dict[str, Tensor], Any], tuple[dict[str, Tensor], tuple[Tensor, dict[str, Tensor]]]
]


class CannotStackError(Exception):
    """These trainings have to be trained one by one; the text says why."""


def try_together(trainings: Sequence[Training], together: Together, buffers: dict[str, Tensor]) -> None:
    """Take a step both ways. What was drawn for it waits for the step itself, and nothing else is moved.

    Args:
        trainings: Of the same model.
        together: The step of all.
        buffers: Stacked where each has its own.

    Raises:
        CannotStackError: The steps differ, or do more than move weights.
    """
    drawn, alone = [], []
    for each in trainings:
        with each.randomness.here():
            drawn.append(each.trainer.ahead())
    for each, part in zip(trainings, drawn):
        each.randomness.put_back()
        alone.append(_Alone(each, part))
    first = trainings[0].trainer
    kept = {name: buffer.clone() for name, buffer in buffers.items()}
    gradients, (losses, told) = together(first.tried(), kept, first.placed(stacked(drawn)))
    decays = any(
        group.get("weight_decay")
        for each in trainings
        for group in each.trainer.optimizer.param_groups  # type: ignore[union-attr]
    )
    for number, one in enumerate(alone):
        if decays and len(one.gradients) < len(gradients):
            raise CannotStackError("weights that no gradient reaches would decay")
        _compare("the loss", losses[number], one.loss, LOSS_TOLERANCE)
        for name, value in one.told.items():
            _compare(f"what a look is told of the {name}", told[name][number], value, GRADIENT_TOLERANCE)
        for name, part in one.gradients.items():
            _compare(f"the gradient of {name}", gradients[name][number], part, GRADIENT_TOLERANCE)
        for name, buffer in one.moved.items():
            _compare(f"the buffer {name}", kept[name][number], buffer, GRADIENT_TOLERANCE)


class _Alone:
    """A step of one training, taken by a copy of its model."""

    def __init__(self, each: Training, drawn: Any) -> None:
        trainer = each.trainer.tried()
        model = trainer.model
        watch = Watch([trainer]) if each.free else None
        loss, told = trainer.loss(model, trainer.placed(drawn))
        loss.backward()
        if watch is not None and watch.found:
            raise CannotStackError(watch.found)
        self.loss = loss.detach()
        self.told = {name: value.detach() for name, value in told.items()}
        self.gradients = {
            name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None
        }
        normed = norm_buffers(model)
        self.moved = {}
        for (name, buffer), before in zip(model.named_buffers(), each.trainer.model.buffers()):
            if name in normed:
                self.moved[name] = buffer
            elif not same(buffer, before):
                raise CannotStackError(f"the model changes its buffer {name} in each step")


def norm_buffers(model: nn.Module) -> set[str]:
    """Running means and their like, which each seed has for itself."""
    return {
        f"{place}.{name}".lstrip(".")
        for place, module in model.named_modules()
        if isinstance(module, _NormBase)
        for name, _ in module.named_buffers(recurse=False)
    }


def stacked(drawn: list[Any]) -> Any:
    """What each has drawn as one; None where nothing is drawn."""
    if drawn[0] is None:
        return None
    return tree_map(_stacked, *drawn)


def _stacked(*parts: Any) -> Any:
    if all(part is None for part in parts):
        return None
    if any(part.dtype != parts[0].dtype for part in parts):
        raise TypeError("examples are of another type for each seed")
    return torch.stack(parts)


def same(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors hold the same."""
    if a.layout != torch.strided:
        return a is b or (a.shape == b.shape and bool(torch.equal(a.to_dense(), b.to_dense())))
    return a.shape == b.shape and bool(torch.equal(a, b))


def _compare(what: str, together: Tensor, alone: Tensor, tolerance: float) -> None:
    together, alone = (part.to(torch.promote_types(part.dtype, torch.double)) for part in (together, alone))
    if not (together - alone).norm() <= tolerance * alone.norm() + 1e-7:
        raise CannotStackError(f"{what} is another when seeds are trained together")
