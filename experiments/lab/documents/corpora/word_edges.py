"""Edges between words that say less than those of a corpus: what is left of a model shows what its edges give."""

from __future__ import annotations

import numpy as np

from experiments.lab.documents.kinds import NO_EDGES, RANDOM, SHUFFLED

#: Times that about every edge exchanges ends with another. After these many no more pairs of the movie reviews are left
#: than chance leaves: 16 %, as a word that is joined with most others stays so.
ROUNDS = 10


def rewired(
    pairs: np.ndarray, weights: np.ndarray, num_words: int, how: str, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Edges between words, laid anew.

    Args:
        pairs: (2, P) two different words each, each pair once.
        weights: (P,).
        num_words: V.
        how: ``shuffled``: the same graph, but each word stands in the place of another, drawn by chance. ``random``:
            each word keeps its number of neighbours, and who they are, and which weight an edge has, is drawn by
            chance. ``nopmi``: no edges.
        seed: Fixes what is drawn.

    Returns:
        pairs (2, P') and weights (P',), without self-loops and with each pair once.

    Example:
        >>> rewired(np.array([[0, 1], [1, 2]]), np.array([0.5, 2.0]), 3, "nopmi", 0)[0].shape
        (2, 0)
    """
    draws = np.random.default_rng([seed, 21])
    if how == SHUFFLED:
        return draws.permutation(num_words)[pairs], weights
    if how == RANDOM:
        return partners_drawn(pairs, num_words, draws), draws.permutation(weights)
    assert how == NO_EDGES
    return pairs[:, :0], weights[:0]


def partners_drawn(pairs: np.ndarray, num_nodes: int, draws: np.random.Generator) -> np.ndarray:
    """A graph with the same degrees, by exchanging ends of two edges: (a, b), (c, d) become (a, d), (c, b).

    An exchange that would make a self-loop or a pair that is there already is left out (Maslov & Sneppen 2002).

    Args:
        pairs: (2, P) each pair once.
        num_nodes: N.
        draws: Chance.
    """
    a, b = pairs.astype(np.int64)
    for _ in range(ROUNDS):
        one, two = draws.permutation(len(a))[: len(a) // 2 * 2].reshape(2, -1)
        turned = draws.random(len(two)) < 0.5
        c, d = np.where(turned, b[two], a[two]), np.where(turned, a[two], b[two])
        proposed = _keys(np.concatenate([a[one], c]), np.concatenate([d, b[one]]), num_nodes)
        there, found = np.sort(_keys(a, b, num_nodes)), np.sort(proposed)
        bad = there[np.searchsorted(there[:-1], proposed)] == proposed
        bad |= np.isin(proposed, found[1:][found[1:] == found[:-1]])  # two exchanges that make the same pair
        bad |= proposed % num_nodes == proposed // num_nodes  # self-loops
        good = ~(bad[: len(one)] | bad[len(one) :])
        a[two], b[two] = np.where(good, c, a[two]), np.where(good, b[one], b[two])
        b[one] = np.where(good, d, b[one])
    return np.stack([a, b])


def _keys(a: np.ndarray, b: np.ndarray, num_nodes: int) -> np.ndarray:
    """A number for each pair, whichever end stands first."""
    return np.minimum(a, b) * num_nodes + np.maximum(a, b)
