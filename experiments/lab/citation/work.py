"""One run of node classification, from its settings to what its result says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from sklearn.metrics import f1_score, roc_auc_score
from torch import Tensor
from torch_geometric.data import Data

from experiments.data.graph_files.graph_file import PARTS
from experiments.data.node_graphs import homophily, load_task, most_frequent
from experiments.lab.citation.baselines import baseline_scores
from experiments.lab.citation.controls import controlled
from experiments.lab.citation.hearing import measure_hearing
from experiments.lab.citation.models import build_node_model
from experiments.lab.citation.settings import HOPS, LABELS, PREDICTIONS, CitationRun
from experiments.lab.citation.training import NodeTrainer, rule_of
from experiments.records.files import content_hash
from experiments.records.rows import write_rows
from experiments.running.session import Session
from experiments.training.budget import count_parameters


def task_of(run: CitationRun) -> Data:
    """The graph of a run, with its split.

    Raises:
        ValueError: See ``node_graphs.load_task``; or a file of the user's has changed since.
    """
    files = [path for path in (run.dataset, run.edge_list) if path] if run.content else []
    try:
        changed = bool(files) and content_hash(*files) != run.content
    except OSError as error:
        raise ValueError(
            f"dataset: {error.filename} cannot be read ({error.strerror}); put the file back where it was"
        ) from error
    if changed:
        raise ValueError(f"dataset: {' or '.join(files)} is not what it was when this run was made")
    return load_task(
        run.dataset,
        run.split_number,
        run.split,
        sizes=(run.train_size, run.validation_size),
        edge_list=run.edge_list,
        scale=run.scale,
    )


def work(run: CitationRun, folder: Path, session: Session) -> dict[str, Any]:
    """Train and test a network; writes ``weights.pt``, ``hops.csv``, and ``predictions.csv`` with a row per node."""
    task = task_of(run)
    seen = controlled(task, run.model, run.seed)
    result, scores = (
        _network(run, seen, folder, session) if run.model.trained else _baseline(run, seen, session)
    )
    write_rows(folder / PREDICTIONS, prediction_rows(task, scores))
    return (
        result
        | homophily(task)
        | {
            "chance": most_frequent(task),
            "nodes": task.num_nodes,
            "edges": task.num_edges // 2,
            "features": task.num_node_features,
            "classes": len(task.class_names),
            "labelled": int(task.train_mask.sum()),
            "validation_nodes": int(task.val_mask.sum()),
            "test_nodes": int(task.test_mask.sum()),
            **({"not_read": " ".join(f"{note}." for note in notes)} if (notes := task.get("notes")) else {}),
        }
    )


def prediction_rows(task: Data, scores: Tensor) -> list[dict[str, Any]]:
    """For each node its name, its class as far as it has one, its part of the split, and the class that was named.

    Args:
        task: With a split.
        scores: (N, C); the highest names the class.
    """
    names = task.get("names") or [str(node) for node in range(len(task.y))]
    masks = (task.train_mask, task.val_mask, task.test_mask)
    parts = [next((part for part, mask in zip(PARTS, masks) if mask[node]), "") for node in range(len(names))]
    classes = [*task.class_names, ""]  # the last is that of -1
    found = scores.argmax(1).tolist()
    return [
        {"node": name, "class": classes[kind], "part": part, "predicted": classes[named]}
        for name, kind, part, named in zip(names, task.y.tolist(), parts, found)
    ]


def _network(run: CitationRun, task: Data, folder: Path, session: Session) -> tuple[dict[str, Any], Tensor]:
    # Weights are drawn on the CPU, so that a run starts from the same ones on every device; dropout follows.
    torch.manual_seed(run.seed)
    model = build_node_model(run.model, task.num_node_features, len(task.class_names))
    trainer = NodeTrainer(model, task, run.train, session.device)
    session.tested = lambda: {"test_accuracy": trainer.scores(trainer.test)[1]}
    fit = session.fit(trainer, rule_of(run.train), steps=run.train.epochs)
    loss, accuracy = trainer.scores(trainer.test)
    everywhere = trainer.logits()
    logits, y = everywhere[trainer.test], trainer.y[trainer.test]
    hops, heard = measure_hearing(model, task, run.seed)
    write_rows(folder / HOPS, hops)
    result = {
        "test_accuracy": accuracy,
        "macro_f1": macro_f1(logits, y),
        "roc_auc": roc_auc(one_against_others(logits.double()), y),
        "test_loss": loss,
        **fit.facts(),
        **heard,
        "parameters": count_parameters(model),
    }
    return result, everywhere.cpu()


def _baseline(run: CitationRun, task: Data, session: Session) -> tuple[dict[str, Any], Tensor]:
    scores = baseline_scores(run.model, task)
    found = {
        name: (scores[mask].argmax(1) == task.y[mask]).double().mean().item()
        for name, mask in (("validation_accuracy", task.val_mask), ("test_accuracy", task.test_mask))
    }
    session.row({"step": 0, "validation_accuracy": found["validation_accuracy"]})
    session.step(1)
    result = {
        **found,
        "macro_f1": macro_f1(scores[task.test_mask], task.y[task.test_mask]),
        "roc_auc": roc_auc(scores[task.test_mask], task.y[task.test_mask]),
        "steps": 0,
        "selected_step": 0,
        "stopped": "nothing to train",
        "parameters": 0 if run.model.name == LABELS else (task.num_node_features + 1) * len(task.class_names),
    }
    return result, scores


def macro_f1(scores: Tensor, y: Tensor) -> float:
    """The mean over classes of F1, in 0 to 1; of a class that is neither there nor named it is left out."""
    return float(f1_score(y.cpu().numpy(), scores.argmax(1).cpu().numpy(), average="macro"))


def one_against_others(logits: Tensor) -> Tensor:
    """log(p / (1 - p)) of each class, (N, C): as the softmax orders nodes, and not rounded to 1 where it is near it.

    Args:
        logits: (N, C), in double precision.
    """
    kinds = range(logits.size(1))
    others = [logits[:, [other for other in kinds if other != kind]].logsumexp(1) for kind in kinds]
    return logits - torch.stack(others, 1)


def roc_auc(scores: Tensor, y: Tensor) -> float | None:
    """The mean over classes of the area under the ROC curve, each class against all others, in 0 to 1.

    It is the chance that a node of a class has a higher score for it than another node; 0.5 for a guess. Of two classes
    it is that of either. None where no class is there beside another.

    Args:
        scores: (N, C).
        y: (N,).
    """
    scores, y = scores.double().cpu(), y.cpu()
    kinds = [kind for kind in range(scores.size(1)) if 0 < int((y == kind).sum()) < len(y)]
    found = [roc_auc_score((y == kind).numpy(), scores[:, kind].numpy()) for kind in kinds]
    return float(sum(found) / len(found)) if found else None
