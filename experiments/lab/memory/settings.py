"""What a run of the experiment memory is. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.core.settings import RunSettings

LEAST = 1e-280  # a D near the smallest numbers of float64: the next may be too small for one, and not out of reach


@dataclass(frozen=True)
class MemorySettings(RunSettings):
    """A model whose memory is measured at its initial weights and, if asked for, after training.

    Args:
        trained: Train the model and measure again.
    """

    trained: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.trained, bool):
            raise ValueError(f"trained: {self.trained!r} should be true or false")

    @property
    def most_steps(self) -> int:
        return self.train.steps if self.trained else 1


def was_trained(settings: RunSettings) -> bool:
    """Whether a run on sequences trains its model; only memory may measure initial weights alone."""
    return not isinstance(settings, MemorySettings) or settings.trained
