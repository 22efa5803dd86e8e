"""Nodes by the names that their graph has for them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from gnnlab.graphs.numbers import as_whole

SHOWN = 5  # names that an error lists


class NodeNames:
    """Finds nodes by name, or by number where there are no names.

    A name is what the graph itself calls the node. The number 3 and the text "3" are the same name, unless the
    graph tells them apart. A number that is no name is a place in the graph's own order, from 0 on, but only
    where no node is called by a number: otherwise it could be taken for the wrong node.

    Args:
        names: One for each node; None: nodes have numbers alone.
        num_nodes: N.
        places: A number is a place, whatever the names look like, such as those of a list of words.

    >>> NodeNames([3, 0, 1], 3).number(3, "node"), NodeNames(["a", "b"], 2).number("b", "node")
    (0, 1)
    """

    def __init__(self, names: Sequence[Hashable] | None, num_nodes: int, *, places: bool = False) -> None:
        self.names, self.num_nodes = names, num_nodes
        self._exact: dict[Hashable, list[int]] = {}
        self._text: dict[str, list[int]] = {}
        for place, name in enumerate(names or ()):
            self._exact.setdefault(name, []).append(place)
            self._text.setdefault(str(name), []).append(place)
        self._places = places
        self._by_number = not places and any(_is_number(name) for name in names or ())

    def name(self, place: int) -> Hashable:
        """Return what the node at a place is called."""
        return place if self.names is None else self.names[place]

    def number(self, node: Any, argument: str) -> int:
        """Return the place of a node, from 0 to N - 1.

        Raises:
            ValueError: There is no such node, or two have this name; `argument` is named.
        """
        number = as_whole(node)
        name = node if number is None else number
        found = self._exact.get(name, []) if _is_hashable(name) else []
        if not found and isinstance(name, (int, str)) and not (self._places and isinstance(name, int)):
            found = self._text.get(str(name), [])
        if len(found) > 1:
            raise ValueError(
                f"{argument}: {len(found)} nodes are called {str(name)!r}; give each its own name"
            )
        if found:
            return found[0]
        if number is not None and not self._by_number and 0 <= number < self.num_nodes:
            return number
        raise ValueError(f"{argument} must be {self._known()}, but is {name!r}")

    def _known(self) -> str:
        if not self.num_nodes:
            return "a node of the graph, which has none"
        if not self.names:
            return f"a node from 0 to {self.num_nodes - 1}"
        some = ", ".join(str(name) for name in self.names[:SHOWN])
        return f"the name of a node ({some}{', ...' if self.num_nodes > SHOWN else ''})"


def _is_hashable(name: Any) -> bool:
    try:
        hash(name)
    except TypeError:
        return False
    return True


def _is_number(name: Hashable) -> bool:
    return as_whole(name) is not None or (isinstance(name, str) and name.removeprefix("-").isdecimal())
