"""One run of the experiment memory, and the measurement that every run on sequences makes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from experiments.lab.memory.settings import MemorySettings
from experiments.lab.sequences.report.memory_records import DEPTH, SENSITIVITY, write_rows
from experiments.records.records import CurveWriter, curve_path


def measure_memory(settings: MemorySettings, folder: Path, on_step: Callable[[int], None]) -> dict[str, Any]:
    """The runner: writes ``sensitivity.csv`` and ``depth.csv`` at initial weights, and again after training if asked.

    Answers what the result says; without training its accuracy is that of the initial weights.
    """
    import torch

    from experiments.lab.memory.depth_profile import measure_depth
    from experiments.lab.sequences.input_sensitivity import measure_sensitivity
    from experiments.lab.sequences.models import build_model, count_parameters, hidden_size
    from experiments.lab.sequences.tasks import DigitPalindromes
    from experiments.records.device import computing, environment
    from experiments.running.runs import train_and_test
    from experiments.training.training import evaluate

    task = DigitPalindromes(settings.length, settings.seed)
    hidden = hidden_size(settings.model, task, settings.train)
    torch.manual_seed(settings.seed)
    model = build_model(settings.model, task, hidden)
    with computing(settings.threads):
        depth = {"initial": measure_depth(model, task)}
        if settings.trained:
            result = train_and_test(settings, folder, on_step, task)
            model.load_state_dict(torch.load(folder / "weights.pt", weights_only=True))
            depth["trained"] = measure_depth(model, task)
        else:
            rows = {"initial": measure_sensitivity(model, settings.model, task)}
            write_rows(folder / SENSITIVITY, rows)
            batch = task.batch("test", settings.train.test_size, task.generator("test"))
            loss, accuracy = evaluate(model, task, batch)
            with CurveWriter(curve_path(folder)) as on_row:
                on_row({"step": 0, "validation_loss": loss, "validation_accuracy": accuracy})
            result = {
                "test_accuracy": accuracy,
                "test_loss": loss,
                "steps": 0,
                "parameters": count_parameters(model),
                "hidden": hidden,
                "chance": task.chance,
                "distance": task.distance,
                "disjoint": task.disjoint,
                "environment": environment(settings.device, settings.threads),
            }
    if any(depth.values()):
        write_rows(folder / DEPTH, depth)
    return result
