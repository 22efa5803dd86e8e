"""Many runs: which are still to do, and the engine that does them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.core.execution import AS_USUAL, Execution
from experiments.core.run import Run
from experiments.records.files import write_json
from experiments.records.locks import LockedError, remove_locks, run_lock
from experiments.records.records import read_result, write_results
from experiments.records.results_folder import TRIALS
from experiments.running.engines.engine import Engine, SerialEngine, WorkerKilledError
from experiments.running.engines.groups import groups_of
from experiments.running.engines.local import LocalEngine
from experiments.running.engines.ray_cluster import RayEngine
from experiments.running.engines.together import Answer
from experiments.running.execute import changed_since, done_again, failure
from experiments.running.progress import Progress

LOOK_AGAIN = 0.5  # seconds between two looks at runs that another sweep is doing


@dataclass
class SweepResult:
    """What became of a sweep.

    Args:
        done: Folders of runs that ended in this sweep.
        skipped: Folders of runs that had ended before, or that another sweep did meanwhile.
        failed: Reason of each run that failed, now or before, by folder.
        changed: Folders of runs that had ended before with other code of the user's than there is now.
    """

    done: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)


def run_sweep(
    runs: Sequence[Run],
    out: Path,
    *,
    workers: int = 1,
    progress: bool | None = None,
    how: Execution = AS_USUAL,
) -> SweepResult:
    """Do all runs that have no result yet, and write the table of all.

    Args:
        runs: What to do.
        out: Results folder, prepared.
        workers: Processes; 1 runs in this one. The number changes no result.
        progress: Show bars on stderr; by default in a notebook, and where stderr is a terminal, and else a line per
            run. False shows neither.
        how: The engine, and what it is told.

    Raises:
        OSError: The disk is full or failing; runs in flight are left unfinished.
    """
    outcome = SweepResult()
    what = "trials" if out.name == TRIALS else "runs"
    said = Progress(runs, workers=workers, how=how, show=progress, what=what)

    def record(settings: Run, answer: Answer) -> None:
        result, is_new = answer
        (outcome.done if is_new else outcome.skipped).append(settings.folder)
        if result["status"] != "ok":
            outcome.failed[settings.folder] = result.get("reason", "")
        said.end(settings, result, is_new=is_new)

    try:
        missing = []
        for settings in runs:
            there = result_there(settings, out, how)
            if there is None:
                missing.append(settings)
            else:
                record(settings, (there, False))
                if changed_since(settings, out / settings.folder):
                    outcome.changed.append(settings.folder)
        said.there(len(runs) - len(missing))
        if missing:
            with make_engine(out, how, workers=min(workers, len(missing)), said=said) as engine:
                _do_all(missing, engine, out, record, said, how)
    finally:
        said.close()
        remove_locks(out)
        write_results(out)
    return outcome


def result_there(run: Run, out: Path, how: Execution) -> dict[str, Any] | None:
    """The result of a run that is done; None where it is still to do, as a failure that is done again."""
    result = read_result(out / run.folder)
    return None if result is not None and done_again(run, out, how, result) else result


def make_engine(out: Path, how: Execution, *, workers: int, said: Progress | None = None) -> Engine:
    """The engine that ``how`` names.

    Args:
        out: Results folder, prepared.
        how: Which engine, and what it is told.
        workers: Processes of the local engine; with 1, runs are done in this process.
        said: What hears of the steps that runs take.

    Raises:
        ValueError: Ray is asked for and is not installed, or the cluster is not there or too small.
    """
    if how.on_ray:
        return RayEngine(out, how)
    said = said if said is not None else Progress([], show=False)
    if how.engine == "serial" or workers == 1:
        return SerialEngine(out, how, said)
    return LocalEngine(out, how, said, workers)


def _do_all(
    missing: list[Run],
    engine: Engine,
    out: Path,
    record: Callable[[Run, Answer], None],
    said: Progress,
    how: Execution,
) -> None:
    """Do the runs; those that another sweep is doing are looked at again when all others have ended."""
    locked = _do_once(missing, engine, out, record, how)
    while locked:
        for run in locked:
            said.given_back(run)
        time.sleep(LOOK_AGAIN)
        locked = _do_once(locked, engine, out, record, how)


def _do_once(
    missing: list[Run], engine: Engine, out: Path, record: Callable[[Run, Answer], None], how: Execution
) -> list[Run]:
    """Submit each run once, a window ahead; answers the runs that another process holds."""
    waiting = iter(groups_of(missing, how))
    pending: dict[Future[Answer], Run] = {}
    locked: list[Run] = []
    while True:
        while len(pending) < engine.window and (group := next(waiting, None)) is not None:
            pending.update(zip(engine.submit(group), group))
        if not pending:
            return locked
        for future in wait(pending, return_when=FIRST_COMPLETED).done:
            run = pending.pop(future)
            try:
                record(run, future.result())
            except LockedError:
                locked.append(run)
            except WorkerKilledError as error:
                try:
                    record(run, _record_killed(run, out, str(error)))
                except LockedError:
                    locked.append(run)  # another sweep has begun it meanwhile, and says what becomes of it


def _record_killed(run: Run, out: Path, reason: str) -> Answer:
    _wait_for_lock(run, out)
    with run_lock(out, run.folder):
        folder = out / run.folder
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "config.json", run.to_dict())
        result = failure(run, reason)
        write_json(folder / "result.json", result)
        return result, True


def _wait_for_lock(run: Run, out: Path) -> None:
    """A killed process is known to be dead a moment before the last of its files is closed."""
    deadline = time.monotonic() + LOOK_AGAIN
    while time.monotonic() < deadline:
        with suppress(LockedError), run_lock(out, run.folder):
            return
        time.sleep(0.01)
