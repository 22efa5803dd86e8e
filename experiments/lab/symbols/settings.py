"""What runs on the tasks of symbols are. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.core.settings import choice, whole
from experiments.lab.sequences.settings import MOST_LENGTH, SequenceRun

FILLS = ("zero", "random")
MOST_VOCABULARY = 100_000


@dataclass(frozen=True, kw_only=True)
class RecallRun(SequenceRun):
    """One run on associative recall.

    Args:
        pairs: Pairs of key and value, each of which is asked for once.
        vocabulary: Different symbols, an even number: the lower half are keys, the upper half values.
        fill: What stands between the questions: zero, as in the figures of the paper, or random symbols.
    """

    pairs: int = whole(4, least=1, most=MOST_LENGTH)
    vocabulary: int = whole(64, least=4, most=MOST_VOCABULARY)
    fill: str = choice("zero", FILLS)


@dataclass(frozen=True, kw_only=True)
class CopyingRun(SequenceRun):
    """One run on selective copying.

    Args:
        symbols: How many of the T steps hold a symbol to keep.
    """

    symbols: int = whole(4, least=1, most=MOST_LENGTH)


@dataclass(frozen=True, kw_only=True)
class PlaceRun(SequenceRun):
    """One run on the k-th symbol.

    Args:
        asked: k, which symbol is asked for, counted from 1.
    """

    asked: int = whole(1, least=1, most=MOST_LENGTH, option="place", argument="place")


@dataclass(frozen=True, kw_only=True)
class BracketRun(SequenceRun):
    """One run on brackets.

    Args:
        kinds: Different brackets: with one kind a counter is enough, with two a stack is needed.
    """

    kinds: int = whole(2, least=1, most=2)
