"""Digit palindromes as a task with two views: the sequence, and a graph built from its positions."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Data

from experiments.settings import GraphSpec
from gnnlab import palindrome_graph
from seq import digit_palindromes, palindromes_are_disjoint

# Each split draws from a stream of its own, so that asking for more of one never moves another.
_STREAMS = {"train": 1, "validation": 2, "test": 3}


class PalindromeTask:
    """Read T - 1 digits of a palindrome, name the last.

    Args:
        length: T, with the missing digit; 2 or more.
        seed: Fixes which palindromes belong to which split, and the order of examples.

    Attributes:
        num_tokens: Different input symbols, 10.
        num_classes: Answers, 10.
        chance: Accuracy of guessing, 0.1.
        distance: Steps, or hops along the path, from the answer's digit to the missing one.
        disjoint: Whether no palindrome of one split appears in another (false for T = 2 alone).
    """

    num_tokens = 10
    num_classes = 10
    chance = 0.1

    def __init__(self, length: int, seed: int) -> None:
        self.length = length
        self.seed = seed
        self.distance = length - 1
        self.disjoint = palindromes_are_disjoint(length)

    def generator(self, split: str) -> torch.Generator:
        """A fresh stream of randomness for one split; the same for every model."""
        return torch.Generator().manual_seed(self.seed * 1_000_003 + self.length * 101 + _STREAMS[split])

    def batch(self, split: str, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Examples of one split.

        Shapes:
            - **tokens**: (count, T - 1) integers in 0..9
            - **targets**: (count,) integers in 0..9
        """
        return digit_palindromes(self.length, count, split=split, seed=self.seed, generator=generator)

    def graph(self, spec: GraphSpec) -> Data:
        """The edge list that all examples share: one node a position, the last one asks."""
        return palindrome_graph(
            self.length,
            directed=spec.directed,
            mirrored=spec.mirrored,
            skip=spec.skip,
        )

    def source(self, graph: Data) -> int:
        """The node that holds the answer."""
        return 0
