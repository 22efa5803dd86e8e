"""Classifiers of nodes that no gradient trains: labels that spread, and a linear model on smoothed features."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.nn.models import LabelPropagation

from experiments.lab.citation.settings import LABELS, NodeModel
from gnnlab import normalized_adjacency

SPREADS, KEPT = 50, 0.9  # steps of label propagation, and the share of a label that comes from the neighbours
PENALTIES = tuple(10.0**power for power in range(-2, 5))  # C of the logistic regression; validation chooses


def baseline_scores(spec: NodeModel, task: Data) -> Tensor:
    """Scores (N, C) of every node's classes, from the labels of the training nodes.

    ``labels`` is label propagation (Zhu & Ghahramani 2002), which reads no features. ``sgc`` is a logistic regression
    on Â^k X, k the number of layers (Wu et al. 2019, https://arxiv.org/abs/1902.07153); validation chooses its penalty.

    Args:
        spec: Which of the two.
        task: From ``node_graphs.load_task``.
    """
    classes = len(task.class_names)
    if spec.name == LABELS:
        spread: Tensor = LabelPropagation(SPREADS, KEPT)(
            task.y.clamp(min=0), task.edge_index, mask=task.train_mask
        )
        # Where no label arrives, the frequencies of the training labels stand for them.
        known = torch.bincount(task.y[task.train_mask], minlength=classes).to(spread)
        spread = F.pad(spread, (0, classes - spread.size(1)))
        return torch.where(spread.sum(1, keepdim=True) > 0, spread, known / known.sum())
    x, labelled = smoothed(task, spec.layers), task.y[task.train_mask]
    if len(labelled.unique()) == 1:
        return F.one_hot(labelled[:1].expand(len(x)), classes).double()
    found = []
    for penalty in PENALTIES:
        # One start and one solver: the same bits each time.
        model = LogisticRegression(C=penalty, max_iter=1000)
        model.fit(x[task.train_mask].numpy(), labelled.numpy())
        scores = x.new_zeros(len(x), classes)  # a class without a training node has no column of the model's
        scores[:, torch.from_numpy(model.classes_)] = torch.from_numpy(model.predict_proba(x.numpy()))
        right = scores[task.val_mask].argmax(1) == task.y[task.val_mask]
        found.append((float(right.double().mean()), scores))
    return max(found, key=lambda pair: pair[0])[1]


def smoothed(task: Data, times: int) -> Tensor:
    """Â^k X, (N, F) in double precision.

    Args:
        task: With x (N, F) and edge_index (2, E).
        times: k.
    """
    adjacency = normalized_adjacency(task.edge_index, num_nodes=task.num_nodes, sparse=True).double()
    x: Tensor = task.x.double()
    for _ in range(times):
        x = adjacency @ x
    return x
