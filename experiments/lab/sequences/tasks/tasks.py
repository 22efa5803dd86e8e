"""Sequence tasks with two views: the sequence, and a graph over its positions that all examples share.

A graph knows nothing of an example but its input symbols: edges depend on positions alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor
from torch.nn import functional as F
from torch_geometric.data import Data

from experiments.core.specs import GraphSpec
from experiments.lab.sequences.tasks.task import Batch, Task
from gnnlab import palindrome_graph
from seq import (
    adding_problem,
    baum_sweet,
    baum_sweet_is_disjoint,
    binary_palindrome_chance,
    binary_palindromes,
    binary_palindromes_are_disjoint,
    copy_memory,
    digit_palindromes,
    frequency_discrimination,
    palindromes_are_disjoint,
    random_combinations,
    random_combinations_are_disjoint,
)

if TYPE_CHECKING:
    from experiments.lab.sequences.settings import PalindromeRun


class DigitPalindromes(Task):
    """Read T - 1 digits of a palindrome, name the last, which is the first.

    Attributes:
        others: ``constant`` puts the symbol 0 in the place of every digit but the first. There are ten inputs then, the
            same in each split, and nothing but distance stands between question and answer.
    """

    num_tokens = num_outputs = 10
    chance = 0.1
    others = "digits"

    def __init__(self, length: int, seed: int) -> None:
        super().__init__(length, seed)
        self.distance = length - 1
        self.disjoint = palindromes_are_disjoint(length)

    @classmethod
    def of(cls, run: PalindromeRun) -> Self:  # type: ignore[override]
        task = cls(run.length, run.seed)
        task.others = run.others
        task.disjoint = task.disjoint and run.others == "digits"
        return task

    @property
    def steps(self) -> int:
        return self.length - 1

    def batch(self, split: str, count: int, generator: torch.Generator) -> Batch:
        tokens, targets = digit_palindromes(
            self.length, count, split=split, seed=self.seed, generator=generator
        )
        if self.others == "constant":
            tokens[:, 1:] = 0
        return Batch(tokens, targets)

    def graph(self, spec: GraphSpec) -> Data:
        query = spec.readout == "query"
        graph = palindrome_graph(
            self.length, directed=spec.directed, mirrored=spec.mirrored, skip=spec.skip, query=query
        )
        return self._finished(spec, graph, query)

    def source(self, graph: Data) -> int | None:
        return 0


class BinaryPalindromes(Task):
    """Palindromes of bits made of n integers, padded in front; name the last bit."""

    num_tokens = 3
    num_outputs = 2

    def __init__(self, length: int, seed: int) -> None:
        super().__init__(length, seed)
        self.chance = binary_palindrome_chance()
        self.disjoint = binary_palindromes_are_disjoint(length)

    @property
    def steps(self) -> int:
        return self.batch("train", 1, self.generator("train")).inputs.shape[1]

    def batch(self, split: str, count: int, generator: torch.Generator) -> Batch:
        return Batch(
            *binary_palindromes(self.length, count, split=split, seed=self.seed, generator=generator)
        )


class BaumSweet(Task):
    """Integers of up to n digits in binary: has every block of zeros an even length?"""

    num_tokens = 3
    num_outputs = 2
    chance = 0.5

    def __init__(self, length: int, seed: int) -> None:
        super().__init__(length, seed)
        self.disjoint = baum_sweet_is_disjoint(length)

    @property
    def steps(self) -> int:
        return 4 * self.length

    def batch(self, split: str, count: int, generator: torch.Generator) -> Batch:
        return Batch(*baum_sweet(self.length, count, split=split, seed=self.seed, generator=generator))


class RandomCombinations(Task):
    """A permutation of 0..T-1 without its last entry, which is asked for: a problem of sets."""

    def __init__(self, length: int, seed: int) -> None:
        super().__init__(length, seed)
        self.num_tokens = self.num_outputs = length
        self.chance = 1 / length
        self.disjoint = random_combinations_are_disjoint(length)

    @property
    def steps(self) -> int:
        return self.length - 1

    def batch(self, split: str, count: int, generator: torch.Generator) -> Batch:
        return Batch(
            *random_combinations(self.length, count, split=split, seed=self.seed, generator=generator)
        )


class CopyMemory(Task):
    """Ten symbols, T steps of silence, then the ten symbols are due, one per step."""

    num_tokens = 10
    num_outputs = 9
    every_step = True
    chance = 1 / 8
    RECALLED = 10

    def __init__(self, length: int, seed: int) -> None:
        super().__init__(length, seed)
        self.distance = length + self.RECALLED

    @property
    def steps(self) -> int:
        return self.length + 2 * self.RECALLED

    def batch(self, split: str, count: int, generator: torch.Generator) -> Batch:
        return Batch(*copy_memory(self.length, count, split=split, seed=self.seed, generator=generator))

    def due(self, targets: Tensor) -> Tensor:
        """The ten steps of recall only: silence is right without any memory."""
        return (
            torch.arange(targets.shape[1], device=targets.device) >= self.steps - self.RECALLED
        ).expand_as(targets)


class AddingProblem(Task):
    """T random numbers, two of them marked: their sum. Always answering 1 has the mean squared error 1/6."""

    num_tokens = None
    num_features = 2
    num_outputs = 1
    TOLERANCE = 0.04  # an answer this close counts as right (Hochreiter & Schmidhuber 1997)
    chance = 1 - (1 - TOLERANCE) ** 2  # the sum of two uniform numbers lies this close to 1

    @property
    def steps(self) -> int:
        return self.length

    def batch(self, split: str, count: int, generator: torch.Generator) -> Batch:
        return Batch(*adding_problem(self.length, count, split=split, seed=self.seed, generator=generator))

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean squared error."""
        return F.mse_loss(outputs.squeeze(-1), targets)

    def correct(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Whether the answer is within ``TOLERANCE``."""
        return (outputs.squeeze(-1) - targets).abs() < self.TOLERANCE


class FrequencyDiscrimination(Task):
    """Samples of a sine wave: is its period between 5 and 6? T is the longest duration."""

    num_tokens = None
    num_outputs = 2
    uses_times = True
    chance = 0.5
    sampling = "standard"

    @property
    def steps(self) -> int:
        return self.length * (10 if self.sampling == "fine" else 1)

    def batch(self, split: str, count: int, generator: torch.Generator) -> Batch:
        # The paper's shortest and longest durations are 15 and 125.
        durations = (max(1.0, self.length * 15 / 125), float(self.length))
        x, targets, times, lengths = frequency_discrimination(
            count,
            sampling=self.sampling,
            durations=durations,
            split=split,
            seed=self.seed,
            generator=generator,
        )
        return Batch(x, targets, {"times": times, "lengths": lengths})


class FineFrequency(FrequencyDiscrimination):
    """The same, sampled ten times as finely."""

    sampling = "fine"


class AsynchronousFrequency(FrequencyDiscrimination):
    """The same, sampled at random times."""

    sampling = "asynchronous"
