"""Numbers of claims that need no training: a graph by hand, a time gate, gradients through time."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from experiments.data.named_graphs import parse_graph
from gnnlab import adjacency_matrix, layers_until_heard
from seq import LSTM, RNN, PhasedLSTM, SequenceClassifier, digit_palindromes, gradient_norms


def example_graph(*, source: str, target: str, powers: int) -> dict[str, Any]:
    """The matrices of the six-node example, and how many layers carry a message between two of its nodes.

    Args:
        source: Name of the node that speaks.
        target: Name of the node that listens.
        powers: How many powers of A to count walks with.
    """
    graph = parse_graph("example")
    names = list(graph.names)
    i, j = names.index(source), names.index(target)
    A = adjacency_matrix(graph.edge_index, num_nodes=6)
    with_loops = adjacency_matrix(graph.edge_index, num_nodes=6, self_loops=True)
    walks = [torch.linalg.matrix_power(A, k)[i, j].item() for k in range(1, powers + 1)]
    heard = [torch.linalg.matrix_power(with_loops, k)[j, i].item() for k in range(1, powers + 1)]
    return {
        "names": names,
        "adjacency": A.int().tolist(),
        "adjacency_with_self_loops": with_loops.int().tolist(),
        "walks": [int(count) for count in walks],
        "heard": [int(count) for count in heard],
        "layers": layers_until_heard(graph.edge_index, source=i, target=j, num_nodes=6),
    }


def time_gate(
    *, tau: list[float], shift: list[float], r_on: list[float], leak: float, end: float, points: int
) -> dict[str, Any]:
    """k(t) of units with given period, shift and open ratio, in training and in evaluation.

    Args:
        tau, shift, r_on: One value per unit.
        leak: α in training.
        end: Last time.
        points: How many times from 0 on.
    """
    times = torch.linspace(0, end, points, dtype=torch.double)
    training, evaluation = [], []
    for period, start, ratio in zip(tau, shift, r_on):
        layer = PhasedLSTM(1, 1, r_on=ratio, leak=leak).double()
        with torch.no_grad():
            layer.log_tau.fill_(math.log(period))
            layer.shift.fill_(start)
            training.append(layer.train().k(times).squeeze(-1).tolist())
            evaluation.append(layer.eval().k(times).squeeze(-1).tolist())
    return {"times": times.tolist(), "training": training, "evaluation": evaluation}


def gradients_through_time(
    *, length: int, hidden: int, examples: int, seeds: int, forget_biases: list[float], scale: float
) -> dict[str, Any]:
    """‖dL(T)/dh(t)‖ of untrained networks that read digit palindromes, mean over examples, one row per seed.

    Args:
        length: Length T of the palindromes; T - 1 steps are read.
        hidden: Units.
        examples: Palindromes.
        seeds: Networks of each kind.
        forget_biases: One kind of LSTM each.
        scale: What the recurrent weights of the second kind of RNN are multiplied with.
    """
    found: dict[str, list[list[float]]] = {}
    for seed in range(seeds):
        tokens, targets = digit_palindromes(length, examples, seed=seed, generator=seed)
        torch.manual_seed(seed)
        layers: dict[str, RNN | LSTM] = {"RNN": RNN(10, hidden), f"RNN, W_hh × {scale:g}": RNN(10, hidden)}
        with torch.no_grad():
            layers[f"RNN, W_hh × {scale:g}"].weight_h.mul_(scale)
        layers |= {f"LSTM, forget bias {b:g}": LSTM(10, hidden, forget_bias=b) for b in forget_biases}
        for name, layer in layers.items():
            model = SequenceClassifier(layer, 10, num_tokens=10, encoding="onehot").double()
            loss = partial(_loss, model.head, targets)
            norms = gradient_norms(layer, model.encode(tokens), loss)
            found.setdefault(name, []).append(norms.mean(dim=1).tolist())
    return {"norms": found}


def _loss(head: nn.Module, targets: Tensor, h: Tensor) -> Tensor:
    return F.cross_entropy(head(h), targets, reduction="sum")
