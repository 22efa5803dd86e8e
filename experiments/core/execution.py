"""How a sweep is carried out and read: where, how many at a time, how safely, what counts as a difference. None of it
changes a result. Imports no torch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from experiments.core.metric import check_equivalent
from experiments.core.naming import nearest

ENGINES = ("serial", "local", "ray")
MOST_TOGETHER = 128  # runs that one process trains at the same time


@dataclass(frozen=True)
class Execution:
    """How the runs are carried out; none of these options changes a result, but for the last digits where it says so.

    Args:
        engine: Where runs train: local (worker processes), serial (this process), ray (a cluster started here, or the
            one that RAY_ADDRESS names), or ray://HOST:PORT (a cluster elsewhere).
        seeds_together: Runs that differ in their seed alone train as one, so many at most, each with its own weights,
            examples, early stop and record [as many as the GPU's memory holds; 1 on a CPU, which gains little]. Models
            that cannot be trained so are trained one by one, and their records say why.
        cpus_per_run: CPUs that a run asks of a Ray cluster [--threads].
        gpus_per_run: GPUs, or the share of one, that a run asks of a Ray cluster [1 with --device cuda, else 0].
        checkpoint_seconds: Seconds between two checkpoints of a run; 0 for none by the clock. An interrupted run goes
            on from its last one.
        checkpoint_every: Steps between two checkpoints; 0 for none by steps.
        resume: Go on from checkpoints; --no-resume renames them and begins anew.
        tensorboard: Write the curves for TensorBoard while runs train, into the folder of each run.
        retry_failed: Do runs that are recorded as failed again.
        retry_changed: Do runs again whose model or task, code of your own, has changed since they were recorded.
        equivalent: A difference of what judges the runs that would be none to you, as 0.005 of an accuracy; the report
            then tells models that are equivalent from those that could not be told apart.
        quiet: Say nothing but what failed: no progress, no table.
        verbose: Say with lines when each run begins and what it found, in place of bars.
        dry_run: Show the runs, their parameters and an estimate of time from a few timed steps. Writes nothing.
    """

    engine: str = "local"
    seeds_together: int | None = None
    cpus_per_run: float | None = None
    gpus_per_run: float | None = None
    checkpoint_seconds: float = 30.0
    checkpoint_every: int = 0
    resume: bool = True
    tensorboard: bool = False
    retry_failed: bool = False
    retry_changed: bool = False
    equivalent: float | None = None
    quiet: bool = False
    verbose: bool = False
    dry_run: bool = False

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
        if self.checkpoint_every < 0:
            raise ValueError(f"checkpoint_every: {self.checkpoint_every} should be 0 or more")
        if self.seeds_together is not None and not 1 <= self.seeds_together <= MOST_TOGETHER:
            raise ValueError(f"seeds_together: {self.seeds_together} should be 1 to {MOST_TOGETHER}")
        if self.seeds_together is not None and self.seeds_together > 1 and kind == "ray":
            raise ValueError("seeds_together: each run is a task of its own on a Ray cluster; leave it out")
        check_equivalent(self.equivalent)
        if self.quiet and self.verbose:
            raise ValueError("quiet: give one of --quiet and --verbose")
        if self.tensorboard:
            check_tensorboard()
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
#: Names of its options.
OPTIONS = tuple(Execution.__dataclass_fields__)


def check_tensorboard() -> None:
    """Raise a ValueError unless TensorBoard is installed."""
    import importlib.util

    if importlib.util.find_spec("tensorboard") is None:
        raise ValueError("tensorboard: it is not installed; pip install 'gnnlab[tensorboard]' brings it")
