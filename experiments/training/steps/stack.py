"""Several seeds of one model trained as one: their weights stacked, their steps taken by ``torch.func``."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap

from experiments.training.steps.joint import Joint, has_own_way
from experiments.training.steps.stacked_optimizer import StackedOptimizer
from experiments.training.steps.taking import Found, NotTakenError
from experiments.training.steps.trial import CannotStackError, norm_buffers, same, stacked, try_together
from experiments.training.trainer import Trainer
from experiments.training.training import Training

# Torch tells those who may change a model how to make it faster.
warnings.filterwarnings(
    "ignore", "There is a performance drop because we have not yet implemented", UserWarning
)

_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


class Stack(Joint):
    """Trainings whose weights are slices of the same tensors.

    The parameters, buffers and moments of each model and optimiser are views of the stacked ones, so whatever looks at
    a model, or saves it, finds it as it is. Losses and gradients are compared with those of steps taken alone before
    the first step is taken.

    Args:
        trainings: They have taken the same number of steps.

    Raises:
        CannotStackError: A step cannot be taken for all of them at once, or would not be what it is alone. Nothing of
            them has changed then.
    """

    def __init__(self, trainings: Sequence[Training]) -> None:
        super().__init__(trainings)
        try:
            self._begin()
        except (torch.OutOfMemoryError, CannotStackError):
            raise
        except Exception as error:  # whatever a model's steps raise under a transform
            raise CannotStackError(_said(error)) from error

    def _begin(self) -> None:
        for trainer in self.trainers:
            trainer.model.zero_grad(set_to_none=True)  # of a step that was taken alone
        _check_alike(self.trainers)
        models = [trainer.model for trainer in self.trainers]
        named = [dict(model.named_parameters()) for model in models]
        self.weights = {name: torch.stack([weights[name].detach() for weights in named]) for name in named[0]}
        self.buffers, self.buffer_dims = _stacked_buffers(models)
        self.places = _places(models[0])
        joined = [each.taken.get("seeds_together", 1) for each in self.trainings]
        if min(joined) == 1:
            try_together(self.trainings, self._gradients, self.buffers)
        self.optimizer = StackedOptimizer(self.trainers, self.weights)
        for number, model in enumerate(models):
            for name, weight in model.named_parameters():
                weight.data = self.weights[name].detach()[number]
            for name, buffer in model.named_buffers():
                if self.buffer_dims[name] is not None:
                    buffer.data = self.buffers[name][number]
        for each, most in zip(self.trainings, joined):
            each.taken = {"seeds_together": max(len(self.trainings), most)}

    def drawn(self, found: Found) -> Any:
        for each in self.going:
            try:
                with each.randomness.here() if each.free else nullcontext():
                    each.trainer.ahead()
            except (Exception, SystemExit) as error:  # a user's code may ask for an exit
                found[each] = error
        if any(each in found for each in self.going):
            raise NotTakenError
        lead, here = self.going[0].trainer, set(self.going)
        try:
            # What those that have ended would be given makes no difference.
            return stacked([(each.trainer if each in here else lead).ahead() for each in self.trainings])
        except Exception as error:  # as examples of other lengths for each
            raise NotTakenError(_said(error)) from error

    def body(self, drawn: Any) -> Tensor:
        first = self.going[0].trainer
        try:
            gradients, (losses, told) = self._gradients(first, self.buffers, drawn)
        except Exception as error:
            raise NotTakenError(_said(error)) from error
        norms = None
        if first.clip_norm or first.reports_norm:
            norms = torch.stack(
                [part.reshape(len(part), -1).norm(dim=1) for part in gradients.values()]
            ).norm(dim=0)
            if first.clip_norm:
                # As torch.nn.utils.clip_grad_norm_ does it for each. Two gradients may be one tensor: none is changed.
                factors = (first.clip_norm / (norms + 1e-6)).clamp(max=1.0)
                gradients = {
                    name: part * factors.to(part.real.dtype).view(-1, *[1] * (part.dim() - 1))
                    for name, part in gradients.items()
                }
        self.optimizer.step(gradients)
        self.add({**told, "norm": norms} if first.reports_norm and norms is not None else told)
        return losses

    def after(self, losses: Tensor) -> list[bool]:
        for each in self.going:
            each.trainer.needed()
        settled = super().after(losses)
        self.optimizer.follow(self.going[0].trainer)
        return settled

    def leave(self, training: Training) -> None:
        self.flush()
        self.optimizer.release([training.trainer])
        _let_go(training.trainer.model)
        self.going.remove(training)

    def _gradients(
        self, first: Trainer, buffers: dict[str, Tensor], drawn: Any
    ) -> tuple[dict[str, Tensor], tuple[Tensor, dict[str, Tensor]]]:
        """Of all seeds, by what one of them computes."""
        of = first.model
        fixed = {name for name, weight in of.named_parameters() if not weight.requires_grad}

        def loss(
            weights: dict[str, Tensor], others: dict[str, Tensor], buffers: dict[str, Tensor], part: Any
        ) -> Any:
            def model(*given: Any, **named: Any) -> Any:
                known = {**weights, **others, **buffers}
                put = {place: known[name] for place, name in self.places.items()}
                return functional_call(of, put, given, named, tie_weights=False)

            value, told = first.loss(model, part)
            return value, (value.detach(), {name: number.detach() for name, number in told.items()})

        weights = {name: weight for name, weight in self.weights.items() if name not in fixed}
        others = {name: self.weights[name] for name in fixed}
        dims = (0, 0, self.buffer_dims, None if drawn is None else 0)
        together = vmap(grad(loss, has_aux=True), in_dims=dims, randomness="error")
        found: tuple[dict[str, Tensor], tuple[Tensor, dict[str, Tensor]]] = together(
            weights, others, buffers, drawn
        )
        return found

    def release(self) -> None:
        super().release()
        going = [each.trainer for each in self.going]
        self.optimizer.release(going)
        for trainer in going:
            _let_go(trainer.model)


def _let_go(model: nn.Module) -> None:
    """Give a model weights and buffers of its own in place of slices."""
    for part in (*model.parameters(), *model.buffers()):
        if part.layout == torch.strided:
            part.data = part.data.clone()


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: " + f"{error}".strip().partition("\n")[0]


def _places(model: nn.Module) -> dict[str, str]:
    """The places where a model keeps its weights and buffers, with the names of these. A weight may be in several
    places; a layer that has two names is one place, which torch, left to itself, would not put back as it was.
    """
    names: dict[Tensor, str] = {}
    taken, found = set(), {}
    for named in (model.named_parameters, model.named_buffers):
        for place, part in named(remove_duplicate=False):
            layer, _, last = place.rpartition(".")
            one = (model.get_submodule(layer), last)
            if one not in taken:
                taken.add(one)
                found[place] = names.setdefault(part, place)
    return found


def _stacked_buffers(models: list[nn.Module]) -> tuple[dict[str, Tensor], dict[str, int | None]]:
    """Buffers and the dimension of the seeds in each; None in those that are the same for all, and stay so."""
    normed = norm_buffers(models[0])
    found: dict[str, Tensor] = {}
    dims: dict[str, int | None] = {}
    named = [dict(model.named_buffers()) for model in models]
    for name, buffer in named[0].items():
        each = [buffers[name] for buffers in named]
        if name in normed:
            found[name], dims[name] = torch.stack(each), 0
        elif all(same(buffer, other) for other in each[1:]):
            found[name], dims[name] = buffer, None
        else:
            raise CannotStackError(f"the buffer {name} is another for each seed")
    return found, dims


def _check_alike(trainers: Sequence[Trainer]) -> None:
    """Raise an error unless steps are what ``Trainer`` says they are, and all weights have the same shapes."""
    first = trainers[0]
    if first.optimizer is None or has_own_way(first):
        raise CannotStackError("its steps are of a kind of their own")
    shapes = [{name: weight.shape for name, weight in t.model.named_parameters()} for t in trainers]
    if any(each != shapes[0] for each in shapes):
        raise CannotStackError("the weights of its seeds have other shapes")
    for module in first.model.modules():
        if any(getattr(module, name) for name in _HOOKS):
            raise CannotStackError("the model has hooks")
