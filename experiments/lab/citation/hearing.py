"""What a trained network makes of a graph: how far away a node is heard, and how alike neighbours have become."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import shortest_path
from torch import Tensor
from torch_geometric.data import Data

from experiments.lab.citation.models import NodeNetwork
from gnnlab import dirichlet_energy

NODES = 32  # of the test part, whose answers are followed back
MOST_HOPS = 40
MOST_DOUBLE = 50_000_000  # features of a graph that is measured in double precision


def measure_hearing(
    model: NodeNetwork, task: Data, seed: int
) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Sensitivity by distance, and the energy that is left.

    D(r) is how much the logits of a node depend on the features of all nodes r hops away::

        D(r)² = mean over v of Σ_u ‖∂z_v / ∂x_u‖_F²,  over u at distance r of v

    Each norm is estimated by one product with a random vector, whose expectation it is; ``reach`` is the mean distance
    Σ r D(r) / Σ D(r). ``energy`` is E(H) / ‖H‖² of what the last layer is given, over the same of the features: the
    Dirichlet energy of over-smoothing (Cai & Wang 2020, https://arxiv.org/abs/2006.13318), 0 where neighbours cannot
    be told apart any more.

    Args:
        model: Trained, on any device; a copy is measured, in double precision where the graph is not too large for it.
        task: The graph, as the model saw it.
        seed: Draws the nodes and the vectors.

    Returns:
        Rows with ``hop`` and ``sensitivity``, from 0 up to the last hop at which there is any; and ``reach`` and
        ``energy``, where they are numbers: what hears nothing has no reach.
    """
    kind = torch.float64 if task.x.numel() <= MOST_DOUBLE else torch.float32
    model = copy.deepcopy(model).cpu().to(kind).eval()
    generator = torch.Generator().manual_seed(seed)
    test = task.test_mask.nonzero().view(-1)
    nodes = test[torch.randperm(len(test), generator=generator)[:NODES]]
    x = task.x.to(kind)
    squares = _squares(model, x, task.edge_index, nodes, generator).double().numpy()
    distances = _distances(task, nodes.numpy())
    rows = []
    for hop in range(MOST_HOPS + 1):
        total = float(np.where(distances == hop, squares, 0.0).sum() / len(nodes))
        rows.append({"hop": hop, "sensitivity": total**0.5})
    while len(rows) > 1 and not rows[-1]["sensitivity"]:  # a dead network hears nothing, and says so at hop 0
        rows.pop()
    heard = sum(row["sensitivity"] for row in rows)
    found = {"reach": sum(row["hop"] * row["sensitivity"] for row in rows) / heard} if heard else {}
    with torch.no_grad():
        before, after = (_energy(h, task.edge_index) for h in (x, model.hidden(x, task.edge_index)))
    return rows, found | ({"energy": after / before} if before and after == after else {})


def _squares(
    model: NodeNetwork, x: Tensor, edge_index: Tensor, nodes: Tensor, generator: torch.Generator
) -> Tensor:
    """Squared length of each node's share of a random product with the derivative, (nodes, N)."""
    leaf = x.clone().requires_grad_()
    logits = model(leaf, edge_index)[nodes]  # (nodes, C)
    vectors = torch.randn(logits.shape, generator=generator, dtype=torch.float64).to(x)
    found = []
    for answer, vector in zip(logits, vectors):
        (gradient,) = torch.autograd.grad(answer @ vector, leaf, retain_graph=True)
        found.append(gradient.square().sum(1))
    return torch.stack(found)


def _distances(task: Data, nodes: np.ndarray) -> np.ndarray:
    """Hops from some nodes to all, (nodes, N); infinite where there is no path."""
    source, target = task.edge_index.numpy()
    size = int(task.num_nodes)
    graph = csr_matrix((np.ones(len(source)), (source, target)), shape=(size, size))
    found: np.ndarray = shortest_path(graph, unweighted=True, indices=nodes)
    return found


def _energy(x: Tensor, edge_index: Tensor) -> float:
    size = x.square().sum()
    return float(dirichlet_energy(x, edge_index) / size) if size else 0.0
