"""Settings of a run on characters: corpus, model, seed, training. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, ClassVar

from experiments.core.run import Run
from experiments.core.settings import Settings, choice, number, plain, whole
from experiments.core.training import ScheduledTraining
from experiments.lab.characters.specs import CharacterSpec

PARTS = ("train", "validation", "test")
OPTIMIZERS = ("adam", "rmsprop")
PRECISIONS = ("float32", "bfloat16", "float16")
SAMPLE_TEMPERATURES = (0.0, 0.5, 1.0, 2.0)
SAMPLE_LENGTHS = (20, 30, 50, 120)


@dataclass(frozen=True, kw_only=True)
class CorpusSettings(Settings):
    """Which text, and how it is cut into parts: training first, then validation, then test.

    Args:
        text: What to read, with commas between: python (the manual of Python's language, which Python brings), grimm
            (Grimm's tales, read from text/grimm.txt in the folder that the variable GNNLAB_DATA names, or
            ~/.cache/gnnlab, and downloaded where it is missing), or files of text. They are read one after the
            other. A file that is there is taken for one name, even if that has commas in it.
        gutenberg: Leave out the header and the licence that Project Gutenberg puts around a book.
        validation: Share of the characters, after the training part, that selects the weights.
        test: Share of the characters, at the end, that is read once.
        sha256: Of the characters; empty where they have not been read yet.
        characters: How many there are.
    """

    shown: ClassVar[dict[str, str]] = {"name": "name"}

    text: tuple[str, ...] = plain(("python",), hashed=False)
    gutenberg: bool = plain(False)
    validation: float = number(0.05, above=0, below=1)
    test: float = number(0.05, above=0, below=1)
    sha256: str = plain("", option=False)
    characters: int = whole(0, option=False)

    def check(self) -> None:
        if self.validation + self.test >= 1:
            raise ValueError(f"validation: {self.validation} and test {self.test} leave nothing for training")

    @property
    def name(self) -> str:
        """The texts' names without their folders."""
        return "+".join(PurePath(text).stem for text in self.text)

    def hashed(self) -> dict[str, Any]:
        """The same text elsewhere is the same text."""
        values = super().hashed()
        return values | {"text": values.pop("name")}


@dataclass(frozen=True, kw_only=True)
class CharacterTraining(ScheduledTraining):
    """How a character model is trained. The defaults are those of the experiments on Grimm's tales, but for ``steps``.

    Args:
        steps: Training steps.
        batch_size: Sequences a step, over all processes together.
        window: Characters that are predicted in each sequence, T.
        stream: Carry the state on from window to window of contiguous streams (truncated backpropagation through
            time), in place of windows drawn at random that begin with an empty state.
        optimizer: adam or rmsprop.
        dropout: Between layers and before the head.
        embedding: Size of a character's vector; tied models use the hidden size.
        precision: float32, or on a GPU bfloat16 or float16, of the products in a step.
        samples: How often samples are taken, at equal distances up to the last step; 0 for never.
        prompt: What samples begin with; empty for a character of the training part, drawn by the seed.
        processes: Processes that share a batch (``torchrun``); more can change the last bits.
    """

    steps: int = whole(1500, least=1)
    batch_size: int = whole(64, least=1)
    window: int = whole(30, least=1)
    stream: bool = plain(False)
    optimizer: str = choice("adam", OPTIMIZERS)
    learning_rate: float = number(2e-3, above=0)
    decay: float = number(0.96, above=0)
    decay_every: int = whole(5000)
    clip_norm: float = number(5.0, least=0)
    dropout: float = number(0.0, least=0, below=1)
    embedding: int = whole(64, least=1)
    budget: int = whole(100_000, least=1)
    evaluate_every: int = whole(250, least=1)
    patience: int = whole(0, added=True)
    precision: str = choice("float32", PRECISIONS)
    samples: int = whole(3)
    prompt: str = plain("", listed=False)
    processes: int = whole(1, least=1, option=False)

    def check(self) -> None:
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


@dataclass(frozen=True, kw_only=True)
class CharacterRun(Run):
    """One run on characters.

    Args:
        corpus: The text.
        model: The model.
        train: How it is trained.
    """

    told: ClassVar[tuple[str, ...]] = ("corpus.name",)
    #: How often an older version wrote checkpoints.
    dropped: ClassVar[tuple[str, ...]] = ("keep",)

    corpus: CorpusSettings = field(default_factory=CorpusSettings)
    model: CharacterSpec = plain(option=False)
    train: CharacterTraining = field(default_factory=CharacterTraining, metadata={"option": False})

    @property
    def place(self) -> str:
        name = self.corpus.name
        return "".join(letter if letter.isalnum() or letter in "+-_" else "_" for letter in name)[:40]

    @property
    def cost(self) -> float:
        return float(self.model.layers * self.train.steps * self.train.batch_size * self.train.window)
