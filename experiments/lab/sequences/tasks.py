"""Sequence tasks with two views: the sequence, and a graph over its positions that all examples share.

A graph knows nothing of an example but its input symbols: edges depend on positions alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor
from torch.nn import functional as F
from torch_geometric.data import Data

from experiments.core.specs import GraphSpec
from experiments.lab.sequences.training import Batch
from gnnlab import palindrome_graph, path_graph, with_virtual_node
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

# Each split draws from a stream of its own, so that asking for more of one never moves another.
_STREAMS = {"train": 1, "validation": 2, "test": 3}


class SequenceTask(ABC):
    """A task of one length under one seed.

    Args:
        length: T, as the task counts it.
        seed: Fixes which examples belong to which split, and their order.

    Attributes:
        num_tokens: Different input symbols; None where inputs are numbers.
        num_features: Numbers a step, where inputs are numbers.
        num_outputs: Classes, or 1 for a regression.
        every_step: Whether an answer is due at every step.
        uses_times: Whether steps have time stamps and sequences have lengths.
        chance: Accuracy without knowledge of the input, in 0..1.
        distance: Steps, or hops along the path, from the answer to where it is asked for; None where it varies.
        disjoint: Whether no example of one split appears in another.
    """

    num_tokens: int | None = 10
    num_features = 1
    num_outputs = 10
    every_step = False
    uses_times = False
    chance = 0.1
    distance: int | None = None
    disjoint = True

    def __init__(self, length: int, seed: int) -> None:
        self.length = length
        self.seed = seed

    def generator(self, split: str) -> torch.Generator:
        """A fresh stream of randomness for one split; the same for every model."""
        return torch.Generator().manual_seed(self.seed * 1_000_003 + self.length * 101 + _STREAMS[split])

    @abstractmethod
    def batch(self, split: str, count: int, generator: torch.Generator) -> Batch:
        """Examples of one split."""

    @property
    @abstractmethod
    def steps(self) -> int:
        """Steps of the input, which are the nodes of the graph without a query."""

    def graph(self, spec: GraphSpec) -> Data:
        """The edge list that all examples share: one node a position, and one that asks where the spec reads there.

        Raises:
            ValueError: The spec asks for edges or a read-out that make no sense for this task.
        """
        if spec.mirrored:
            raise ValueError(
                f"models: {spec.label} has mirrored edges, but this task has no fixed middle to mirror at"
            )
        query = spec.readout == "query" and not self.every_step
        return self._finished(
            spec, path_graph(self.steps + query, directed=spec.directed, skip=spec.skip), query
        )

    def _finished(self, spec: GraphSpec, graph: Data, query: bool) -> Data:
        if spec.virtual and not query:
            raise ValueError(
                f"models: {spec.label} has a virtual node, but here an answer is due at every node"
            )
        if query:
            graph.query = graph.num_nodes - 1
        if not spec.edges:
            graph.edge_index = graph.edge_index[:, :0]
        return with_virtual_node(graph) if spec.virtual else graph

    def source(self, graph: Data) -> int | None:
        """The node that holds the answer; None where that depends on the example."""
        return None

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean cross-entropy in nats."""
        return F.cross_entropy(outputs.flatten(0, -2), targets.flatten())

    def correct(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Whether the most likely class is the right one."""
        return outputs.argmax(-1) == targets


class DigitPalindromes(SequenceTask):
    """Read T - 1 digits of a palindrome, name the last, which is the first."""

    def __init__(self, length: int, seed: int) -> None:
        super().__init__(length, seed)
        self.distance = length - 1
        self.disjoint = palindromes_are_disjoint(length)

    @property
    def steps(self) -> int:
        return self.length - 1

    def batch(self, split: str, count: int, generator: torch.Generator) -> Batch:
        return Batch(*digit_palindromes(self.length, count, split=split, seed=self.seed, generator=generator))

    def graph(self, spec: GraphSpec) -> Data:
        query = spec.readout == "query"
        graph = palindrome_graph(
            self.length, directed=spec.directed, mirrored=spec.mirrored, skip=spec.skip, query=query
        )
        return self._finished(spec, graph, query)

    def source(self, graph: Data) -> int | None:
        return 0


class BinaryPalindromes(SequenceTask):
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


class BaumSweet(SequenceTask):
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


class RandomCombinations(SequenceTask):
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


class CopyMemory(SequenceTask):
    """Ten symbols, T steps of silence, then the ten symbols are due, one a step."""

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

    def correct(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Of the ten steps of recall only: silence is right without any memory."""
        recall = slice(-self.RECALLED, None)
        return outputs[:, recall].argmax(-1) == targets[:, recall]


class AddingProblem(SequenceTask):
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


class FrequencyDiscrimination(SequenceTask):
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
