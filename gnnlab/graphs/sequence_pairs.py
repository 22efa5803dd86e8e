"""The edges of paths and palindromes as pairs of numbers, and hops along pairs. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gnnlab.graphs.numbers import as_whole, flag, whole_number

Pair = tuple[int, int]


MOST_SKIP = 10**9  # more than any graph has nodes


def path_pairs(nodes: int, *, directed: bool, self_loops: bool, skip: Any) -> set[Pair]:
    """Return the edges of `path_graph`.

    Raises:
        ValueError: `skip` is neither a whole number of 0 or more nor several.

    >>> sorted(path_pairs(4, directed=True, self_loops=False, skip=2))
    [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]
    """
    one = as_whole(skip) is not None or isinstance(skip, str) or not isinstance(skip, Iterable)
    steps = {
        1,
        *(whole_number("skip", step, least=0, most=MOST_SKIP) for step in ([skip] if one else skip)),
    } - {0}
    edges = {(i, i + step) for step in steps for i in range(nodes - step)}
    if not flag("directed", directed):
        edges |= {(target, source) for source, target in edges}
    if flag("self_loops", self_loops):
        edges |= {(i, i) for i in range(nodes)}
    return edges


def mirrored_pairs(length: int, nodes: int, *, directed: bool) -> set[Pair]:
    """Return the edges between the places i and T-1-i of a palindrome of T symbols, among its first nodes.

    >>> sorted(mirrored_pairs(5, 5, directed=True))
    [(0, 4), (1, 3)]
    """
    edges = {(i, length - 1 - i) for i in range(length // 2) if length - 1 - i < nodes}
    return edges if directed else edges | {(target, source) for source, target in edges}


def hops_from(source: int, pairs: Iterable[Pair], num_nodes: int) -> list[int]:
    """Return over how many edges a message from a node travels to each node, at least; -1: never.

    >>> hops_from(0, [(0, 1), (1, 2), (3, 0)], 4)
    [0, 1, 2, -1]
    """
    leads: list[list[int]] = [[] for _ in range(num_nodes)]
    for start, end in pairs:
        leads[start].append(end)
    hops = [-1] * num_nodes
    hops[source] = 0
    reached = [source]
    while reached:
        found = []
        for node in reached:
            for other in leads[node]:
                if hops[other] < 0:
                    hops[other] = hops[node] + 1
                    found.append(other)
        reached = found
    return hops
