"""Stochastic discrete Ricci flow (Topping et al. 2022): edges around the most negatively curved one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gnnlab.graphs.rewiring.chance import Pair

#: Curvatures closer than this are taken for equal.
SAME = 1e-9


def curvature_pairs(
    joined: np.ndarray, count: int, draws: np.random.Generator, temperature: float | None
) -> list[Pair]:
    """Return the edges that SDRF adds, in this order; among equal ones, the first by its nodes.

    Raises:
        ValueError: At no edge of the graph there is one to add.
    """
    joined = joined.copy()
    pairs: list[Pair] = []
    for _ in range(count):
        found = next(_candidates(joined), None)
        if found is None:
            raise ValueError(
                f"count must be at most {len(pairs)} for this graph where method is 'sdrf', for then all "
                f"neighbours are joined, but is {count}"
            )
        (i, j), candidates = found
        gains = np.array([_curvature_with(joined, i, j, pair) for pair in candidates])
        if temperature is None:
            chosen = int(np.argmax(gains >= gains.max() - SAME))
        else:
            shares = np.exp(temperature * (gains - gains.max()))
            chosen = int(draws.choice(len(candidates), p=shares / shares.sum()))
        k, l = candidates[chosen]
        joined[k, l] = joined[l, k] = True
        pairs.append((k, l))
    return pairs


def balanced_forman(joined: np.ndarray, i: int, j: int) -> float:
    """Return the balanced Forman curvature of an edge (Topping et al. 2022, Definition 1).

    Equation::

        Ric = 2/dᵢ + 2/dⱼ - 2 + 2 Δ/max(dᵢ, dⱼ) + Δ/min(dᵢ, dⱼ) + (□ᵢ + □ⱼ)/(γ max(dᵢ, dⱼ))

    and 0 where an end has no other neighbour. Δ counts common neighbours; □ᵢ the neighbours k of i alone through which
    a ring of four nodes i, k, w, j without diagonals runs; γ is the largest number of such rings through one node.
    """
    of_i, of_j = joined[i], joined[j]
    low, high = sorted((int(of_i.sum()), int(of_j.sum())))
    if low == 1:
        return 0.0
    triangles = int((of_i & of_j).sum())
    only_i, only_j = of_i & ~of_j, of_j & ~of_i
    only_i[j] = only_j[i] = False
    # Rings through each neighbour of i alone, and of j alone: ends of edges between the two kinds.
    between = joined[np.ix_(only_i, only_j)]
    rings = np.concatenate([between.sum(1), between.sum(0)])
    flat = 2 / low + 2 / high - 2 + 2 * triangles / high + triangles / low
    return flat + (np.count_nonzero(rings) / (rings.max() * high) if rings.any() else 0.0)


def _candidates(joined: np.ndarray) -> Iterator[tuple[Pair, list[Pair]]]:
    """Edges from the least curvature on, each with the missing pairs between its two neighbourhoods."""
    edges = np.argwhere(np.triu(joined))
    curvatures = np.array([balanced_forman(joined, i, j) for i, j in edges])
    for place in np.round(curvatures / SAME).argsort(kind="stable"):
        i, j = (int(node) for node in edges[place])
        sides = [[*np.flatnonzero(joined[end]).tolist(), end] for end in (i, j)]
        missing = {(min(k, l), max(k, l)) for k in sides[0] for l in sides[1] if k != l and not joined[k, l]}
        if missing:
            yield (i, j), sorted(missing)


def _curvature_with(joined: np.ndarray, i: int, j: int, pair: Pair) -> float:
    k, l = pair
    joined[k, l] = joined[l, k] = True
    found = balanced_forman(joined, i, j)
    joined[k, l] = joined[l, k] = False
    return found
