"""Runs that differ in their seed alone, done in one process: each by itself, but for their trainings, done as one.

What a run does before and after its training is written for one run, and stays so. So each run has a thread, of which
one at a time goes on; where a run comes to its training it waits, and when all wait they are trained.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from experiments.core.execution import Execution
from experiments.core.run import Run
from experiments.records.device import computing
from experiments.running.execute import execute_once
from experiments.running.loop import Loop
from experiments.training.fit import Fit, Training, fit_all

Answer = tuple[dict[str, Any], bool]  # what result.json holds, and whether it is new


def do_together(
    runs: Sequence[Run], out: Path, on_steps: Sequence[Callable[[int], None]], how: Execution
) -> list[Answer | Exception]:
    """Do runs as ``execute_once`` does each.

    Args:
        runs: One or more, which differ in their seed alone.
        out: The results folder.
        on_steps: For each run what is called with the number of steps taken.
        how: How often to write checkpoints, and whether recorded failures are done again.

    Returns:
        For each run its answer, or the error that it ended with.

    Raises:
        KeyboardInterrupt: It was asked to stop; checkpoints hold all that was done.
    """
    if len(runs) == 1:
        try:
            return [execute_once(runs[0], out, on_steps[0], how)]
        except Exception as error:
            return [error]
    # Each run sets the same in its thread, and puts back what it found there, which is this.
    with computing(runs[0].threads, runs[0].deterministic):
        members = [_Member(run, out, on_step, how) for run, on_step in zip(runs, on_steps)]
        try:
            for member in members:
                member.go_on()
            while waiting := [member for member in members if member.training is not None]:
                _train(waiting)
                for member in waiting:
                    member.go_on()
        except BaseException as error:  # Ctrl-C, while one of them goes on
            for member in members:
                member.end(error)
            raise
    for member in members:
        if isinstance(member.outcome, BaseException) and not isinstance(member.outcome, Exception):
            raise member.outcome
    return [member.outcome for member in members]


def _train(waiting: Sequence[_Member]) -> None:
    """Train all that wait; each is given what it ended with, or its error."""
    started = time.perf_counter()
    found: Sequence[Fit | BaseException]
    try:
        found = fit_all([member.training for member in waiting if member.training is not None])
    except BaseException as error:  # as a request to stop: it ends them all
        found = [error] * len(waiting)
    share = (time.perf_counter() - started) / len(waiting)
    for member, one in zip(waiting, found):
        member.training, member.found, member.share = None, one, share


class _Member:
    """A run in a thread of its own, which goes on only while the others wait.

    Attributes:
        training: What it waits for; None while it goes on, and when it has ended.
        found: What became of that training.
        share: Seconds of it that were for this run.
        outcome: What it answers at the end.
    """

    def __init__(self, run: Run, out: Path, on_step: Callable[[int], None], how: Execution) -> None:
        self.training: Training | None = None
        self.found: Fit | BaseException | None = None
        self.share = 0.0
        self.outcome: Any = None
        self._ended = True
        self._loop = Loop(self._trained)
        self._mine, self._theirs = threading.Semaphore(0), threading.Semaphore(0)
        # A thread that waits when the process ends is ended with it.
        self._thread = threading.Thread(target=self._do, args=(run, out, on_step, how), daemon=True)

    def go_on(self) -> None:
        """Let it go on until it waits for its training, or ends."""
        if self._thread.ident is None:
            self._ended = False
            self._thread.start()
        else:
            self._mine.release()
        self._theirs.acquire()

    def end(self, error: BaseException) -> None:
        """Have it end with an error, and give back its lock, as soon as it waits."""
        while not self._ended:
            if self.training is None:
                self._theirs.acquire()
            else:
                self.training, self.found = None, error
                self._mine.release()

    def _do(self, run: Run, out: Path, on_step: Callable[[int], None], how: Execution) -> None:
        try:
            self.outcome = execute_once(run, out, on_step, how, loop=self._loop)
        except BaseException as error:  # all of it belongs to who waits for the answer
            self.outcome = error
        finally:
            self._ended = True
            self._theirs.release()

    def _trained(self, *given: Any, **named: Any) -> Fit:
        """In place of ``fit``: wait until all others have come to their training too, and it is done."""
        waits = time.perf_counter()
        self.training = training = Training(*given, **named)
        self._theirs.release()
        self._mine.acquire()
        training.randomness.put_back()
        self._loop.elsewhere += time.perf_counter() - waits - self.share
        if isinstance(self.found, BaseException):
            raise self.found
        assert self.found is not None
        return self.found
