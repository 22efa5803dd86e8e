"""How far from fair is a coin? One number is learned, and a metric of its own judges it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from experiments.core.experiment import Experiment
from experiments.core.labels import Spec
from experiments.core.metric import Metric
from experiments.core.registry import Part
from experiments.core.run import Run
from experiments.core.settings import Settings, number, plain, whole

PARTS = {
    part.name: part
    for part in (Part("mean", "", "always the mean"), Part("learned", "", "learned by gradients"))
}


@dataclass(frozen=True)
class Guess(Spec):
    """A guess.

    Args:
        name: How it is made.
    """

    parts: ClassVar[dict[str, Part]] = PARTS
    name: str


@dataclass(frozen=True, kw_only=True)
class Tossing(Settings):
    """How it is learned.

    Args:
        steps: Tosses that are seen.
        learning_rate: Step size.
    """

    steps: int = whole(10, least=1)
    learning_rate: float = number(0.1, above=0)


@dataclass(frozen=True, kw_only=True)
class CoinRun(Run):
    """A coin.

    Args:
        bias: Probability of heads.
        model: The guess.
        train: How it is learned.
    """

    bias: float = number(0.5, least=0, most=1, option="biases")
    model: Guess = plain(option=False)
    train: Tossing = field(default_factory=Tossing, metadata={"option": False})


def parse(label: str) -> Guess:
    """A guess by its label."""
    from experiments.core.labels import parse_label

    spec = parse_label(label, (Guess,), "guess")
    assert isinstance(spec, Guess)
    return spec


EXPERIMENTS = (
    Experiment(
        name="coin",
        title="how far from fair is a coin?",
        question="How far from fair is a coin?",
        run="tests.experiments.coin.experiment:CoinRun",
        parse="tests.experiments.coin.experiment:parse",
        model_help="mean, learned",
        models=("learned", "mean"),
        work="tests.experiments.coin.work:work",
        metrics=(Metric("test_miss", "miss", lower_is_better=True, digits=4),),
        sections=("experiments.reading.standard:summary", "experiments.reading.standard:paired"),
        values={"bias": (0.2, 0.7)},
        references=("mean",),
    ),
)
