"""How a sweep is carried out: where, how many at a time, how safely. None of it changes a result."""

from __future__ import annotations

import math
from dataclasses import dataclass

from experiments.core.naming import nearest

ENGINES = ("serial", "local", "ray")


@dataclass(frozen=True)
class Execution:
    """How the runs are carried out; none of these options changes a result."""

    engine: str = "local"
    """Where runs train: local (worker processes), serial (this process), ray (a cluster started here, or the one that
    RAY_ADDRESS names), or ray://HOST:PORT (a cluster elsewhere)."""
    cpus_per_run: float | None = None
    "CPUs that a run asks of a Ray cluster [--threads]."
    gpus_per_run: float | None = None
    "GPUs, or the share of one, that a run asks of a Ray cluster [1 with --device cuda, else 0]."
    checkpoint_seconds: float = 30.0
    "Seconds between two checkpoints of a run; 0 for none. An interrupted run goes on from its last one."
    retry_failed: bool = False
    "Do runs that are recorded as failed again."
    dry_run: bool = False
    "Show the runs, their parameters and an estimate of time from a few timed steps. Writes nothing."

    def check(self) -> None:
        """Raise a ValueError for an option that makes no sense."""
        kind = self.engine.partition("://")[0]
        if kind not in ENGINES or (kind != "ray" and kind != self.engine) or self.engine == "ray://":
            hint = nearest(kind, ENGINES)
            raise ValueError(
                f"engine: unknown {self.engine!r}{hint or '.'} Known: serial, local, ray, ray://HOST:PORT"
            )
        if not (math.isfinite(self.checkpoint_seconds) and self.checkpoint_seconds >= 0):
            raise ValueError(f"checkpoint_seconds: {self.checkpoint_seconds} should be 0 or more")
        for name, least in (("cpus_per_run", 0), ("gpus_per_run", -1)):
            value = getattr(self, name)
            if value is None:
                continue
            if kind != "ray":
                raise ValueError(
                    f"{name}: only a Ray cluster gives shares out; say --engine ray, or leave it"
                )
            if not (math.isfinite(value) and value > least and value >= 0):
                raise ValueError(f"{name}: {value} should be {'above 0' if least == 0 else '0 or more'}")

    @property
    def on_ray(self) -> bool:
        """Whether a Ray cluster does the runs."""
        return self.engine.startswith("ray")


AS_USUAL = Execution()
