"""What a run is: everything that can change its result, as one frozen dataclass. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from experiments.core.settings import Settings, plain, whole

MOST_THREADS = 256
MOST_SEED = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class Run(Settings):
    """One run. A subclass adds the fields of its experiment; everything else comes from the fields.

    Args:
        experiment: Name in the catalogue of experiments.
        model: Which model; has ``label``, what users type, and ``family``.
        seed: Fixes the split, the examples and the initial weights.
        train: How it is trained.
        device: ``cpu`` or a torch CUDA device.
        threads: CPU threads inside the run; more of them can change the last bits.
        deterministic: Keep to kernels that give the same bits each time, which a GPU does not do by itself.
    """

    #: Columns of the task that every table names.
    told: ClassVar[tuple[str, ...]] = ()

    experiment: str = plain(option=False)
    model: Any = plain(option=False)
    seed: int = whole(most=MOST_SEED, option=False, argument="seeds")
    train: Any = plain(option=False)
    device: str = plain("cpu", option=False)
    threads: int = whole(1, least=1, most=MOST_THREADS, option=False)
    deterministic: bool = plain(False, option=False, added=True)

    @property
    def place(self) -> str:
        """What was to be learned, as the first part of a folder's name; empty where an experiment has one task."""
        return ""

    @property
    def unused(self) -> frozenset[str]:
        """Columns of settings that it does not look at, as ``train.patience`` where nothing is trained."""
        return frozenset()

    @property
    def title(self) -> str:
        """Which run it is, for a progress bar."""
        return " ".join(part for part in (self.model.label, self.place, f"seed {self.seed}") if part)

    @property
    def most_steps(self) -> int:
        """The length of that bar."""
        return int(self.train.steps)

    @property
    def cost(self) -> float:
        """How long it takes compared with others of its sweep: long runs are started first."""
        return 0.0

    @property
    def folder(self) -> str:
        """Name of the run's folder, different for every other setting."""
        parts = [self.place, self.model.label, f"seed{self.seed}", self.identity]
        return "_".join(part for part in parts if part)
