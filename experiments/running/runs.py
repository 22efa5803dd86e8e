"""One run from its settings to its records. This is what a worker process calls."""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from experiments.core.catalogue import find_experiment, load
from experiments.core.model_specs import GraphSpec
from experiments.core.run_protocol import Run
from experiments.core.settings import RunSettings
from experiments.lab.sequences.report.memory_records import SENSITIVITY, write_rows
from experiments.records.files import is_disk_error, remove_parts, synchronise, write_json
from experiments.records.locks import run_lock
from experiments.records.records import FORMAT, CurveWriter, curve_path, flatten, read_result

CHECKPOINT_SECONDS = 30.0


def make_task(settings: RunSettings) -> Any:
    """The task of a run, made by the class that the catalogue names."""
    return load(find_experiment(settings.experiment).task)(settings.length, settings.seed)


def execute(
    settings: Run,
    out: Path,
    on_step: Callable[[int], None] = lambda step: None,
    *,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
) -> dict[str, Any]:
    """Train, test and record one run in its folder below ``out``, in place of a result that may be there.

    A run that fails (a loss that is no number, too little memory, an exception) is recorded with its reason. An
    unfinished run goes on from its last checkpoint.

    Args:
        settings: The run.
        out: The results folder.
        on_step: Called with the number of steps taken.
        checkpoint_seconds: Time between two checkpoints; 0 for none.

    Returns:
        What ``result.json`` holds.

    Raises:
        LockedError: Another process is doing this run.
        OSError: The disk is full or failing; nothing is recorded, so that the run counts as unfinished.
    """
    with run_lock(out, settings.folder):
        return _execute(settings, out, on_step, checkpoint_seconds)


def execute_once(
    settings: Run,
    out: Path,
    on_step: Callable[[int], None] = lambda step: None,
    *,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
    retry_failed: bool = False,
) -> tuple[dict[str, Any], bool]:
    """Do a run as ``execute`` does, unless it has a result by now: another sweep may have done it.

    Args:
        settings: The run.
        out: The results folder.
        on_step: Called with the number of steps taken.
        checkpoint_seconds: Time between two checkpoints; 0 for none.
        retry_failed: Do it again if its result is a failure.

    Returns:
        What ``result.json`` holds, and whether it is new.
    """
    with run_lock(out, settings.folder):
        there = read_result(out / settings.folder)
        if there is not None and not (retry_failed and there["status"] == "failed"):
            return there, False
        return _execute(settings, out, on_step, checkpoint_seconds), True


def _execute(
    settings: Run, out: Path, on_step: Callable[[int], None], checkpoint_seconds: float
) -> dict[str, Any]:
    from experiments.records.checkpoints import checkpointing_every

    folder = out / settings.folder
    folder.mkdir(parents=True, exist_ok=True)
    remove_parts(folder)
    if (folder / "result.json").exists():
        for name in ("checkpoint.pt", "result.json"):
            (folder / name).unlink(missing_ok=True)
    (folder / "traceback.txt").unlink(missing_ok=True)
    write_json(folder / "config.json", settings.to_dict())
    started = time.perf_counter()
    try:
        train_and_test = load(find_experiment(settings.experiment).runner)
        with checkpointing_every(checkpoint_seconds):
            result = {"format": FORMAT, "status": "ok", "reason": ""} | train_and_test(
                settings, folder, on_step
            )
        _check_finite(result)
    except Exception as error:
        if is_disk_error(error):
            raise
        result = failure(settings, f"{type(error).__name__}: {error}")
        (folder / "traceback.txt").write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    result["seconds_total"] = time.perf_counter() - started
    write_json(folder / "result.json", result)
    for changed in (folder, out):
        synchronise(changed)
    (folder / "checkpoint.pt").unlink(missing_ok=True)
    return result


def _check_finite(result: dict[str, Any]) -> None:
    """Raise an error that names a number which is none: a record has no place for it, and no table a use."""
    for name, value in flatten(result).items():
        for number in value if isinstance(value, list | tuple) else [value]:
            if isinstance(number, float) and not math.isfinite(number):
                raise FloatingPointError(f"{name} became {number}; a lower --learning-rate may help")


def failure(settings: Run, reason: str) -> dict[str, Any]:
    """What ``result.json`` says of a run that failed."""
    from experiments.records.device import environment

    threads = settings.to_dict().get("threads", 1)
    return {
        "format": FORMAT,
        "status": "failed",
        "reason": reason,
        "environment": environment(settings.device, threads),
    }


def train_and_test(
    settings: RunSettings, folder: Path, on_step: Callable[[int], None], task: Any = None
) -> dict[str, Any]:
    """The runner of sequence tasks: writes ``curve.csv``, ``weights.pt`` and ``sensitivity.csv``.

    Args:
        settings: The run.
        folder: Its folder.
        on_step: Called with the number of steps taken.
        task: In place of the one that the catalogue names.

    Returns:
        What the result says.
    """
    import torch

    from experiments.lab.sequences.distance import describe_reach
    from experiments.lab.sequences.input_sensitivity import measure_sensitivity
    from experiments.lab.sequences.models import build_model, count_parameters, hidden_size
    from experiments.records.checkpoints import PeriodicCheckpoint, save_tensors
    from experiments.records.device import computing, environment
    from experiments.training.training import train

    task = task or make_task(settings)
    hidden = hidden_size(settings.model, task, settings.train)
    with computing(settings.threads, settings.deterministic), CurveWriter(curve_path(folder)) as on_row:
        # Weights are drawn on the CPU, so that a run starts from the same ones on every device.
        torch.manual_seed(settings.seed)
        model = build_model(settings.model, task, hidden)
        memory = {"initial": measure_sensitivity(model, settings.model, task)}
        outcome = train(
            model,
            task,
            settings.train,
            device=settings.device,
            on_row=on_row,
            on_step=on_step,
            checkpoint=PeriodicCheckpoint(folder / "checkpoint.pt"),
        )
        memory["trained"] = measure_sensitivity(model, settings.model, task)
    save_tensors(folder / "weights.pt", outcome.weights)
    spec = settings.model
    write_rows(folder / SENSITIVITY, memory)
    reach = describe_reach(task.graph(spec), spec, task) if isinstance(spec, GraphSpec) else {}
    return {
        "test_accuracy": outcome.test_accuracy,
        "test_loss": outcome.test_loss,
        "validation_accuracy": outcome.validation_accuracy,
        "validation_loss": outcome.validation_loss,
        "steps": outcome.steps,
        "selected_step": outcome.selected_step,
        "stopped": outcome.stopped,
        "resumed_step": outcome.resumed_step,
        "parameters": count_parameters(model),
        "hidden": hidden,
        "ms_per_step": 1e3 * outcome.seconds_training / outcome.steps,
        "seconds_training": outcome.seconds_training,
        "chance": task.chance,
        "distance": task.distance,
        "disjoint": task.disjoint,
        **reach,
        "environment": environment(settings.device, settings.threads),
    }
