from types import SimpleNamespace

import pytest

from experiments.training.fit import fit


class LoopAlone:
    """The loop of a session, without its records."""

    device = "cpu"

    def __init__(self, train, seed):
        self.run = SimpleNamespace(train=train, seed=seed)

    def fit(self, trainer, rule, *, steps, part, save):
        return fit(trainer, rule, steps=steps)


@pytest.fixture(scope="session")
def loop_alone():
    """What a classifier is trained with where no run is recorded."""
    return LoopAlone
