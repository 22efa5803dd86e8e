"""What a run on sequences is. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from experiments.core.run import Run
from experiments.core.settings import choice, number, plain, whole
from experiments.core.specs import ModelSpec
from experiments.core.training import ScheduledTraining

SENSITIVITY = "sensitivity.csv"  # D(r) of a run
LOSSES = "losses.csv"  # what a graph model loses on the way, and by what
LEAST = 1e-280  # a D near the smallest numbers of float64: the next may be too small for one, and not out of reach
MOST_LENGTH = 100_000  # examples of that length take some GB


@dataclass(frozen=True, kw_only=True)
class SequenceTraining(ScheduledTraining):
    """How a model of sequences is trained; the same for every model of a comparison.

    Args:
        validation_size: Examples in the validation split.
        test_size: Examples in the test split.
        success: Validation accuracy that ends a run when it is reached twice in a row; above 1 for never.
        tolerance: A run ends when the mean loss of its last 100 steps differs by less than this from that of the
            100 before; 0 for never.
    """

    validation_size: int = whole(1000, least=1)
    test_size: int = whole(2000, least=1)
    success: float = number(0.999, least=0)
    tolerance: float = number(0.0, least=0)


@dataclass(frozen=True, kw_only=True)
class SequenceRun(Run):
    """One run on sequences.

    Args:
        length: Lengths T of the task (the question above says what T is there), as 5,10,20 or as a range
            START:STOP:STEP that includes STOP.
        model: The model.
        train: How it is trained.
    """

    told: ClassVar[tuple[str, ...]] = ("length",)

    length: int = whole(least=2, most=MOST_LENGTH, option="lengths", argument="lengths")
    model: ModelSpec = plain(option=False)
    train: SequenceTraining = field(default_factory=SequenceTraining, metadata={"option": False})

    @property
    def place(self) -> str:
        return f"T{self.length}"

    @property
    def cost(self) -> float:
        return float(self.length * getattr(self.model, "layers", 1) * self.train.steps)

    @property
    def trains(self) -> bool:
        """Whether weights are learned at all."""
        return True


@dataclass(frozen=True, kw_only=True)
class PalindromeRun(SequenceRun):
    """One run on palindromes of digits.

    Args:
        others: What stands between the first digit and the missing one: digits, or constant, one and the same symbol,
            which disturbs nothing. It is the control that tells a signal that fades from one that others drown.
    """

    others: str = choice("digits", ("digits", "constant"), added=True)
