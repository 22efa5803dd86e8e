"""What a run is: everything that can change its result, as one frozen dataclass. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from experiments.core.experiment import Experiment, load
from experiments.core.own import Code
from experiments.core.settings import Settings, Values, plain, whole

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
        audit: Look at the test part along training too, to say what choosing the step by it would have given. It
            changes nothing else.
        seeds_together: How many runs that differ in their seed alone trained as one, at most. It is 1 but on a CPU,
            where the same seed gives the same bits, and other bits with others.
        tuned: How validation chose settings of this run; empty for settings that were given.
        smoke: It has the tiny sizes of ``--smoke``, so that its page says that its figures mean nothing.
        code: The user's own code that it needs, each piece with file and SHA-256. It is no setting: a file that was
            moved, or in which a comment was mended, leaves the run what it is.
    """

    #: Columns of the task that every table names.
    told: ClassVar[tuple[str, ...]] = ()
    #: Fields that are no columns of a table of runs.
    not_columns: ClassVar[frozenset[str]] = frozenset({"smoke", "code"})

    experiment: str = plain(option=False)
    model: Any = plain(option=False)
    seed: int = whole(most=MOST_SEED, option=False, argument="seeds")
    train: Any = plain(option=False)
    device: str = plain("cpu", option=False)
    threads: int = whole(1, least=1, most=MOST_THREADS, option=False)
    deterministic: bool = plain(False, option=False, added=True)
    audit: bool = plain(False, option=False, added=True)
    seeds_together: int = whole(1, least=1, option=False, added=True)
    tuned: str = plain("", option=False, added=True)
    smoke: bool = plain(False, option=False, hashed=False)
    code: tuple[Code, ...] = plain((), option=False, hashed=False)

    def to_dict(self) -> Values:
        values = super().to_dict()
        for name in ("smoke", "code"):
            if not values[name]:
                del values[name]
        return values

    def __reduce_ex__(self, protocol: Any) -> Any:
        # Another process has to learn what a user's names stand for before it makes a run of them.
        return (revive, (self.to_dict(),)) if self.code else super().__reduce_ex__(protocol)

    @property
    def subject(self) -> str:
        """What a folder of runs is about: its experiment, or a user's own task."""
        return self.experiment

    @property
    def place(self) -> str:
        """What was to be learned, as the first part of a folder's name; empty where an experiment has one task."""
        return ""

    def described(self, experiment: Experiment) -> Experiment:
        """Its experiment, with what this run says of it: a user's own task has a title and a metric of its own."""
        return experiment

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
        # A colon, as in pyg:SAGEConv-3, is no part of a file's name everywhere.
        parts = [self.place, self.model.label.replace(":", "-"), f"seed{self.seed}", self.identity]
        return "_".join(part for part in parts if part)


def revive(values: Values) -> Run:
    """The run that ``to_dict`` described, in another process."""
    run: Run = load("experiments.core.catalogue:read_settings")(values)
    return run
