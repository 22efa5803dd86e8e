"""The training loop as a run is given it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from experiments.training.fit import Fit, fit


@dataclass
class Loop:
    """What trains a run, and the time that it took for others meanwhile.

    Args:
        train: Called as ``fit`` is.
        elsewhere: Seconds in which other runs went on, while this one waited for its training.
    """

    train: Callable[..., Fit] = fit
    elsewhere: float = 0.0
