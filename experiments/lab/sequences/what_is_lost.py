"""Why a graph network does not hear an answer: what the layers lose, what the edges lose, and what becomes alike."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from experiments.core.specs import GraphSpec, ModelSpec
from experiments.lab.sequences.input_sensitivity import double_copy, in_double
from experiments.lab.sequences.tasks.task import Task
from gnnlab import SequenceGraphClassifier, dirichlet_energy, effective_resistance
from seq import sensitivity

EXAMPLES = 8
MOST_NODES = 400  # of a graph whose resistances are computed


def measure_losses(
    model: nn.Module, spec: ModelSpec, task: Task, *, examples: int = EXAMPLES
) -> list[dict[str, Any]]:
    """How much of the answer's node is left at the read-out, taken apart into layers and edges.

    D is the norm of the derivative of the logits with respect to what the first layer sees of a node. It is measured
    three times over the same weights::

        depth  = D of a node that is alone in its graph / D of the head alone      what the layers keep of a signal
        edges  = D of the answer's node in the graph    / D of the node alone      what the way through the graph keeps
        energy = E(H(L)) / ‖H(L)‖² over E(H(0)) / ‖H(0)‖²                          what keeps neighbours apart

    The node that is alone is the control of depth: it goes through the same layers, and no edge dilutes it. So depth
    times edges is what is left of the signal, whichever of the two lost it. Of linear GCN layers ``edges`` is the entry
    (read-out, answer) of Â^L, which falls with the number of nodes that the read-out hears and with the effective
    resistance between the two (Topping et al. 2022; Black et al. 2023); ``energy`` is the Dirichlet energy of
    over-smoothing (Cai & Wang 2020).

    Args:
        model: A graph classifier of symbols that is read at its query node.
        spec: Which model.
        task: Where examples come from; its answer has a node of its own.
        examples: Of the validation part, which are averaged over.

    Returns:
        Nothing where there is no such graph, node or read-out; otherwise one row with ``depth``, ``edges``, ``energy``
        (None where there are no edges), and ``resistance`` (None between nodes that are not joined, of directed or
        large graphs, and where a layer joins all nodes).
    """
    if not isinstance(model, SequenceGraphClassifier) or not isinstance(spec, GraphSpec):
        return []
    graph = task.graph(spec)
    source = task.source(graph)
    if source is None or model.query is None or model.net.readout != "query":
        return []
    wide = double_copy(model)
    assert isinstance(wide, SequenceGraphClassifier)
    with torch.no_grad():
        inputs = in_double(task.batch("validation", examples, task.generator("validation"))).inputs
        x = wide.hidden(wide.encode(inputs))  # (B, N, H)
    net, edges, query = wide.net, wide.edge_index, wide.query
    assert query is not None
    nothing = edges[:, :0]
    # 1. the three derivatives
    whole = sensitivity(lambda h: net(h, edges, query=query), x)[:, source].mean()
    alone = sensitivity(lambda h: net(h, nothing, query=0), x[:, query : query + 1]).mean()
    head = torch.linalg.matrix_norm(net.head.weight)
    return [
        {
            "depth": (alone / head).item(),
            "edges": (whole / alone).item() if alone else None,
            "energy": _energy_kept(net, x, edges),
            "resistance": None if reaches_all(spec) else _resistance(graph, source, query),
        }
    ]


def reaches_all(spec: GraphSpec) -> bool:
    """Whether a layer runs over other edges than the graph has: all of them."""
    return spec.full_last or "all_nodes" in spec.part.features


def _energy_kept(net: Any, x: Tensor, edges: Tensor) -> float | None:
    both = torch.cat([edges, edges.flip(0)], dim=1).unique(dim=1)
    if not both.numel():
        return None
    with torch.no_grad():
        before = _energy(x, both)
        for number in range(net.num_layers):
            x = net.layer(number, x, edges)
        return (_energy(x, both) / before).mean().item()


def _energy(x: Tensor, edges: Tensor) -> Tensor:
    return dirichlet_energy(x, edges) / x.square().sum((1, 2)).clamp(min=torch.finfo(x.dtype).tiny)


def _resistance(graph: Any, source: int, query: int) -> float | None:
    if graph.num_nodes > MOST_NODES:
        return None
    try:
        found = effective_resistance(graph.edge_index, num_nodes=graph.num_nodes)[source, query].item()
    except ValueError:  # a directed graph
        return None
    return found if found != float("inf") else None
