"""The global generators: set for a while, and looked at."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Set the global generators of torch, NumPy and Python for a while; afterwards they are as before.

    Args:
        seed: Of all three.

    Example:
        >>> def drawn(seed):
        ...     with seeded(seed):
        ...         return torch.rand(())
        >>> bool(drawn(1) == drawn(1)), bool(drawn(1) == drawn(2))
        (True, False)
    """
    old_numpy, old_python = np.random.get_state(), random.getstate()  # noqa: NPY002  (models may draw from it)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            np.random.seed(seed)  # noqa: NPY002
            random.seed(seed)
            yield
    finally:
        np.random.set_state(old_numpy)  # noqa: NPY002
        random.setstate(old_python)


def places() -> dict[str, object]:
    """Where each global generator stands, by the name of its library; equal as long as nothing is drawn.

    Example:
        >>> with seeded(0):
        ...     before, _, after = places(), random.random(), places()
        >>> [name for name in before if before[name] != after[name]]
        ['Python']
    """
    state = np.random.get_state()  # noqa: NPY002
    assert isinstance(state, tuple)
    return {
        "torch": torch.get_rng_state().numpy().tobytes(),
        "NumPy": (state[1].tobytes(), *state[2:]),
        "Python": random.getstate(),
    }


def drawn_from(before: dict[str, object]) -> str:
    """Libraries whose global generator has moved since, in words; empty for none.

    Args:
        before: What ``places`` answered then.
    """
    now = places()
    return " and ".join(name for name in before if before[name] != now[name])
