"""One run from its settings to its records. This is what a worker process calls."""

from __future__ import annotations

import math
import random
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from experiments.core.catalogue import find_experiment
from experiments.core.execution import AS_USUAL, Execution
from experiments.core.experiment import load
from experiments.core.own import where_it_failed
from experiments.core.run import Run
from experiments.records.checkpoints import set_aside
from experiments.records.device import computing, environment
from experiments.records.files import is_disk_error, read_json, remove_parts, synchronise, write_json
from experiments.records.locks import run_lock
from experiments.records.records import FORMAT, flatten, read_result
from experiments.running.loop import Loop
from experiments.running.session import CHECKPOINT, Session
from experiments.running.twins import adopt, twin_of


def execute(
    settings: Run,
    out: Path,
    on_step: Callable[[int], None] = lambda step: None,
    how: Execution = AS_USUAL,
) -> dict[str, Any]:
    """Train, test and record one run in its folder below ``out``, in place of a result that may be there.

    A run that fails (a loss that is no number, too little memory, an exception) is recorded with its reason. An
    unfinished run goes on from its last checkpoint.

    Args:
        settings: The run.
        out: The results folder.
        on_step: Called with the number of steps taken.
        how: How often to write a checkpoint.

    Returns:
        What ``result.json`` holds.

    Raises:
        LockedError: Another process is doing this run.
        OSError: The disk is full or failing; nothing is recorded, so that the run counts as unfinished.
    """
    with run_lock(out, settings.folder):
        return _execute(settings, out, on_step, how, Loop())


def execute_once(
    settings: Run,
    out: Path,
    on_step: Callable[[int], None] = lambda step: None,
    how: Execution = AS_USUAL,
    *,
    loop: Loop | None = None,
) -> tuple[dict[str, Any], bool]:
    """Do a run as ``execute`` does, unless it has a result by now: another sweep may have done it.

    Args:
        settings: The run.
        out: The results folder.
        on_step: Called with the number of steps taken.
        how: How often to write a checkpoint, and whether a recorded failure is done again.
        loop: What trains it; by default it is trained alone.

    Returns:
        What ``result.json`` holds, and whether it is new.
    """
    with run_lock(out, settings.folder):
        there = read_result(out / settings.folder)
        if there is not None and not done_again(settings, out, how, there):
            return there, False
        return _execute(settings, out, on_step, how, loop or Loop()), True


def done_again(run: Run, out: Path, how: Execution, there: dict[str, Any]) -> bool:
    """Whether a run that has a result is to be done again: it failed, or a user's code has changed since."""
    failed = how.retry_failed and there["status"] == "failed"
    return failed or (how.retry_changed and changed_since(run, out / run.folder))


def changed_since(run: Run, folder: Path) -> bool:
    """Whether a recorded run was made by other code of the user's than the same run would be now."""
    if not run.code:
        return False
    recorded = read_json(folder / "config.json").get("code", [])
    return {(c["name"], c["sha256"]) for c in recorded} != {(c.name, c.sha256) for c in run.code}


def _execute(
    settings: Run, out: Path, on_step: Callable[[int], None], how: Execution, loop: Loop
) -> dict[str, Any]:
    folder = out / settings.folder
    folder.mkdir(parents=True, exist_ok=True)
    remove_parts(folder)
    if (folder / "result.json").exists():
        for name in (CHECKPOINT, "result.json"):
            (folder / name).unlink(missing_ok=True)
    (folder / "traceback.txt").unlink(missing_ok=True)
    if (folder / "config.json").exists() and changed_since(settings, folder):
        set_aside(folder / CHECKPOINT)  # it was made by other code than there is now
    write_json(folder / "config.json", settings.to_dict())
    started = time.perf_counter()
    try:
        twin = twin_of(settings, out)
        if twin is not None and not changed_since(settings, twin):
            result = adopt(twin, folder)
        else:
            result = {"format": FORMAT, "status": "ok", "reason": ""} | work(
                settings, folder, on_step, how, loop=loop
            )
            _check_finite(result)
    except (Exception, SystemExit) as error:
        if is_disk_error(error):
            raise
        place = where_it_failed(error, settings.code)
        result = failure(settings, f"{type(error).__name__}: {error}{place}")
        (folder / "traceback.txt").write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    if "same_as" not in result:
        result["seconds_total"] = time.perf_counter() - started - loop.elsewhere
    write_json(folder / "result.json", result)
    for changed in (folder, out):
        synchronise(changed)
    (folder / CHECKPOINT).unlink(missing_ok=True)
    return result


def work(
    settings: Run,
    folder: Path,
    on_step: Callable[[int], None] = lambda step: None,
    how: Execution = AS_USUAL,
    *,
    writes: bool = True,
    loop: Loop | None = None,
) -> dict[str, Any]:
    """Train and test a run, and write what it leaves in its folder but for its result.

    Args:
        settings: The run.
        folder: Its folder, which is there.
        on_step: Called with the number of steps taken.
        how: How often to write a checkpoint.
        writes: Whether this process writes; of several that share a run, one does.
        loop: What trains it; by default it is trained alone.

    Returns:
        What the result says.
    """
    do = load(find_experiment(settings.experiment).work)
    with computing(settings.threads, settings.deterministic):
        # A user's code may draw from them; the lab's own does not.
        random.seed(settings.seed)
        np.random.seed(settings.seed)  # noqa: NPY002
        with Session(settings, folder, on_step, how, writes=writes, loop=loop) as session:
            found: dict[str, Any] = do(settings, folder, session)
        return found | {"environment": environment(settings.device, settings.threads)}


def _check_finite(result: dict[str, Any]) -> None:
    """Raise an error that names a number which is none: a record has no place for it, and no table a use."""
    for name, value in flatten(result).items():
        for number in value if isinstance(value, list | tuple) else [value]:
            if isinstance(number, float) and not math.isfinite(number):
                raise FloatingPointError(f"{name} became {number}; a lower --learning-rate may help")


def failure(settings: Run, reason: str) -> dict[str, Any]:
    """What ``result.json`` says of a run that failed."""
    return {
        "format": FORMAT,
        "status": "failed",
        "reason": reason,
        "environment": environment(settings.device, settings.threads),
    }
