"""What an engine is, and the one that does runs in this process."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Protocol

from experiments.core.execution import Execution
from experiments.core.run import Run
from experiments.running.engines.together import Answer, do_together
from experiments.running.progress import Progress

# A run whose worker dies is tried this often: it may have died of another run's memory, or of its own.
ATTEMPTS = 2


class WorkerKilledError(RuntimeError):
    """The process that did a run was killed, each time it was tried."""


class Engine(Protocol):
    """Does runs, many at a time. Each engine has a ``submit`` that answers a ``concurrent.futures.Future`` per run.

    Attributes:
        window: How many groups of runs are submitted ahead.
    """

    window: int

    def submit(self, runs: Sequence[Run]) -> list[Future[Answer]]:
        """Begin runs that train together, now or as soon as there is room. Each future answers as ``execute_once``.

        A future raises ``WorkerKilledError`` where its run, and no other, cost its process its life each time.
        """

    def __enter__(self) -> Engine:
        """Begin to use it."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, and what it is still doing."""


class SerialEngine:
    """One group of runs after the other, in this process."""

    window = 1

    def __init__(self, out: Path, how: Execution, said: Progress) -> None:
        self._out, self._how, self._said = out, how, said

    def submit(self, runs: Sequence[Run]) -> list[Future[Answer]]:
        """Do the runs now."""
        steps = self._said.begin(runs)
        futures: list[Future[Answer]] = [Future() for _ in runs]
        settle(futures, do_together(runs, self._out, steps, self._how))
        return futures

    def __enter__(self) -> SerialEngine:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def settle(futures: Sequence[Future[Answer]], outcomes: Sequence[Answer | Exception]) -> None:
    """Give each future its answer, or its error."""
    for future, outcome in zip(futures, outcomes):
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
