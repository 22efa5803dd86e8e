"""Many runs: which are still to do, and worker processes that do them."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from experiments.files import write_json
from experiments.model_specs import ModelSpec
from experiments.records import FORMAT, read_run, write_results
from experiments.run_protocol import Run
from experiments.runs import execute
from experiments.settings import RunSettings, TrainSettings

# A run whose worker dies is tried this often: it may have died of another run's memory, or of its own.
ATTEMPTS = 2


@dataclass
class SweepResult:
    """What became of a sweep.

    Args:
        done: Folders of runs that ended in this sweep.
        skipped: Folders of runs that had ended before.
        failed: Reason of each run that failed, by folder.
    """

    done: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def expand(
    experiment: str,
    models: Iterable[ModelSpec],
    lengths: Iterable[int],
    seeds: Iterable[int],
    train: TrainSettings,
    device: str = "cpu",
    threads: int = 1,
) -> list[RunSettings]:
    """Every combination of model, length and seed, once each, long runs first.

    Long ones first keep all workers busy to the end; the order changes no result.
    """
    runs = [
        RunSettings(experiment, length, model, seed, train, device, threads)
        for length, model, seed in itertools.product(lengths, models, seeds)
    ]
    unique = list({run.identity: run for run in runs}.values())
    return sorted(unique, key=lambda run: -run.length * run.model.layers)


def is_done(settings: Run, out: Path) -> bool:
    """Whether this very run has ended well in that results folder."""
    folder = out / settings.folder
    return (folder / "result.json").exists() and read_run(folder).succeeded


def run_sweep(
    runs: Sequence[Run], out: Path, *, workers: int = 1, progress: bool | None = None
) -> SweepResult:
    """Do all runs that have no result yet, and write the table of all.

    Args:
        runs: What to do.
        out: Results folder, prepared.
        workers: Processes; 1 runs in this one. The number changes no result.
        progress: Show bars on stderr; by default where stderr is a terminal.
    """
    outcome = SweepResult()
    outcome.skipped = [run.folder for run in runs if is_done(run, out)]
    missing = [run for run in runs if not is_done(run, out)]
    show = sys.stderr.isatty() if progress is None else progress
    bar = tqdm(total=len(runs), initial=len(outcome.skipped), desc="runs", unit="run", disable=not show)

    def record(settings: Run, result: dict[str, Any]) -> None:
        outcome.done.append(settings.folder)
        if result["status"] != "ok":
            outcome.failed[settings.folder] = result["reason"]
        bar.set_postfix_str(settings.title)
        bar.update()

    try:
        if workers == 1:
            for settings in missing:
                with _step_bar(settings, show) as on_step:
                    record(settings, execute(settings, out, on_step))
        else:
            _run_in_processes(missing, out, workers, show, record)
    finally:
        bar.close()
        write_results(out)
    return outcome


class _step_bar:  # noqa: N801  (used like a function)
    """A bar for the steps of one run, below the bar of the sweep."""

    def __init__(self, settings: Run, show: bool, position: int = 1) -> None:
        self._bar = tqdm(
            total=settings.most_steps,
            desc=f"  {settings.title:30}",
            unit="step",
            leave=False,
            position=position,
            disable=not show,
        )

    def __enter__(self) -> Callable[[int], Any]:
        return lambda step: self._bar.update(step - self._bar.n)

    def __exit__(self, *_: object) -> None:
        self._bar.close()


def _run_in_processes(
    missing: list[Run],
    out: Path,
    workers: int,
    show: bool,
    record: Callable[[Run, dict[str, Any]], None],
) -> None:
    """Spread runs over processes; when one is killed, make a new pool and submit again what has no result."""
    attempts: dict[str, int] = {}
    while missing:
        unfinished: list[Run] = []
        with _pool(min(workers, len(missing))) as pool:
            futures: dict[Future[dict[str, Any]], Run] = {
                pool.submit(_execute_in_worker, run, out, show): run for run in missing
            }
            try:
                for future in as_completed(futures):
                    try:
                        record(futures[future], future.result())
                    except BrokenProcessPool:
                        unfinished.append(futures[future])
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                for process in multiprocessing.active_children():
                    process.terminate()
                raise
        missing = []
        for run in unfinished:
            # Only a run that had begun can have brought its worker down.
            attempts[run.folder] = attempts.get(run.folder, 0) + (out / run.folder).exists()
            if attempts[run.folder] < ATTEMPTS:
                missing.append(run)
            else:
                result = {"format": FORMAT, "status": "failed", "reason": "its worker process was killed"}
                write_json(out / run.folder / "result.json", result)
                record(run, result)


def _pool(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")  # forking a process that has used torch can deadlock
    slots = context.SimpleQueue()
    for slot in range(1, workers + 1):
        slots.put(slot)
    # One thread a worker: the libraries below torch read these when they are loaded.
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    lock = context.RLock()  # bars of all processes share one terminal
    tqdm.set_lock(lock)
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker, initargs=(slots, lock))


_position = 1  # line of this worker's bar


def _begin_worker(slots: Any, lock: Any) -> None:
    global _position
    _position = slots.get()
    tqdm.set_lock(lock)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle: it ends its workers
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose parent was killed would train on for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _execute_in_worker(settings: Run, out: Path, show: bool) -> dict[str, Any]:
    with _step_bar(settings, show, _position) as on_step:
        return execute(settings, out, on_step)
