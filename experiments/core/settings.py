"""What a run is: frozen dataclasses that hold every setting which can change its result.

They import no torch, so that the command line can check its arguments, and print
its help, before anything slow is loaded.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any

from experiments.core.model_specs import GraphSpec, ModelSpec, RecurrentSpec
from experiments.core.naming import nearest
from experiments.core.run_protocol import digest_of

OPTIMIZERS = ("adam", "rmsprop", "sgd", "momentum")
MOST_THREADS = 256
MOST_LENGTH = 100_000  # examples of that length take some GB


@dataclass(frozen=True)
class TrainSettings:
    """How a model is trained; the same for every model of a comparison.

    Args:
        steps: Most training steps.
        batch_size: Examples a step.
        optimizer: One of ``OPTIMIZERS``; ``momentum`` is SGD with momentum 0.9.
        learning_rate: Step size.
        decay: What the step size is multiplied with every ``decay_every`` steps; 1 for never.
        decay_every: Steps between two decays; 0 for never.
        clip_norm: Largest gradient norm; 0 leaves gradients as they are.
        evaluate_every: Steps between two looks at the validation split.
        validation_size: Examples in the validation split.
        test_size: Examples in the test split.
        success: Validation accuracy that ends a run when it is reached twice in a row; above 1 for never.
        patience: Steps without a better validation loss (by 0.001) that end a run; 0 for never.
        tolerance: A run ends when the mean loss of its last 100 steps differs by less than this from that of the
            100 before; 0 for never.
        budget: Trainable parameters; hidden sizes are chosen to match it within 5 %.
        hidden: Hidden size of every model in place of a budget; 0 for the budget.
    """

    steps: int = 2000
    batch_size: int = 128
    optimizer: str = "adam"
    learning_rate: float = 3e-3
    decay: float = 1.0
    decay_every: int = 0
    clip_norm: float = 1.0
    evaluate_every: int = 50
    validation_size: int = 1000
    test_size: int = 2000
    success: float = 0.999
    patience: int = 1000
    tolerance: float = 0.0
    budget: int = 20_000
    hidden: int = 0

    def __post_init__(self) -> None:
        for setting in dataclasses.fields(self):  # 1 and 1.0 are one setting, and should be one identity
            if setting.type == "float":
                object.__setattr__(self, setting.name, float(getattr(self, setting.name)))
        for name in ("steps", "batch_size", "evaluate_every", "validation_size", "test_size", "budget"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} should be 1 or more")
        if self.optimizer not in OPTIMIZERS:
            hint = nearest(str(self.optimizer), OPTIMIZERS)
            raise ValueError(
                f"optimizer: unknown {self.optimizer!r}{hint or '.'} Known: {', '.join(OPTIMIZERS)}"
            )
        for name in ("learning_rate", "decay"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name}: {getattr(self, name)} should be a finite number above 0")
        for name in (
            "decay_every",
            "clip_norm",
            "success",
            "patience",
            "tolerance",
            "hidden",
        ):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{name}: {value} should be 0 or more")


@dataclass(frozen=True)
class RunSettings:
    """One run: everything that can change its result.

    Args:
        experiment: Name in the catalogue of experiments.
        length: Length T of the sequence, with the missing symbol; 2 or more.
        model: The model.
        seed: Fixes the split, the examples and the initial weights.
        train: How it is trained.
        device: ``cpu`` or a torch CUDA device.
        threads: CPU threads inside the run; more of them can change the last bits.
        deterministic: Keep to kernels that give the same bits each time, which a GPU does not do by itself.
    """

    experiment: str
    length: int
    model: ModelSpec
    seed: int
    train: TrainSettings = field(default_factory=TrainSettings)
    device: str = "cpu"
    threads: int = 1
    deterministic: bool = False

    def __post_init__(self) -> None:
        check_length(self.length)
        if self.seed < 0:
            raise ValueError(f"seeds: {self.seed} should be 0 or more")
        if not 1 <= self.threads <= MOST_THREADS:
            raise ValueError(f"threads: {self.threads} should be 1 to {MOST_THREADS}")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for ``config.json``; ``from_dict`` reads them back."""
        values = dataclasses.asdict(self)
        values["model"] = {"name": self.model.label, "family": self.model.family, **values["model"]}
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RunSettings:
        """The run that a ``config.json`` describes.

        Raises:
            ValueError: A key is missing or not known.
        """
        try:
            model = dict(values["model"])
            spec_class = {"recurrent": RecurrentSpec, "graph": GraphSpec}[model.pop("family")]
            model.pop("name", None)
            rest = {k: v for k, v in values.items() if k not in ("model", "train")}
            return cls(model=spec_class(**model), train=TrainSettings(**values["train"]), **rest)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"config: not the settings of a run ({error})") from error

    @property
    def identity(self) -> str:
        """Eight hexadecimal digits that change whenever a setting does."""
        values = self.to_dict()
        if not self.deterministic:
            del values["deterministic"]  # runs from before there was such a setting keep their names
        return digest_of(values)

    @property
    def title(self) -> str:
        """Which run it is, for a progress bar."""
        return f"{self.model.label} T={self.length} seed {self.seed}"

    @property
    def most_steps(self) -> int:
        """The length of that bar."""
        return self.train.steps

    @property
    def folder(self) -> str:
        """Name of the run's folder."""
        return f"T{self.length}_{self.model.label}_seed{self.seed}_{self.identity}"


def check_length(length: int) -> None:
    """Raise a ValueError for a length that no task can have."""
    if not 2 <= length <= MOST_LENGTH:
        bound = "2 or more" if length < 2 else f"at most {MOST_LENGTH:,}"
        raise ValueError(f"lengths: {length} should be {bound}")
