"""What a picture of a graph says, in a sentence: its title. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence

from gnnlab.drawing.drawn_graph import DrawnGraph
from gnnlab.graphs.sequence_pairs import Pair, hops_from

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def counted(number: int, thing: str) -> str:
    """A number with its noun.

    Example:
        >>> counted(1, "layer"), counted(2, "layer")
        ('1 layer', '2 layers')
    """
    return f"{number:,} {thing}{'s' * (number != 1)}"


def called(name: str) -> str:
    """A node at the beginning of a sentence.

    Example:
        >>> called("3"), called("Medici")
        ('Node 3', 'Medici')
    """
    return f"Node {name}" if name.isdecimal() else name


def of_path(graph: DrawnGraph) -> str:
    """How far the ends of a path are apart."""
    last = graph.names.num_nodes - 1
    if last == 0:
        return "One node, which hears itself alone"
    hops = hops_from(0, graph.pairs, last + 1)[last]
    return f"A message from node 0 takes {counted(hops, 'layer')} to node {last}"


def of_palindrome(graph: DrawnGraph) -> str:
    """How far the missing symbol is from its answer."""
    last = graph.names.num_nodes - 1
    hops = hops_from(0, graph.pairs, last + 1)[last]
    return f"The missing symbol equals the first one, {counted(hops, 'hop')} away"


def of_field(name: str, pairs: Sequence[Pair], nodes: int, node: int, layers: int | None) -> str:
    """After how many layers a node hears all, or what it hears in some layers.

    Example:
        >>> of_field("C", [(0, 1), (1, 2)], 3, 2, None)
        'C hears all 3 nodes after 2 layers'
        >>> of_field("C", [(0, 1), (1, 2)], 3, 2, 1)
        'C hears 2 of 3 nodes in 1 layer; all of them take 2'
        >>> of_field("A", [(0, 1), (1, 2)], 3, 0, None)
        'A hears 1 of 3 nodes, after 0 layers, and never the others'
    """
    hops = [hop for hop in hops_from(node, [pair[::-1] for pair in pairs], nodes) if hop >= 0]
    most, reached = max(hops), len(hops)
    if layers is not None and layers < most:
        heard = sum(hop <= layers for hop in hops)
        rest = "all of them take" if reached == nodes else f"the {reached} that it can hear take"
        return (
            f"{name} hears {heard:,} of {counted(nodes, 'node')} in {counted(layers, 'layer')}; {rest} {most}"
        )
    if reached == nodes:
        return f"{name} hears all {counted(nodes, 'node')} after {counted(most, 'layer')}"
    return f"{name} hears {reached:,} of {counted(nodes, 'node')}, after {counted(most, 'layer')}, and never the others"


def of_powers(pairs: Sequence[Pair], nodes: int) -> str:
    """Within how many hops the nodes are. (A^k counts walks of exactly k edges, and may have gaps.)"""
    hops = [hop for node in range(nodes) for hop in hops_from(node, pairs, nodes)]
    if -1 in hops:
        return f"{hops.count(-1):,} of {nodes * (nodes - 1):,} pairs of nodes never hear of each other"
    return f"Every node is within {counted(max(hops), 'hop')} of every other"


def of_graph(name: str, pairs: Sequence[Pair], nodes: int, classes: Sequence[int] | None = None) -> str:
    """Its size, and the share of edges within a class."""
    edges = {
        pair if pair[0] < pair[1] or pair[::-1] not in both else pair[::-1]
        for both in [set(pairs)]
        for pair in both
    }
    size = f"{name}: {counted(nodes, 'node')}, {counted(len(edges), 'edge')}"
    if classes is None or not edges:
        return size
    within = sum(classes[i] == classes[j] for i, j in edges)
    return f"{size}, {100 * within / len(edges):.0f} % of them within a class"


def power(symbol: str, number: int) -> str:
    """A matrix to a power.

    Example:
        >>> power("A", 12), power("A + I", 2), power("Â", 1)
        ('A¹²', '(A + I)²', 'Â')
    """
    base = f"({symbol})" if " " in symbol and number != 1 else symbol
    return base if number == 1 else f"{base}{str(number).translate(SUPERSCRIPTS)}"
