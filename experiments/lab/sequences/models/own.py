"""Models of a user's own: built by his factory, and looked at before anything is trained."""

from __future__ import annotations

import copy
import inspect
from typing import Any

import torch
from torch import Tensor, nn

from experiments.core import own
from experiments.core.specs import ModelSpec, OwnSpec
from experiments.lab.sequences.tasks.task import Batch, Task
from experiments.lab.sequences.training import answers
from experiments.training.budget import count_parameters


def factory_of(spec: OwnSpec) -> Any:
    """The class or function that makes the model."""
    code = own.known(own.MODEL, spec.model)
    assert code is not None, "a spec names a model that is known"
    return own.load(code, "models")


def is_fixed(spec: OwnSpec) -> bool:
    """Whether a model declares, by ``fixed = True``, that it has one size, whatever the budget."""
    return bool(getattr(factory_of(spec), "fixed", False))


def build_own(spec: OwnSpec, task: Task, hidden: int) -> nn.Module:
    """The model that a user's factory makes of a task and a hidden size.

    Raises:
        ValueError: It fails, or makes no module; the message names file and line.
    """
    make = factory_of(spec)
    if not callable(make):
        raise ValueError(
            f"models: {spec.label} should be a class or function (task, hidden), but is {make!r:.60}"
        )
    code = own.known(own.MODEL, spec.model)
    try:
        given = copy.copy(task)  # whatever it does to the task, other models see none of it
        model = make(given) if not hidden and _has_own_size(make) else make(given, hidden)
    except Exception as error:
        place = own.where_it_failed(error, (code,) if code else ())
        layer = "edge_index" in inspect.signature(getattr(make, "forward", make)).parameters
        hint = f"; a convolution (in, out) is named with its layers, as {spec.label}-3" if layer else ""
        raise ValueError(
            f"models: {spec.label}(task, hidden={hidden}) failed: {type(error).__name__}: {error}{place}{hint}"
        ) from error
    if not isinstance(model, nn.Module):
        raise ValueError(
            f"models: {spec.label}(task, hidden) should make a torch module, but made {model!r:.80}"
        )
    return model


def _has_own_size(make: Any) -> bool:
    """Whether a factory can be called without a hidden size."""
    parameters = list(inspect.signature(make).parameters.values())
    return len(parameters) < 2 or parameters[1].default is not inspect.Parameter.empty


def count_own(spec: OwnSpec, task: Task, hidden: int) -> int:
    """Parameters of the model in a size, made on the meta device where it can be."""
    try:
        with torch.device("meta"):
            return count_parameters(build_own(spec, task, hidden))
    except ValueError:
        with torch.random.fork_rng():
            return count_parameters(build_own(spec, task, hidden))


def check_model(spec: ModelSpec, task: Task, model: nn.Module) -> None:
    """Raise a ValueError unless a model answers two examples, in the right shape; file and line are named."""
    batch = task.batch("train", 2, task.generator("train"))
    try:
        with torch.no_grad(), torch.random.fork_rng():
            torch.manual_seed(0)
            outputs = answers(model, batch)
    except Exception as error:
        place = own.where_it_failed(error, spec.codes)
        raise ValueError(
            f"models: {spec.label} failed on inputs of the shape {tuple(batch.inputs.shape)}: "
            f"{type(error).__name__}: {error}{place}"
        ) from error
    check_answers(spec, task, outputs, batch)


def shape_due(task: Task, batch: Batch) -> tuple[int, ...]:
    """(B, C), or (B, T, C) where an answer is due at every step: the shape of the logits of a batch."""
    steps = (batch.inputs.shape[1],) if task.every_step else ()
    return (len(batch.inputs), *steps, task.num_outputs)


def check_answers(spec: ModelSpec, task: Task, outputs: Any, batch: Batch) -> None:
    """Raise a ValueError unless logits have a row an example (and step), and a column an output."""
    due = shape_due(task, batch)
    found = (
        f"the shape {tuple(outputs.shape)}" if isinstance(outputs, Tensor) else f"a {type(outputs).__name__}"
    )
    if not isinstance(outputs, Tensor) or tuple(outputs.shape) != due:
        raise ValueError(
            f"models: {spec.label} answers {tuple(batch.inputs.shape)} inputs with {found}; it should be {due}, "
            f"a row an example{' and step' * task.every_step} and num_outputs = {task.num_outputs} columns"
        )


class AtEmbedding:
    """A model as a function of what its first embedding makes of the symbols.

    Args:
        model: Called with a batch.
        batch: Whose symbols are embedded.

    Raises:
        ValueError: No embedding reads the symbols, so that there is nothing to differentiate by.
    """

    def __init__(self, model: nn.Module, batch: Batch) -> None:
        self.model, self.batch = model, batch
        self.layer, self.embedded = self._first()

    def _first(self) -> tuple[nn.Embedding, Tensor]:
        found: list[tuple[nn.Embedding, Tensor]] = []

        def note(layer: nn.Module, inputs: tuple[Any, ...], output: Tensor) -> None:
            same = isinstance(inputs[0], Tensor) and inputs[0].shape == self.batch.inputs.shape
            if same and torch.equal(inputs[0], self.batch.inputs):
                assert isinstance(layer, nn.Embedding)
                found.append((layer, output.detach()))

        layers = [layer for layer in self.model.modules() if isinstance(layer, nn.Embedding)]
        hooks = [layer.register_forward_hook(note) for layer in layers]
        try:
            with torch.no_grad():
                answers(self.model, self.batch)
        finally:
            for hook in hooks:
                hook.remove()
        if not found:
            raise ValueError(
                "it has no embedding that reads the symbols, so there is no input to differentiate by"
            )
        return found[0]

    def __call__(self, x: Tensor) -> Tensor:
        hook = self.layer.register_forward_hook(lambda layer, inputs, output: x)
        try:
            return answers(self.model, self.batch)
        finally:
            hook.remove()
