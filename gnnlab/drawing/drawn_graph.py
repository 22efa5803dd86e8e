"""What of a graph is drawn, in lists and sets: a drawing of a path needs neither torch nor PyG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gnnlab.graphs.node_names import NodeNames
from gnnlab.graphs.sequence_pairs import Pair, mirrored_pairs, path_pairs


@dataclass(frozen=True)
class DrawnGraph:
    """A graph as drawings know it.

    Args:
        pairs: Edges (source, target), in the order of the graph.
        names: Of the N nodes.
        weights: One for each edge; None: ones.
        symbols: What is read at each place of a sequence, but for the place that asks.
        query: The node that asks.
        virtual: A node that is joined to all others.
        mirrored: Edges between the places of a palindrome that hold the same symbol; None: it is no palindrome.
        sequence: The nodes stand in the order of a sequence.
    """

    pairs: list[Pair]
    names: NodeNames
    weights: list[float] | None = None
    symbols: Sequence[Any] | None = None
    query: int | None = None
    virtual: int | None = None
    mirrored: frozenset[Pair] | None = None
    sequence: bool = False

    def labels(self, query: int | None) -> Sequence[Any]:
        """Return what stands in the nodes, with a question mark in the one that asks."""
        if self.symbols is not None and query is not None and len(self.symbols) + 1 == self.names.num_nodes:
            return [*self.symbols[:query], "?", *self.symbols[query:]]
        return [self.names.name(place) for place in range(self.names.num_nodes)]

    def read_out(self) -> str:
        """Return what the node that asks is called in the legend."""
        if self.mirrored is None:
            return "read-out"
        digits = self.symbols is None or all(str(symbol).isdecimal() for symbol in self.symbols)
        return f"missing {'digit' if digits else 'letter'} (read-out)"


def drawn_path(
    num_nodes: int, *, directed: bool = False, self_loops: bool = False, skip: int = 0
) -> DrawnGraph:
    """Return what is drawn of a `path_graph`.

    >>> drawn_path(3, directed=True).pairs
    [(0, 1), (1, 2)]
    """
    pairs = path_pairs(num_nodes, directed=directed, self_loops=self_loops, skip=skip)
    return DrawnGraph(sorted(pairs), NodeNames(None, num_nodes), sequence=True)


def drawn_palindrome(
    symbols: str, *, directed: bool = False, self_loops: bool = False, mirrored: bool = False, skip: int = 0
) -> DrawnGraph:
    """Return what is drawn of the `palindrome_graph` of digits, or of a palindrome of any other symbols.

    >>> drawn_palindrome("level", mirrored=True).labels(4)
    ['l', 'e', 'v', 'e', '?']
    """
    length = len(symbols)
    edges = path_pairs(length, directed=directed, self_loops=self_loops, skip=skip)
    mirror = mirrored_pairs(length, length, directed=directed) - edges if mirrored else set()
    return DrawnGraph(
        sorted(edges | mirror),
        NodeNames(None, length),
        symbols=list(symbols[:-1]),
        query=length - 1,
        mirrored=frozenset(mirror),
        sequence=True,
    )
