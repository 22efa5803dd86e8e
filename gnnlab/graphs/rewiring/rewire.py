"""The graph with more edges: chosen by its spectrum, by its curvature, or by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch_geometric.data import Data

from gnnlab.graphs.any_graph import as_graph
from gnnlab.graphs.numbers import real_number, whole_number
from gnnlab.graphs.rewiring.chance import random_pairs, random_regular_pairs
from gnnlab.graphs.rewiring.curvature import curvature_pairs
from gnnlab.graphs.rewiring.spectrum import spectral_pairs
from gnnlab.graphs.transfer import with_true_distance
from gnnlab.layers.arguments import check_choice

if TYPE_CHECKING:
    from gnnlab.graphs.any_graph import GraphLike

METHODS = ("fosr", "sdrf", "expander", "random")

#: The matrices of a graph are dense here, and their eigenvectors are computed for each edge that is added.
MOST_NODES = 2000


def rewire(
    graph: GraphLike, method: str, count: int, *, seed: int = 0, temperature: float | None = None
) -> Data:
    """Return an undirected graph with more edges, each in both directions.

    Methods, which add one edge after the other (`"expander"`: all at once) and remove none:

    - `"fosr"` (Karhadkar et al. 2023, https://arxiv.org/abs/2210.11790): the missing edge (u, v) with the least
      xᵤ xᵥ / √((1 + dᵤ)(1 + dᵥ)), where x is the second eigenvector of D^-1/2 A D^-1/2 and d are degrees. That is the
      part of the first-order change of the second eigenvalue which the edge itself makes, so the spectral gap grows.
      Eigenvectors are exact here, where the authors take steps of a power iteration. While a graph has several parts,
      the eigenvalue 1 has many eigenvectors: the one that tells the smallest part from the rest is taken, so that the
      first edges join the parts.
    - `"sdrf"` (Topping et al. 2022, https://arxiv.org/abs/2111.14522, Algorithm 1 without its removal of edges): at
      the edge (i, j) of the least balanced Forman curvature, the edge between {i and neighbours} and {j and
      neighbours} that raises this curvature most. An edge that no such edge is missing at is passed over.
    - `"expander"`: the edges of a random `count`-regular graph over all nodes (with high probability an expander), as
      far as they are missing. Here `count` is that degree: at most N · count / 2 edges are added.
    - `"random"`: missing edges, each as likely as the other: the control.

    Args:
        graph: An undirected graph, in any form that `as_graph` takes; self-loops are kept, and do not matter.
        method: `"fosr"`, `"sdrf"`, `"expander"` or `"random"`.
        count: How many edges, 0 or more; for `"expander"` the degree, below N.
        seed: Of what is drawn. `"fosr"` draws where eigenvectors are not unique, `"sdrf"` with a temperature.
        temperature: τ of `"sdrf"`, which then draws the edge with probabilities softmax(τ · improvement), as the paper
            does; None: τ is infinite, and the best edge is taken.

    Returns:
        The graph with `edge_index` sorted, and everything else that it holds: `mirrored` is False at new edges, and
        `distance`, where the graph has it, is that of `source` and `query` now.

    Raises:
        ValueError: A directed graph, weights or other values of edges, which say nothing of the new ones, more edges
            than are missing (or, by curvature, than can be found), no edges where the method needs some, more than
            2,000 nodes, or an option of the wrong kind.

    >>> from gnnlab import path_graph
    >>> rewire(path_graph(4), "fosr", 1).edge_index.tolist()  # a ring
    [[0, 0, 1, 1, 2, 2, 3, 3], [1, 3, 0, 2, 1, 3, 0, 2]]
    """
    check_choice("method", method, METHODS)
    count = whole_number("count", count, least=0)
    seed = whole_number("seed", seed, least=0)
    if temperature is not None:
        temperature = real_number("temperature", temperature, least=0)
        if method != "sdrf":
            raise ValueError(f"temperature must be None where method is not 'sdrf', but is {temperature}")
    known = as_graph(graph)
    _check_values_of_edges(known)
    joined = _joined(known)
    draws = np.random.default_rng(seed)
    if method == "expander":
        pairs = random_regular_pairs(joined, count, draws)
    else:
        _check_count(joined, count, method)
        choose = {
            "fosr": lambda: spectral_pairs(joined, count, draws),
            "sdrf": lambda: curvature_pairs(joined, count, draws, temperature),
            "random": lambda: random_pairs(joined, count, draws),
        }
        pairs = choose[method]()
    return _with_pairs(known, pairs)


def _joined(graph: Data) -> np.ndarray:
    """Which pairs of different nodes are joined, (N, N)."""
    nodes = int(graph.num_nodes or 0)
    if nodes > MOST_NODES:
        raise ValueError(f"graph must have at most {MOST_NODES} nodes, but has {nodes}")
    joined = np.zeros((nodes, nodes), dtype=bool)
    assert graph.edge_index is not None
    source, target = graph.edge_index.cpu().numpy()
    joined[source, target] = True
    one_way = np.argwhere(joined & ~joined.T)
    if len(one_way):
        start, end = one_way[0]
        raise ValueError(
            f"graph must be undirected, with every edge in both directions, but {start} → {end} has no way back"
        )
    np.fill_diagonal(joined, False)
    return joined


def _check_values_of_edges(graph: Data) -> None:
    if "ptr" in graph:
        raise ValueError("graph must be one graph, but is a batch of several")
    for name, values in graph.to_dict().items():
        if values is None or name in _KEPT or graph.is_node_attr(name):
            continue
        if name.startswith("edge_") or graph.is_edge_attr(name):
            raise ValueError(f"graph must not have {name}, which says nothing of the new edges")


#: What is none of edges, whatever its length, or is extended.
_KEPT = ("edge_index", "mirrored", "tokens", "y")


def _check_count(joined: np.ndarray, count: int, method: str) -> None:
    nodes = len(joined)
    edges = int(joined.sum()) // 2
    missing = nodes * (nodes - 1) // 2 - edges
    if count > missing:
        raise ValueError(
            f"count must be at most {missing}, the pairs of the graph that are not joined, but is {count}"
        )
    if method != "random" and not edges:
        raise ValueError(f"graph must have edges where method is {method!r}, but has none")


def _with_pairs(graph: Data, pairs: list[tuple[int, int]]) -> Data:
    assert graph.edge_index is not None
    both = sorted({(i, j) for i, j in pairs} | {(j, i) for i, j in pairs})
    new = torch.tensor(both, dtype=torch.long, device=graph.edge_index.device).view(-1, 2).t()
    edges = torch.cat([graph.edge_index, new], dim=1)
    order = (edges[0] * int(graph.num_nodes or 0) + edges[1]).argsort(stable=True)
    graph.edge_index = edges[:, order]
    if isinstance(mirrored := graph.get("mirrored", None), Tensor):
        graph.mirrored = torch.cat([mirrored, mirrored.new_zeros(new.size(1))])[order]
    return with_true_distance(graph)
