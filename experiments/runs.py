"""One run from its settings to its records. This is what a worker process calls."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from experiments.catalogue import find_experiment, load
from experiments.files import write_beside, write_json
from experiments.memory.memory_records import SENSITIVITY, write_rows
from experiments.model_specs import GraphSpec
from experiments.records import FORMAT, CurveWriter, curve_path
from experiments.run_protocol import Run
from experiments.settings import RunSettings


def make_task(settings: RunSettings) -> Any:
    """The task of a run, made by the class that the catalogue names."""
    return load(find_experiment(settings.experiment).task)(settings.length, settings.seed)


def execute(settings: Run, out: Path, on_step: Callable[[int], None] = lambda step: None) -> dict[str, Any]:
    """Train, test and record one run in its folder below ``out``.

    A run that fails (a loss that is no number, too little memory, an exception) is recorded with its reason.

    Args:
        settings: The run.
        out: The results folder.
        on_step: Called with the number of steps taken.

    Returns:
        What ``result.json`` holds.
    """
    folder = out / settings.folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").unlink(missing_ok=True)
    write_json(folder / "config.json", settings.to_dict())
    started = time.perf_counter()
    try:
        train_and_test = load(find_experiment(settings.experiment).runner)
        result = {"format": FORMAT, "status": "ok", "reason": ""} | train_and_test(settings, folder, on_step)
    except Exception as error:
        lines = traceback.format_exception(error)
        result = {"format": FORMAT, "status": "failed", "reason": f"{type(error).__name__}: {error}"}
        (folder / "traceback.txt").write_text("".join(lines), encoding="utf-8")
    result["seconds_total"] = time.perf_counter() - started
    write_json(folder / "result.json", result)
    return result


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

    from experiments.device import computing, environment
    from experiments.distance import describe_reach
    from experiments.memory.input_sensitivity import measure_sensitivity
    from experiments.models import build_model, count_parameters, hidden_size
    from experiments.training import train

    task = task or make_task(settings)
    hidden = hidden_size(settings.model, task, settings.train)
    # Weights are drawn on the CPU, so that a run starts from the same ones on every device.
    torch.manual_seed(settings.seed)
    model = build_model(settings.model, task, hidden)
    spec = settings.model
    with computing(settings.threads):
        memory = {"initial": measure_sensitivity(model, spec, task)}
        with CurveWriter(curve_path(folder)) as on_row:
            outcome = train(
                model, task, settings.train, device=settings.device, on_row=on_row, on_step=on_step
            )
        memory["trained"] = measure_sensitivity(model, spec, task)
    write_beside(folder / "weights.pt", lambda beside: torch.save(outcome.weights, beside))
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
