"""Edges by chance: any that are missing, or those of a random regular graph."""

from __future__ import annotations

import numpy as np

Pair = tuple[int, int]


def missing_pairs(joined: np.ndarray) -> np.ndarray:
    """Return the pairs (M, 2), the smaller node first, that are not joined."""
    return np.argwhere(np.triu(~joined, k=1))


def random_pairs(joined: np.ndarray, count: int, draws: np.random.Generator) -> list[Pair]:
    """Return some missing pairs, each as likely as the other."""
    missing = missing_pairs(joined)
    chosen = draws.permutation(len(missing))[:count]
    return [(int(i), int(j)) for i, j in missing[chosen]]


def random_regular_pairs(joined: np.ndarray, degree: int, draws: np.random.Generator) -> list[Pair]:
    """Return the edges of a random regular graph that are missing.

    Raises:
        ValueError: There is no such graph: the degree is not below N, or N times the degree is odd.
    """
    nodes = len(joined)
    if degree and degree >= nodes:
        raise ValueError(
            f"count must be below {nodes}, the nodes of the graph, where it is a degree, but is {degree}"
        )
    if degree * nodes % 2:
        raise ValueError(
            f"count must be even where the graph has {nodes} nodes, an odd number, but is {degree}"
        )
    return sorted(pair for pair in _regular(nodes, degree, draws) if not joined[pair])


def _regular(nodes: int, degree: int, draws: np.random.Generator) -> set[Pair]:
    """Edges of a random regular graph; of a dense one, those that a sparse one lacks."""
    if 2 * degree >= nodes and degree:
        lacking = _regular(nodes, nodes - 1 - degree, draws)
        return {(i, j) for j in range(nodes) for i in range(j)} - lacking
    while True:
        pairs = _paired_ends(nodes, degree, draws)
        if pairs is not None:
            return pairs


def _paired_ends(nodes: int, degree: int, draws: np.random.Generator) -> set[Pair] | None:
    """Pair the ends of edges at random, and again those that met badly; None: the rest can meet no better.

    Steger & Wormald 1999, "Generating random regular graphs quickly": near uniform for small degrees.
    """
    pairs: set[Pair] = set()
    ends = np.repeat(np.arange(nodes), degree)
    while len(ends):
        ends = draws.permutation(ends)
        left = []
        for one, other in ends.reshape(-1, 2).tolist():
            pair = (min(one, other), max(one, other))
            if one == other or pair in pairs:
                left += [one, other]
            else:
                pairs.add(pair)
        open_nodes = sorted(set(left))
        if left and not any((i, j) not in pairs for j in open_nodes for i in open_nodes if i < j):
            return None
        ends = np.array(left, dtype=int)
    return pairs
