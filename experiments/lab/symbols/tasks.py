"""The tasks of symbols in two views: the sequence, and a path through its steps."""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor
from torch_geometric.data import Data

from experiments.lab.sequences.tasks.drawn import IGNORED
from experiments.lab.sequences.tasks.task import Task
from experiments.lab.symbols.settings import BracketRun, CopyingRun, PlaceRun, RecallRun
from seq import associative_recall, dyck, nth_symbol, parity, selective_copying


class AssociativeRecall(Task):
    """Pairs of key and value; then each key comes once more, and its value is due.

    Args:
        length, seed: As for every task.
        pairs, vocabulary, fill: Of ``seq.associative_recall``.
    """

    every_step = True

    def __init__(
        self, length: int, seed: int, *, pairs: int = 4, vocabulary: int = 64, fill: str = "zero"
    ) -> None:
        super().__init__(length, seed)
        if length < 4 * pairs:
            raise ValueError(
                f"lengths: {length} should be at least {4 * pairs}, 4 for each of {pairs} pairs (pairs): they take "
                "half of it, and the questions are spread over the other half"
            )
        if vocabulary % 2 or vocabulary < 2 * pairs + 2:
            raise ValueError(
                f"vocabulary: {vocabulary} should be even and at least {2 * pairs + 2}, so that {pairs} pairs (pairs) "
                "have keys and values of their own"
            )
        self.pairs, self.vocabulary, self.fill = pairs, vocabulary, fill
        self.num_tokens, self.num_outputs = vocabulary, vocabulary // 2
        self.chance = 1 / self.num_outputs

    @classmethod
    def of(cls, run: RecallRun) -> Self:  # type: ignore[override]
        return cls(run.length, run.seed, pairs=run.pairs, vocabulary=run.vocabulary, fill=run.fill)

    def examples(self, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        more = {"pairs": self.pairs, "vocabulary": self.vocabulary}
        tokens, values = associative_recall(self.length, count, fill=self.fill, generator=generator, **more)
        return tokens, numbered(values, self.vocabulary // 2)


class SelectiveCopying(Task):
    """Some symbols among noise; at the end they are due in their order."""

    num_tokens = 10
    num_outputs = 8
    every_step = True
    chance = 1 / 8

    def __init__(self, length: int, seed: int, *, symbols: int = 4) -> None:
        super().__init__(length, seed)
        if symbols > length:
            raise ValueError(
                f"lengths: {length} should be at least {symbols}, so that {symbols} symbols (symbols) have room"
            )
        self.symbols = symbols

    @classmethod
    def of(cls, run: CopyingRun) -> Self:  # type: ignore[override]
        return cls(run.length, run.seed, symbols=run.symbols)

    @property
    def steps(self) -> int:
        return self.length + self.symbols

    def examples(self, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        tokens, kept = selective_copying(self.length, count, symbols=self.symbols, generator=generator)
        return tokens, numbered(kept, 1)


class Parity(Task):
    """Is the number of ones odd?

    Which split a string is in depends on all bits but the last. So both answers are equally frequent in each split,
    and even the 256 strings of eight bits can be divided.
    """

    num_tokens = 2
    num_outputs = 2
    chance = 0.5
    enough = 100

    def examples(self, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        return parity(self.length, count, generator=generator)

    def divided_by(self, inputs: Tensor) -> Tensor:
        return inputs[:, :-1]


class NthSymbol(Task):
    """The k-th of T random digits, asked for at the end."""

    num_tokens = num_outputs = 10
    chance = 0.1

    def __init__(self, length: int, seed: int, *, place: int = 1) -> None:
        super().__init__(length, seed)
        if place > length:
            raise ValueError(
                f"lengths: {length} should be at least {place}, the symbol that is asked for (place)"
            )
        self.place = place
        self.distance = length - place + 1

    @classmethod
    def of(cls, run: PlaceRun) -> Self:  # type: ignore[override]
        return cls(run.length, run.seed, place=run.asked)

    def examples(self, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        return nth_symbol(self.length, count, place=self.place, generator=generator)

    def source(self, graph: Data) -> int | None:
        return self.place - 1


class Brackets(Task):
    """Is a string of brackets well formed?"""

    num_outputs = 2
    chance = 0.5

    def __init__(self, length: int, seed: int, *, kinds: int = 2) -> None:
        super().__init__(length, seed)
        if length % 2:
            raise ValueError(f"lengths: {length} should be even: every bracket is closed by another one")
        self.kinds = kinds
        self.num_tokens = 2 * kinds

    @classmethod
    def of(cls, run: BracketRun) -> Self:  # type: ignore[override]
        return cls(run.length, run.seed, kinds=run.kinds)

    def examples(self, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        return dyck(self.length, count, kinds=self.kinds, generator=generator)


def numbered(symbols: Tensor, first: int) -> Tensor:
    """Symbols that are due as classes from 0 on, the first of which stands for one of them."""
    return torch.where(symbols == IGNORED, symbols, symbols - first)
