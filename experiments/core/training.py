"""Settings of training that experiments share. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.core.settings import Settings, choice, number, whole

OPTIMIZERS = ("adam", "rmsprop", "sgd", "momentum")


@dataclass(frozen=True, kw_only=True)
class GradientTraining(Settings):
    """Training by gradients, one batch a step.

    Args:
        steps: Most training steps of a run.
        batch_size: Examples of a step.
        learning_rate: Step size of the optimiser.
        clip_norm: Largest norm of the gradient; 0 does not clip.
        evaluate_every: Steps between two looks at the validation split.
        patience: Steps without a better validation loss that end a run; 0 for never.
        budget: Trainable parameters of every model; hidden sizes are chosen to match within 5 %.
    """

    steps: int = whole(2000, least=1)
    batch_size: int = whole(128, least=1)
    learning_rate: float = number(3e-3, above=0)
    clip_norm: float = number(1.0, least=0)
    evaluate_every: int = whole(50, least=1)
    patience: int = whole(1000)
    budget: int = whole(20_000, least=1)


@dataclass(frozen=True, kw_only=True)
class ScheduledTraining(GradientTraining):
    """Gradient training with a choice of optimiser, and a step size that may decay.

    Args:
        optimizer: adam, rmsprop, sgd, or momentum (sgd with momentum 0.9).
        decay: What the step size is multiplied by every ``decay_every`` steps.
        decay_every: Steps between two decays; 0 for never.
        hidden: Hidden size of every model, in place of a budget of parameters; 0 for the budget.
    """

    optimizer: str = choice("adam", OPTIMIZERS)
    decay: float = number(1.0, above=0)
    decay_every: int = whole(0)
    hidden: int = whole(0)
