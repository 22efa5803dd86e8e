"""First-order spectral rewiring (Karhadkar et al. 2023): edges across the narrowest cut that the spectrum sees."""

from __future__ import annotations

import numpy as np
from scipy.sparse.csgraph import connected_components

from gnnlab.graphs.rewiring.chance import Pair, missing_pairs

#: Eigenvalues, and scores of edges, closer than this are taken for equal, so that rounding decides nothing.
SAME = 1e-9


def spectral_pairs(joined: np.ndarray, count: int, draws: np.random.Generator) -> list[Pair]:
    """Return the edges that FoSR adds, in this order; among equal ones, the first by its nodes."""
    joined = joined.copy()
    direction = draws.standard_normal(len(joined))
    pairs = []
    for _ in range(count):
        degree = joined.sum(1)
        score = second_eigenvector(joined, direction) / np.sqrt(1 + degree)
        missing = missing_pairs(joined)
        products = score[missing[:, 0]] * score[missing[:, 1]]
        i, j = (int(node) for node in missing[np.argmax(products <= products.min() + SAME)])
        joined[i, j] = joined[j, i] = True
        pairs.append((i, j))
    return pairs


def second_eigenvector(joined: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Return the eigenvector of D^-1/2 A D^-1/2 for its second largest eigenvalue, of length 1.

    Of a graph with several parts it is the one that tells the smallest part (the first of several) from the rest; a
    node without edges counts as of degree 1 there. Of several eigenvectors in a connected graph it is the one that
    comes nearest to a given direction, which is the same on every machine.
    """
    degree = joined.sum(1).astype(float)
    parts, part = connected_components(joined, directed=False)
    if parts > 1:
        weight = np.maximum(degree, 1)
        inside = part == np.bincount(part).argmin()
        vector = np.sqrt(weight) * np.where(inside, 1 / weight[inside].sum(), -1 / weight[~inside].sum())
        return vector / np.linalg.norm(vector)
    root = np.sqrt(degree)
    values, vectors = np.linalg.eigh(joined / np.outer(root, root))
    # Ascending: the last one is 1 with the roots of the degrees, which says nothing of a cut.
    space = vectors[:, :-1][:, values[:-1] >= values[-2] - SAME]
    vector = space @ (space.T @ direction)
    return vector / np.linalg.norm(vector)
