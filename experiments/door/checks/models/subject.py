"""A model that is looked at: how it is made, what it is asked, and when two answers are the same."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn

from experiments.core import own
from experiments.core.specs import ModelSpec, OwnSpec
from experiments.door.checks.randomness import seeded
from experiments.lab.sequences.input_sensitivity import in_double
from experiments.lab.sequences.models.models import build_model, hidden_step
from experiments.lab.sequences.models.own import is_fixed
from experiments.lab.sequences.tasks.task import Batch, Task
from experiments.lab.sequences.training import answers, takes

SEED, OTHER_SEED = 11, 13
EXAMPLES = 7  # of a batch: a prime that no other size is likely to be
HIDDEN = 16  # of a model: small, and a multiple of the usual numbers of heads
#: Products over a batch add up in another order when the batch has another size, so that the last bits may differ: some
#: 1e-16 an operation in double precision. After the thousands of operations behind an answer 1e-9 is far above that,
#: and what one example really does to another is far above 1e-9.
DOUBLE_TOLERANCE = 1e-9
SINGLE_TOLERANCE = 1e-4  # the same for some 1e-7 an operation


@dataclass
class Subject:
    """A model, a task that it is made for, and what is claimed of it.

    Args:
        spec: Which model.
        task: What it is made for.
        hidden: Hidden units; 0 for a small size that it can have.
        budget: Parameters that it should be able to have.
        causal: Whether its answer at a step is claimed to know nothing of later steps.
        permutation: Whether the order of the steps is claimed to mean nothing.
    """

    spec: ModelSpec
    task: Task
    hidden: int = 0
    budget: int = 10_000
    causal: bool = False
    permutation: bool = False

    def __post_init__(self) -> None:
        fixed = isinstance(self.spec, OwnSpec) and is_fixed(self.spec)
        if not self.hidden and not fixed:
            step = hidden_step(self.spec)
            self.hidden = step * -(-HIDDEN // step)

    @cached_property
    def batch(self) -> Batch:
        """Examples for training."""
        return self.task.batch("train", EXAMPLES, self.task.generator("train"))

    @cached_property
    def other(self) -> Batch:
        """Other examples, as many."""
        return self.task.batch("train", EXAMPLES, torch.Generator().manual_seed(OTHER_SEED))

    def make(self, seed: int = SEED) -> nn.Module:
        """A new model, its weights drawn under a seed."""
        with seeded(seed):
            return build_model(self.spec, self.task, self.hidden)

    @cached_property
    def _pristine(self) -> nn.Module:
        return self.make()

    def fresh(self) -> nn.Module:
        """A model with the same weights each time, that has never been called."""
        try:
            return copy.deepcopy(self._pristine)
        except Exception:  # a check of its own says so
            return self.make()

    @cached_property
    def narrow(self) -> str:
        """Why it cannot answer in double precision; empty where it can."""
        try:
            with torch.no_grad():
                out = answer(self.fresh().double().eval(), in_double(self.batch))
        except Exception as error:
            return self.failure(error)
        return "" if out.dtype == torch.double else f"its answers are {out.dtype} then"

    @property
    def tolerance(self) -> float:
        """How far apart two answers may be that are the same."""
        return SINGLE_TOLERANCE if self.narrow else DOUBLE_TOLERANCE

    def says(self, batch: Batch, *, train: bool = False) -> Tensor:
        """What a fresh model answers, in double precision where it can.

        Args:
            batch: The question.
            train: In training mode; otherwise in evaluation mode. Dropout draws the same each time.
        """
        model = self.fresh().train(train)
        with torch.no_grad():
            return answer(model, batch) if self.narrow else answer(model.double(), in_double(batch))

    def differ(self, one: Tensor, other: Tensor) -> str:
        """How two answers differ that should be the same, in words; empty where they do not."""
        if one.shape != other.shape:
            return f"the shapes are {tuple(one.shape)} and {tuple(other.shape)}"
        if not one.numel():
            return ""
        one, other = one.double(), other.double()
        same_nan = one.isnan() & other.isnan()
        gap = (one - other).abs().masked_fill(same_nan | (one == other), 0).max().item()
        scale = 1 + other.nan_to_num(0, 0, 0).abs().max().item()
        return "" if gap <= self.tolerance * scale else f"by {gap:.2g}, with answers up to {scale - 1:.2g}"

    def train_a_little(self, model: nn.Module, steps: int = 3) -> None:
        """Some steps of training; the gradients of the last one stay."""
        model.train()
        optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=1e-2)
        for step in range(steps):
            optimizer.zero_grad()
            pull(answer(model, self.batch if step % 2 else self.other)).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()

    def reads(self, name: str) -> bool:
        """Whether its forward takes what comes beside the inputs by this name, and the task gives it."""
        taken = takes(type(self._pristine))
        return name in self.batch.extras and (taken is None or name in taken)

    def failure(self, error: BaseException) -> str:
        """An error in words, with file and line where it came through code of the user's own."""
        words = " ".join(str(error).split())
        place = own.where_it_failed(error, self.spec.codes)
        return f"{type(error).__name__}: {words[:300]}{place if place not in words else ''}"


def answer(model: nn.Module, batch: Batch, seed: int = SEED) -> Tensor:
    """A model's answer to a copy of a batch, with the global generators as a seed leaves them."""
    with seeded(seed):
        return answers(model, cloned(batch))


def cloned(batch: Batch) -> Batch:
    """The same batch in memory of its own."""
    extras = {name: value.clone() for name, value in batch.extras.items()}
    return Batch(batch.inputs.clone(), batch.targets, extras)


def rows(batch: Batch, part: slice) -> Batch:
    """Some of the examples."""
    extras = {name: value[part] for name, value in batch.extras.items()}
    return Batch(batch.inputs[part], batch.targets[part], extras)


def changed(task: Task, inputs: Tensor, where: Tensor) -> Tensor:
    """Inputs that differ from these at every step of a mask, and nowhere else.

    Args:
        task: Whose symbols they are.
        inputs: (B, T) symbols or (B, T, F) numbers.
        where: (B, T) truth values.
    """
    if task.num_tokens is not None:
        return torch.where(where, (inputs + 1) % task.num_tokens, inputs)
    noise = torch.randn(inputs.shape, generator=torch.Generator().manual_seed(SEED)).to(inputs)
    return torch.where(where.unsqueeze(-1), inputs + 1 + noise.abs(), inputs)


def pull(outputs: Tensor) -> Tensor:
    """A number that depends on every output, each with a weight of its own."""
    weights = torch.randn(outputs.shape, generator=torch.Generator().manual_seed(SEED)).to(outputs)
    return (outputs * weights).mean()
