"""What the machinery around a run (worker processes, records, progress) needs of its settings."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Protocol


class Run(Protocol):
    """Settings of one run, of whatever experiment; a frozen dataclass with ``from_dict`` beside ``to_dict``."""

    @property
    def experiment(self) -> str:
        """Name in the catalogue of experiments, which names this class, the runner and the report."""

    @property
    def seed(self) -> int:
        """Fixes everything that is drawn at random."""

    @property
    def device(self) -> str:
        """``cpu`` or a torch CUDA device."""

    @property
    def title(self) -> str:
        """Which run it is, for a progress bar."""

    @property
    def most_steps(self) -> int:
        """The length of that bar."""

    @property
    def folder(self) -> str:
        """Name of the run's folder, different for every other setting."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for ``config.json``, with the keys ``experiment``, ``model.name`` and ``seed``."""


def digest_of(settings: dict[str, Any]) -> str:
    """Eight hexadecimal digits that change whenever one of these settings does.

    Args:
        settings: Plain values, as ``to_dict`` gives them; their order does not matter.

    Example:
        >>> digest_of({"seed": 1, "steps": 2}) == digest_of({"steps": 2, "seed": 1})
        True
    """
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:8]
