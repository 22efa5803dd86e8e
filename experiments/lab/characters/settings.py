"""Settings of a run on characters: corpus, model, seed, training, and what is kept. Imports no torch."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from experiments.core.naming import nearest
from experiments.core.run_protocol import digest_of
from experiments.core.settings import MOST_THREADS
from experiments.lab.characters.specs import CharacterCell, CharacterGraph, CharacterSpec

PARTS = ("train", "validation", "test")
OPTIMIZERS = ("adam", "rmsprop")
PRECISIONS = ("float32", "bfloat16", "float16")
SAMPLE_TEMPERATURES = (0.0, 0.5, 1.0, 2.0)
SAMPLE_LENGTHS = (20, 30, 50, 120)


@dataclass(frozen=True)
class CorpusSettings:
    """Which text, and how it is cut into parts: training first, then validation, then test.

    Args:
        text: ``python``, names of books, or files; read one after the other.
        gutenberg: Leave out what Project Gutenberg puts before and after a book.
        validation: Share of the characters for validation.
        test: Share of the characters for the test.
        sha256: Of the characters; empty where they have not been read yet.
        characters: How many there are.
    """

    text: tuple[str, ...] = ("python",)
    gutenberg: bool = False
    validation: float = 0.05
    test: float = 0.05
    sha256: str = ""
    characters: int = 0

    def __post_init__(self) -> None:
        for name in ("validation", "test"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} should be a share between 0 and 1")
        if self.validation + self.test >= 1:
            raise ValueError(f"validation: {self.validation} and test {self.test} leave nothing for training")

    @property
    def name(self) -> str:
        """The texts' names without their folders."""
        return "+".join(PurePath(text).stem for text in self.text)


@dataclass(frozen=True)
class CharacterTraining:
    """How a character model is trained. The defaults are those of the Grimm experiments, but for ``steps``.

    Args:
        steps: Training steps.
        batch_size: Sequences a step, over all processes together.
        window: Characters that are predicted in each sequence, T.
        stream: Carry the state on from window to window of contiguous streams (truncated backpropagation through
            time), or begin each window, drawn at random, with an empty state.
        optimizer: One of ``OPTIMIZERS``.
        learning_rate: Step size.
        decay: What the step size is multiplied with every ``decay_every`` steps.
        decay_every: Steps between two decays; 0 for never.
        clip_norm: Largest gradient norm; 0 leaves gradients as they are.
        dropout: Between layers and before the head, in training.
        embedding: Size of a character's vector; tied models use the hidden size.
        budget: Trainable parameters; hidden sizes are chosen to match within 5 %.
        hidden: Hidden size in place of a budget; 0 for the budget.
        evaluate_every: Steps between two looks at the validation part.
        precision: One of ``PRECISIONS``, of the products in a step; the shorter ones on a GPU only.
        samples: How often samples are taken, at equal distances up to the last step; 0 for never.
        prompt: What samples begin with; empty for a character of the training part drawn by the seed.
        processes: Processes that share a batch (``torchrun``); more can change the last bits.
    """

    steps: int = 1500
    batch_size: int = 64
    window: int = 30
    stream: bool = False
    optimizer: str = "adam"
    learning_rate: float = 2e-3
    decay: float = 0.96
    decay_every: int = 5000
    clip_norm: float = 5.0
    dropout: float = 0.0
    embedding: int = 64
    budget: int = 100_000
    hidden: int = 0
    evaluate_every: int = 250
    precision: str = "float32"
    samples: int = 3
    prompt: str = ""
    processes: int = 1

    def __post_init__(self) -> None:
        for name in (
            *("steps", "batch_size", "window", "embedding", "budget", "evaluate_every"),
            "processes",
        ):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} should be 1 or more")
        for name in ("decay_every", "hidden", "samples"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}: {getattr(self, name)} should be 0 or more")
        for name in ("learning_rate", "decay"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name}: {getattr(self, name)} should be a finite number above 0")
        if not 0 <= self.clip_norm < math.inf:
            raise ValueError(f"clip_norm: {self.clip_norm} should be 0 or more")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout: {self.dropout} should be from 0 up to, but not including, 1")
        _check_known("optimizer", self.optimizer, OPTIMIZERS)
        _check_known("precision", self.precision, PRECISIONS)
        if self.batch_size % self.processes:
            raise ValueError(
                f"batch_size: {self.batch_size} should be a multiple of the {self.processes} processes that share it"
            )

    @property
    def sample_steps(self) -> tuple[int, ...]:
        """Steps after which samples are taken: fractions of training, the last step among them.

        Example:
            >>> CharacterTraining(steps=1000, samples=3).sample_steps
            (333, 667, 1000)
        """
        wanted = {round(self.steps * part / self.samples) for part in range(1, self.samples + 1)}
        return tuple(sorted(wanted - {0}))


def _check_known(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        hint = nearest(str(value), known)
        raise ValueError(f"{name}: unknown {value!r}{hint or '.'} Known: {', '.join(known)}")


@dataclass(frozen=True)
class Keeping:
    """What is written while a run goes on. It changes no result.

    Args:
        steps: Steps between two checkpoints; 0 for none by steps.
        seconds: Seconds between two checkpoints; 0 for none by the clock.
        tensorboard: Write curves for TensorBoard too.
    """

    steps: int = 0
    seconds: float = 60.0
    tensorboard: bool = False

    def __post_init__(self) -> None:
        if self.steps < 0:
            raise ValueError(f"checkpoint_every: {self.steps} should be 0 or more")
        if not 0 <= self.seconds < math.inf:
            raise ValueError(f"checkpoint_seconds: {self.seconds} should be 0 or more")


@dataclass(frozen=True)
class CharacterSettings:
    """One run: everything that can change its result, and what it keeps on the way.

    Args:
        experiment: Name in the catalogue of experiments.
        corpus: The text.
        model: The model.
        seed: Fixes the initial weights, the windows, dropout and samples.
        train: How it is trained.
        device: ``cpu`` or a torch CUDA device.
        threads: CPU threads inside the run; more of them can change the last bits.
        keep: Checkpoints and curves; not part of the run's identity.
    """

    experiment: str
    corpus: CorpusSettings
    model: CharacterSpec
    seed: int
    train: CharacterTraining = field(default_factory=CharacterTraining)
    device: str = "cpu"
    threads: int = 1
    keep: Keeping = field(default_factory=Keeping)

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise ValueError(f"seeds: {self.seed} should be 0 or more")
        if not 1 <= self.threads <= MOST_THREADS:
            raise ValueError(f"threads: {self.threads} should be 1 to {MOST_THREADS}")
        if self.train.precision != "float32" and not self.device.startswith("cuda"):
            # On a CPU torch's bfloat16 autocast crashes its LSTM.
            raise ValueError(
                f"precision: {self.train.precision} needs a GPU (--device cuda); on a CPU it should be float32"
            )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for ``config.json``; ``from_dict`` reads them back."""
        values = dataclasses.asdict(self)
        values["corpus"]["text"] = list(self.corpus.text)
        values["model"] = {"name": self.model.label, "family": self.model.family, **values["model"]}
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> CharacterSettings:
        """The run that a ``config.json`` describes.

        Raises:
            ValueError: A key is missing or not known.
        """
        try:
            model = dict(values["model"])
            spec = {"recurrent": CharacterCell, "graph": CharacterGraph}[model.pop("family")]
            model.pop("name", None)
            corpus = {**values["corpus"], "text": tuple(values["corpus"]["text"])}
            parts = {
                "model": spec(**model),
                "corpus": CorpusSettings(**corpus),
                "train": CharacterTraining(**values["train"]),
                "keep": Keeping(**values["keep"]),
            }
            return cls(**{**values, **parts})
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"config: not the settings of a run ({error})") from error

    @property
    def title(self) -> str:
        """Which run it is, for a progress bar."""
        return f"{self.model.label} seed {self.seed}"

    @property
    def most_steps(self) -> int:
        """The length of that bar."""
        return self.train.steps

    @property
    def identity(self) -> str:
        """Eight hexadecimal digits that change whenever a setting that can change the result does."""
        values = self.to_dict()
        del values["keep"]
        values["corpus"]["text"] = self.corpus.name  # the same text elsewhere is the same text
        return digest_of(values)

    @property
    def folder(self) -> str:
        """Name of the run's folder."""
        name = "".join(letter if letter.isalnum() or letter in "+-_" else "_" for letter in self.corpus.name)
        return f"{name[:40]}_{self.model.label}_seed{self.seed}_{self.identity}"
