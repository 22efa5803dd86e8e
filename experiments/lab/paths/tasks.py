"""A node of a random graph is marked: how far is every node from it, and how far is the furthest?"""

from __future__ import annotations

from abc import abstractmethod
from functools import cache
from typing import Self

import torch
from torch import Tensor

from experiments.lab.paths.graphs import edge_lists, hops_from, random_graphs, reordered
from experiments.lab.paths.settings import EXTRA, PathsRun
from experiments.lab.sequences.tasks.task import Examples, Task

LEAST_NODES, MOST_NODES = 8, 200
MOST_HOPS = 8  # hops that are not told apart from more
NUMBERS = 2_000_000  # entries of the adjacency matrices that chance is measured on


class MarkedGraph(Task):
    """Random connected graphs of T nodes, one of which is marked.

    Node i is read as 1 + T numbers: whether it is marked, and its row of the adjacency matrix. Both views know the
    same. A graph network has the edges of each example besides, and does not know the order of the nodes.

    Args:
        length, seed: As for every task; the length is T.
        extra, order: Of ``PathsRun``.

    Attributes:
        chance: Share of the most frequent class, which is right for who always says the same, measured on thousands of
            graphs drawn under a fixed seed.
    """

    num_tokens = None
    ordered = False

    def __init__(self, length: int, seed: int, *, extra: float = EXTRA, order: str = "random") -> None:
        super().__init__(length, seed)
        if not LEAST_NODES <= length <= MOST_NODES:
            raise ValueError(
                f"lengths: {length} should be {LEAST_NODES} to {MOST_NODES}: it is the number of nodes"
            )
        self.extra, self.order = extra, order
        self.num_features = 1 + length
        self.num_outputs = most(length) - self.least(length) + 1
        self.chance = _chance(type(self), length, extra)

    @classmethod
    def of(cls, run: PathsRun) -> Self:  # type: ignore[override]
        return cls(run.length, run.seed, extra=run.extra, order=run.order)

    @property
    def steps(self) -> int:
        return self.length

    @staticmethod
    @abstractmethod
    def least(length: int) -> int:
        """Hops that class 0 stands for, of T nodes."""

    @staticmethod
    @abstractmethod
    def asked(hops: Tensor) -> Tensor:
        """The distances that are asked for.

        Args:
            hops: (N, T) of every node from the marked one.
        """

    @classmethod
    def answers(cls, hops: Tensor) -> Tensor:
        """The classes that are due; ``hops`` as for ``asked``."""
        length = hops.shape[1]
        return cls.asked(hops).clamp(cls.least(length), most(length)) - cls.least(length)

    def examples(self, count: int, generator: torch.Generator) -> Examples:
        adjacency, hops = draw(self.length, count, self.extra, generator)
        if self.order == "distance":
            order = (hops + torch.rand(hops.shape, generator=generator)).argsort(1)
            adjacency, hops = reordered(adjacency, order), hops.gather(1, order)
        mark = (hops == 0).unsqueeze(2)
        return Examples(
            torch.cat([mark, adjacency], 2).float(), self.answers(hops), edges=edge_lists(adjacency)
        )


class ShortestPath(MarkedGraph):
    """How many hops is each node from the marked one? Classes 0 to min(T / 2, 8), the last of which means more too."""

    every_step = True

    @staticmethod
    def least(length: int) -> int:
        return 0

    @staticmethod
    def asked(hops: Tensor) -> Tensor:
        return hops


class Eccentricity(MarkedGraph):
    """How many hops away is the node that is furthest from the marked one?

    Classes stand for min(T / 4, 4) to min(T / 2, 8) hops; the first of them means fewer too, the last one more.
    """

    @staticmethod
    def least(length: int) -> int:
        return min(length // 4, MOST_HOPS // 2)

    @staticmethod
    def asked(hops: Tensor) -> Tensor:
        return hops.max(1).values


def most(length: int) -> int:
    """Hops that are not told apart from more, among T nodes."""
    return min(length // 2, MOST_HOPS)


def draw(nodes: int, count: int, extra: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Adjacency matrices (N, T, T), and the hops (N, T) of all nodes from a marked one."""
    adjacency = random_graphs(nodes, count, extra, generator)
    marked = torch.randint(nodes, (count,), generator=generator)
    return adjacency, hops_from(adjacency, marked)


@cache
def _chance(kind: type[MarkedGraph], length: int, extra: float) -> float:
    _, hops = draw(length, NUMBERS // length**2, extra, torch.Generator().manual_seed(0))
    answers = kind.answers(hops).flatten()
    return (torch.bincount(answers).max() / len(answers)).item()
