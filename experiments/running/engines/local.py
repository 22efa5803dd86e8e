"""Worker processes on this machine."""

from __future__ import annotations

import importlib.util
import itertools
import multiprocessing
import operator
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any

from experiments.core.execution import MOST_TOGETHER, Execution
from experiments.core.run import Run
from experiments.running.engines.engine import ATTEMPTS, WorkerKilledError, settle
from experiments.running.engines.together import Answer, do_together
from experiments.running.progress import Progress

LOOK_SECONDS = 0.2
PARENTS = {getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)}
GRACE = 5.0  # seconds that workers have to write their checkpoints when a sweep is ended


class LocalEngine:
    """Worker processes on this machine, one group of runs at a time in each.

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
        self._steps = self._context.RawArray(
            "q", workers * MOST_TOGETHER
        )  # steps that each run of a worker has taken
        self._slots = itertools.count()
        self._mine = threading.local()
        self._pools: list[ProcessPoolExecutor] = []
        self._submitting = threading.Lock()
        self._closing = False
        self._threads = ThreadPoolExecutor(workers, initializer=self._begin_slot)

    def submit(self, runs: Sequence[Run]) -> list[Future[Answer]]:
        """Do the runs in the next worker that is free."""
        futures: list[Future[Answer]] = [Future() for _ in runs]
        job = self._threads.submit(self._settle, tuple(runs), futures)
        job.add_done_callback(
            lambda job: [future.cancel() for future in futures] if job.cancelled() else None
        )
        return futures

    def _settle(self, runs: tuple[Run, ...], futures: list[Future[Answer]]) -> None:
        try:
            settle(futures, self._do(runs))
        except BaseException as error:  # all of it belongs to who waits for the answers
            for future in futures:
                future.set_exception(error)

    def _begin_slot(self) -> None:
        self._mine.slot = next(self._slots)
        self._mine.pool = None

    def _do(self, runs: tuple[Run, ...]) -> Sequence[Answer | Exception]:
        for _ in range(ATTEMPTS):
            try:
                return self._watch(runs, self._begin(runs))
            except BrokenProcessPool:
                self._mine.pool = None
        if len(runs) == 1:
            return [WorkerKilledError("its worker process was killed")]
        # One of them may have cost all of them their process: by itself each shows whether it does.
        return [outcome for run in runs for outcome in self._do((run,))]

    def _begin(self, runs: tuple[Run, ...]) -> Future[list[Answer | Exception]]:
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
            for number in range(MOST_TOGETHER):
                self._steps[self._mine.slot * MOST_TOGETHER + number] = 0
            pool: ProcessPoolExecutor = self._mine.pool
            with _program_left_out():
                return pool.submit(_work_here, runs, self._out, self._how)

    def _watch(
        self, runs: tuple[Run, ...], work: Future[list[Answer | Exception]]
    ) -> list[Answer | Exception]:
        on_steps, first = self._said.begin(runs, self._mine.slot), self._mine.slot * MOST_TOGETHER
        while not wait([work], timeout=LOOK_SECONDS).done:
            for number, on_step in enumerate(on_steps):
                on_step(self._steps[first + number])
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


def _work_here(runs: tuple[Run, ...], out: Path, how: Execution) -> list[Answer | Exception]:
    first = _slot * MOST_TOGETHER
    on_steps = [partial(operator.setitem, _steps, first + number) for number in range(len(runs))]
    return do_together(runs, out, on_steps, how)
