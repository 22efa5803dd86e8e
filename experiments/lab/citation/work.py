"""One run of node classification, from its settings to what its result says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from experiments.data.node_graphs import load_task, most_frequent
from experiments.lab.citation.models import build_node_model
from experiments.lab.citation.settings import CitationSettings
from experiments.lab.citation.training import train_nodes
from experiments.lab.sequences.models import count_parameters
from experiments.records.checkpoints import save_tensors
from experiments.records.device import computing, environment
from experiments.records.records import CurveWriter, curve_path


def train_and_test(
    settings: CitationSettings, folder: Path, on_step: Callable[[int], None]
) -> dict[str, Any]:
    """Train and test a network; writes ``curve.csv`` and ``weights.pt``.

    Args:
        settings: The run.
        folder: Where its records are.
        on_step: Called with the number of epochs done.

    Returns:
        What ``result.json`` says of it.
    """
    task = load_task(settings.dataset, settings.seed)
    # Weights are drawn on the CPU, so that a run starts from the same ones on every device; dropout follows.
    torch.manual_seed(settings.seed)
    model = build_node_model(settings.model, task.num_node_features, len(task.class_names))
    with computing(settings.threads), CurveWriter(curve_path(folder)) as on_row:
        outcome = train_nodes(
            model, task, settings.train, device=settings.device, on_row=on_row, on_step=on_step
        )
    save_tensors(folder / "weights.pt", outcome.weights)
    return {
        "test_accuracy": outcome.test_accuracy,
        "test_loss": outcome.test_loss,
        "validation_accuracy": outcome.validation_accuracy,
        "validation_loss": outcome.validation_loss,
        "steps": outcome.steps,
        "selected_step": outcome.selected_step,
        "stopped": outcome.stopped,
        "parameters": count_parameters(model),
        "ms_per_step": 1e3 * outcome.seconds_training / outcome.steps,
        "seconds_training": outcome.seconds_training,
        "chance": most_frequent(task),
        "nodes": task.num_nodes,
        "edges": task.num_edges // 2,
        "features": task.num_node_features,
        "classes": len(task.class_names),
        "labelled": int(task.train_mask.sum()),
        "validation_nodes": int(task.val_mask.sum()),
        "test_nodes": int(task.test_mask.sum()),
        "environment": environment(settings.device, settings.threads),
    }
