"""Engines: where the runs of a sweep are done. Each has a ``submit`` that answers a ``concurrent.futures.Future``."""

from __future__ import annotations

import importlib.util
import itertools
import multiprocessing
import operator
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from experiments.core.execution import Execution
from experiments.core.run import Run
from experiments.running.execute import execute_once
from experiments.running.progress import Progress

# A run whose worker dies is tried this often: it may have died of another run's memory, or of its own.
ATTEMPTS = 2
LOOK_SECONDS = 0.2
PARENTS = {getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)}
GRACE = 5.0  # seconds that workers have to write their checkpoints when a sweep is ended

Answer = tuple[dict[str, Any], bool]  # what result.json holds, and whether it is new


class WorkerKilledError(RuntimeError):
    """The process that did a run was killed, each time it was tried."""


class Engine(Protocol):
    """Does runs, many at a time.

    Attributes:
        window: How many runs are submitted ahead.
    """

    window: int

    def submit(self, settings: Run) -> Future[Answer]:
        """Begin a run, now or as soon as there is room. The future answers as ``execute_once`` does.

        The future raises ``WorkerKilledError`` where this run, and no other, cost its process its life each time.
        """

    def __enter__(self) -> Engine:
        """Begin to use it."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, and what it is still doing."""


class SerialEngine:
    """One run after the other, in this process."""

    window = 1

    def __init__(self, out: Path, how: Execution, said: Progress) -> None:
        self._out, self._how, self._said = out, how, said

    def submit(self, settings: Run) -> Future[Answer]:
        """Do the run now."""
        future: Future[Answer] = Future()
        try:
            future.set_result(execute_once(settings, self._out, self._said.begin(settings), self._how))
        except Exception as error:
            future.set_exception(error)
        return future

    def __enter__(self) -> SerialEngine:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class LocalEngine:
    """Worker processes on this machine, one run at a time in each.

    Every worker is a pool of its own, looked after by a thread, so that a worker that is killed costs its own run one
    attempt, and no other run anything. Workers share no lock: one that is killed could never give it back.
    """

    def __init__(self, out: Path, how: Execution, said: Progress, workers: int) -> None:
        self.window = 2 * workers
        self._out, self._how, self._said = out, how, said
        # Forking a process that has used torch can deadlock.
        self._context = multiprocessing.get_context("spawn")
        # One thread a worker: the libraries below torch read these when they are loaded.
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(name, "1")
        self._steps = self._context.RawArray("q", workers)  # steps that each worker has taken
        self._slots = itertools.count()
        self._mine = threading.local()
        self._pools: list[ProcessPoolExecutor] = []
        self._submitting = threading.Lock()
        self._closing = False
        self._threads = ThreadPoolExecutor(workers, initializer=self._begin_slot)

    def submit(self, settings: Run) -> Future[Answer]:
        """Do the run in the next worker that is free."""
        return self._threads.submit(self._do, settings)

    def _begin_slot(self) -> None:
        self._mine.slot = next(self._slots)
        self._mine.pool = None

    def _do(self, settings: Run) -> Answer:
        for _ in range(ATTEMPTS):
            try:
                return self._watch(settings, self._begin(settings))
            except BrokenProcessPool:
                self._mine.pool = None
        raise WorkerKilledError("its worker process was killed")

    def _begin(self, settings: Run) -> Future[Answer]:
        with self._submitting, _signals_held_back():
            if self._closing:
                raise WorkerKilledError("the sweep was ended")
            if self._mine.pool is None:
                self._mine.pool = ProcessPoolExecutor(
                    1,
                    mp_context=self._context,
                    initializer=_begin_worker,
                    initargs=(self._steps, self._mine.slot),
                )
                self._pools.append(self._mine.pool)
            self._steps[self._mine.slot] = 0
            pool: ProcessPoolExecutor = self._mine.pool
            with _program_left_out():
                return pool.submit(_work_here, settings, self._out, self._how)

    def _watch(self, settings: Run, work: Future[Answer]) -> Answer:
        on_step = self._said.begin(settings, self._mine.slot)
        while not wait([work], timeout=LOOK_SECONDS).done:
            on_step(self._steps[self._mine.slot])
        return work.result()

    def __enter__(self) -> LocalEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._submitting:
            self._closing = True
            workers = multiprocessing.active_children() if error is not None else []
            for worker in workers:
                worker.terminate()
        with _killed_after(GRACE, workers):
            self._threads.shutdown(cancel_futures=True)
            for pool in self._pools:
                pool.shutdown()


@contextmanager
def _killed_after(seconds: float, workers: list[BaseProcess]) -> Iterator[None]:
    """Kill workers that were asked to end and are still at it, as in a step or a look that takes long."""

    def kill() -> None:
        for worker in workers:
            worker.kill()

    timer = threading.Timer(seconds, kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def _program_left_out() -> Iterator[None]:
    """Begin a process that does not carry out the user's program again, as a new process of Python would.

    A program that compares models needs no ``if __name__ == "__main__"`` then: what a run needs is loaded by name.
    """
    main = sys.modules["__main__"]
    hidden: dict[str, Any] = {
        name: vars(main).pop(name) for name in ("__file__", "__spec__") if name in vars(main)
    }
    main.__spec__ = importlib.util.find_spec("gnnlab_command")  # so that workers find our packages as we do
    try:
        yield
    finally:
        vars(main).update(hidden)


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Begin a process that Ctrl-C and the end of its terminal never reach, also while it starts.

    They are its parent's to handle, which ends its workers.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, PARENTS)
    resource_tracker.ensure_running()  # a process of Python's own; to begin it lets some of them through again
    signal.pthread_sigmask(signal.SIG_BLOCK, PARENTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_steps: Any = None
_slot = 0


def _begin_worker(steps: Any, slot: int) -> None:
    global _steps, _slot
    _steps, _slot = steps, slot
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle: it ends its workers
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose parent was killed would train on for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work_here(settings: Run, out: Path, how: Execution) -> Answer:
    return execute_once(settings, out, lambda step: operator.setitem(_steps, _slot, step), how)
