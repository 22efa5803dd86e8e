"""One run of node classification, from its settings to what its result says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from sklearn.metrics import f1_score
from torch import Tensor
from torch_geometric.data import Data

from experiments.data.names import CITATION
from experiments.data.node_graphs import load_task, most_frequent
from experiments.lab.citation.baselines import baseline_scores
from experiments.lab.citation.models import build_node_model
from experiments.lab.citation.settings import LABELS, CitationRun
from experiments.lab.citation.training import NodeTrainer, rule_of
from experiments.running.session import Session
from experiments.training.budget import count_parameters


def prepare(runs: list[CitationRun], out: Path, options: dict[str, Any]) -> list[CitationRun]:
    """The runs, after each citation graph was downloaded once, before several workers would.

    Raises:
        ValueError: A graph is not here and cannot be downloaded.
    """
    for name in dict.fromkeys(run.dataset for run in runs if run.dataset in CITATION):
        load_task(name, 0)
    return runs


def work(run: CitationRun, folder: Path, session: Session) -> dict[str, Any]:
    """Train and test a network; writes ``weights.pt``."""
    task = load_task(run.dataset, run.seed, run.split)
    return (_network if run.model.trained else _baseline)(run, task, session) | {
        "chance": most_frequent(task),
        "nodes": task.num_nodes,
        "edges": task.num_edges // 2,
        "features": task.num_node_features,
        "classes": len(task.class_names),
        "labelled": int(task.train_mask.sum()),
        "validation_nodes": int(task.val_mask.sum()),
        "test_nodes": int(task.test_mask.sum()),
    }


def _network(run: CitationRun, task: Data, session: Session) -> dict[str, Any]:
    # Weights are drawn on the CPU, so that a run starts from the same ones on every device; dropout follows.
    torch.manual_seed(run.seed)
    model = build_node_model(run.model, task.num_node_features, len(task.class_names))
    trainer = NodeTrainer(model, task, run.train, session.device)
    session.tested = lambda: {"test_accuracy": trainer.scores(trainer.test)[1]}
    fit = session.fit(trainer, rule_of(run.train), steps=run.train.epochs)
    loss, accuracy = trainer.scores(trainer.test)
    return {
        "test_accuracy": accuracy,
        "macro_f1": macro_f1(trainer.logits()[trainer.test], trainer.y[trainer.test]),
        "test_loss": loss,
        **fit.facts(),
        "parameters": count_parameters(model),
    }


def _baseline(run: CitationRun, task: Data, session: Session) -> dict[str, Any]:
    scores = baseline_scores(run.model, task)
    found = {
        name: (scores[mask].argmax(1) == task.y[mask]).double().mean().item()
        for name, mask in (("validation_accuracy", task.val_mask), ("test_accuracy", task.test_mask))
    }
    session.row({"step": 0, "validation_accuracy": found["validation_accuracy"]})
    session.step(1)
    return {
        **found,
        "macro_f1": macro_f1(scores[task.test_mask], task.y[task.test_mask]),
        "steps": 0,
        "selected_step": 0,
        "stopped": "nothing to train",
        "parameters": 0 if run.model.name == LABELS else (task.num_node_features + 1) * len(task.class_names),
    }


def macro_f1(scores: Tensor, y: Tensor) -> float:
    """The mean over classes of F1, in 0 to 1; of a class that is neither there nor named it is left out."""
    return float(f1_score(y.cpu().numpy(), scores.argmax(1).cpu().numpy(), average="macro"))
