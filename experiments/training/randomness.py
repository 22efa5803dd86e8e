"""Where Python's, NumPy's and torch's global generators stand, for runs that are carried out in turn in one process."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from experiments.records.checkpoints import random_state, set_random_state


class Randomness:
    """The global generators of one run. At first they stand where the process has them."""

    def __init__(self) -> None:
        self.keep()

    def keep(self) -> None:
        """Remember where they stand now."""
        self._kept: tuple[Any, ...] = random.getstate(), np.random.get_state(), random_state()  # noqa: NPY002

    def put_back(self) -> None:
        """Set the process's to where they stood."""
        python, numpy, torch = self._kept
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        set_random_state(torch)

    @contextmanager
    def here(self) -> Iterator[None]:
        """Inside, the process's generators are those of this run, which go on from where it ended."""
        self.put_back()
        try:
            yield
        finally:
            self.keep()

    def same(self) -> bool:
        """Whether Python's and NumPy's have not moved since they were remembered."""
        python, (kind, keys, *rest), _ = self._kept
        now_kind, now_keys, *now_rest = np.random.get_state()  # noqa: NPY002
        return (
            python == random.getstate()
            and (kind, rest) == (now_kind, now_rest)
            and bool((keys == now_keys).all())
        )
