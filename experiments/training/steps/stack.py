"""Several seeds of one model trained as one: their weights stacked, their steps taken by ``torch.func``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.nn.modules.batchnorm import _NormBase
from torch.utils._pytree import tree_map

from experiments.training.steps.joint import Joint, has_own_way, plain_values
from experiments.training.steps.stacked_optimizer import StackedOptimizer
from experiments.training.trainer import Trainer
from experiments.training.training import Training

LOSS_TOLERANCE, GRADIENT_TOLERANCE = 1e-4, 1e-3  # relative, of a step taken together beside one taken alone
_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


class CannotStackError(Exception):
    """These trainings have to be trained one by one; the text says why."""


class Stack(Joint):
    """Trainings whose weights are slices of the same tensors.

    The parameters, buffers and moments of each model and optimiser are views of the stacked ones, so whatever looks at
    a model, or saves it, finds it as it is. Losses and gradients are compared with those of steps taken alone before
    the first step is taken.

    Args:
        trainings: They have taken the same number of steps.

    Raises:
        CannotStackError: A step cannot be taken for all of them at once, or would not be what it is alone.
    """

    def __init__(self, trainings: Sequence[Training]) -> None:
        super().__init__(trainings)
        first = self.trainers[0]
        _check_alike(self.trainers)
        tried = all(each.taken.get("seeds_together", 1) > 1 for each in trainings)
        models = [trainer.model for trainer in self.trainers]
        self.weights = {
            name: torch.stack([dict(model.named_parameters())[name].detach() for model in models])
            for name, _ in first.model.named_parameters()
        }
        self.buffers, self.buffer_dims = _stacked_buffers(models)
        if not tried:
            self._try()
        self.optimizer = StackedOptimizer(self.trainers, self.weights)
        for number, model in enumerate(models):
            for name, weight in model.named_parameters():
                weight.data = self.weights[name].detach()[number]
        for each in trainings:
            each.taken = {"seeds_together": max(len(trainings), each.taken.get("seeds_together", 1))}

    def drawn(self) -> Any:
        drawn = []
        for each in self.trainings:
            if each.free:
                with each.randomness.here():
                    drawn.append(each.trainer.draw())
            else:
                drawn.append(each.trainer.draw())
        return _stacked(drawn)

    def body(self, drawn: Any) -> Tensor:
        first = self.trainers[0]
        gradients, (losses, told) = self._gradients(drawn)
        norms = None
        if first.clip_norm or first.reports_norm:
            norms = torch.stack(
                [part.reshape(len(part), -1).norm(dim=1) for part in gradients.values()]
            ).norm(dim=0)
            if first.clip_norm:
                # As torch.nn.utils.clip_grad_norm_ does it for each.
                factors = (first.clip_norm / (norms + 1e-6)).clamp(max=1.0)
                for part in gradients.values():
                    part.mul_(factors.view(-1, *[1] * (part.dim() - 1)))
        self.optimizer.step(gradients)
        self.add({**told, "norm": norms} if first.reports_norm and norms is not None else told)
        return losses

    def after(self, losses: Tensor) -> list[bool]:
        settled = super().after(losses)
        self.optimizer.follow(self.trainers[0])
        return settled

    def _gradients(self, drawn: Any) -> tuple[dict[str, Tensor], tuple[Tensor, dict[str, Tensor]]]:
        first = self.trainers[0]
        fixed = {name for name, weight in first.model.named_parameters() if not weight.requires_grad}

        def loss(
            weights: dict[str, Tensor], others: dict[str, Tensor], buffers: dict[str, Tensor], part: Any
        ) -> Any:
            def model(*given: Any, **named: Any) -> Any:
                return functional_call(first.model, (weights, others, buffers), given, named)

            value, told = first.loss(model, part)
            return value, (value.detach(), {name: number.detach() for name, number in told.items()})

        weights = {name: weight for name, weight in self.weights.items() if name not in fixed}
        others = {name: self.weights[name] for name in fixed}
        dims = (0, 0, self.buffer_dims, None if drawn is None else 0)
        together = vmap(grad(loss, has_aux=True), in_dims=dims, randomness="error")
        found: tuple[dict[str, Tensor], tuple[Tensor, dict[str, Tensor]]] = together(
            weights, others, self.buffers, drawn
        )
        return found

    def _try(self) -> None:
        """Raise an error where a step of all is not what a step of each is; nothing is moved."""
        kept = [_Kept(each) for each in self.trainings]
        try:
            drawn, alone = [], []
            for each in self.trainings:
                each.randomness.put_back()
                drawn.append(each.trainer.draw())
                each.randomness.put_back()
                alone.append(_alone(each.trainer, drawn[-1]))
                if not each.randomness.same():
                    raise CannotStackError("a step draws from Python's or NumPy's global generator")
                if plain_values(each.trainer.model) != kept[len(alone) - 1].plain:
                    raise CannotStackError("the model counts something in each step, or remembers it")
            gradients, (losses, _) = self._gradients(self.trainers[0].placed(_stacked(drawn)))
        except (torch.OutOfMemoryError, CannotStackError):
            raise
        except Exception as error:  # whatever a model's steps raise under a transform
            reason = f"{error}".strip().partition("\n")[0]
            raise CannotStackError(f"{type(error).__name__}: {reason}") from error
        finally:
            for before in kept:
                before.put_back()
        decays = any(
            group.get("weight_decay")
            for trainer in self.trainers
            if trainer.optimizer
            for group in trainer.optimizer.param_groups
        )
        for number, (loss, parts) in enumerate(alone):
            if decays and len(parts) < len(gradients):
                raise CannotStackError("weights that no gradient reaches would decay")
            _compare("the loss", losses[number], loss, LOSS_TOLERANCE)
            for name, part in parts.items():
                _compare(f"the gradient of {name}", gradients[name][number], part, GRADIENT_TOLERANCE)

    def release(self) -> None:
        super().release()
        self.optimizer.release()
        for trainer in self.trainers:
            for weight in trainer.model.parameters():
                weight.data = weight.data.clone()


def _stacked(drawn: list[Any]) -> Any:
    """What each has drawn as one; None where nothing is drawn."""
    if drawn[0] is None:
        return None
    return tree_map(lambda *parts: None if parts[0] is None else torch.stack(parts), *drawn)


def _stacked_buffers(models: list[nn.Module]) -> tuple[dict[str, Tensor], dict[str, int | None]]:
    """Buffers and the dimension of the seeds in each; None in those that are the same for all, and stay so."""
    counted = {
        f"{place}.{name}".lstrip(".")
        for place, module in models[0].named_modules()
        if isinstance(module, _NormBase)
        for name, _ in module.named_buffers(recurse=False)
    }
    found: dict[str, Tensor] = {}
    dims: dict[str, int | None] = {}
    named = [dict(model.named_buffers()) for model in models]
    for name, buffer in named[0].items():
        each = [buffers[name] for buffers in named]
        if name not in counted and all(_equal(buffer, other) for other in each[1:]):
            found[name], dims[name] = buffer, None
            continue
        if name not in counted:
            raise CannotStackError(f"the buffer {name} is another for each seed")
        found[name], dims[name] = torch.stack(each), 0
        for number, model in enumerate(models):
            place, _, last = name.rpartition(".")
            model.get_submodule(place)._buffers[last] = found[name][number]
    return found, dims


def _equal(a: Tensor, b: Tensor) -> bool:
    if a.layout != torch.strided:
        return a is b or (a.shape == b.shape and bool(torch.equal(a.to_dense(), b.to_dense())))
    return a.shape == b.shape and bool(torch.equal(a, b))


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


class _Kept:
    """What a step that is only tried may change, to be put back after it."""

    def __init__(self, training: Training) -> None:
        self.trainer = trainer = training.trainer
        self.generator = trainer.generator.get_state() if trainer.generator else None
        self.buffers = {name: buffer.clone() for name, buffer in trainer.model.named_buffers()}
        self.plain = plain_values(trainer.model)

    def put_back(self) -> None:
        """As it was."""
        if self.trainer.generator is not None and self.generator is not None:
            self.trainer.generator.set_state(self.generator)
        with torch.no_grad():
            for name, buffer in self.trainer.model.named_buffers():
                buffer.copy_(self.buffers[name])
        model = self.trainer.model
        for module, values, now in zip(model.modules(), self.plain, plain_values(model)):
            for name in now.keys() - values.keys():
                del vars(module)[name]
            vars(module).update(values)
        self.trainer.model.zero_grad(set_to_none=True)


def _alone(trainer: Trainer, drawn: Any) -> tuple[Tensor, dict[str, Tensor]]:
    """Loss and gradients of a step taken alone, which moves nothing."""
    loss, _ = trainer.loss(trainer.model, trainer.placed(drawn))
    loss.backward()
    named = trainer.model.named_parameters()
    return loss.detach(), {name: weight.grad for name, weight in named if weight.grad is not None}


def _compare(what: str, together: Tensor, alone: Tensor, tolerance: float) -> None:
    apart = (together.double() - alone.double()).norm()
    if not apart <= tolerance * alone.double().norm() + 1e-7:
        raise CannotStackError(f"{what} is another when seeds are trained together")
