"""Graphs of sequences: paths, and palindromes as paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Data

from gnnlab.graphs.numbers import as_whole, flag, whole_number
from gnnlab.graphs.sequence_graph import SequenceGraph
from gnnlab.graphs.sequence_pairs import mirrored_pairs, path_pairs
from gnnlab.graphs.transfer import with_true_distance
from gnnlab.layers.edge_list import check_edge_index

MOST_NODES = 10**6  # a path of so many takes seconds to make


def path_graph(
    num_nodes: int, *, directed: bool = False, self_loops: bool = False, skip: int | Sequence[int] = 0
) -> Data:
    """Return the path 0, 1, ..., N-1.

    Args:
        num_nodes: N, one or more.
        directed: Edges i → i+1 only, forward in time; otherwise back as well.
        self_loops: An edge i → i for each node.
        skip: k adds edges i → i+k (and back, unless directed); several may be given; 0 adds none.

    Returns:
        Data with `edge_index` (2, E) sorted and without duplicates, `num_nodes`, and `position` (N,), 0 to
        N-1.

    Raises:
        ValueError: `num_nodes` under 1 or no whole number, or a negative `skip`.

    >>> path_graph(4, directed=True, skip=2).edge_index
    tensor([[0, 0, 1, 1, 2],
            [1, 2, 2, 3, 3]])
    """
    num_nodes = whole_number("num_nodes", num_nodes, least=1, most=MOST_NODES)
    edges = path_pairs(num_nodes, directed=directed, self_loops=self_loops, skip=skip)
    return SequenceGraph(edge_index=_as_tensor(edges), num_nodes=num_nodes, position=torch.arange(num_nodes))


def palindrome_graph(
    digits: int | str | Sequence[int] | Tensor,
    *,
    directed: bool = False,
    self_loops: bool = False,
    mirrored: bool = False,
    skip: int | Sequence[int] = 0,
    position: bool = True,
    query: bool = True,
) -> Data:
    """Return the graph of a palindrome of T digits whose last digit is missing: a path, node T-1 asks for it.

    Only the first T-1 digits enter the graph. With `mirrored`, nodes i and T-1-i, which hold the same digit,
    are joined (both ways, or i → T-1-i where directed): the missing digit is then one step away from the
    answer.

    Args:
        digits: T, or the T digits as "12321", a sequence, or a tensor (T,). The last one becomes `y`, nothing
            else.
        directed: Edges forward in time only.
        self_loops: An edge i → i for each node.
        mirrored: Join i and T-1-i.
        skip: k adds edges i → i+k (and back, unless directed); several may be given; 0 adds none.
        position: Give the nodes their place as `position`.
        query: Have the query node T-1. Without it the graph holds the T-1 digits alone, and a model has to
            read the answer out of all nodes; mirrored edges to the missing node fall away.

    Returns:
        Data with `edge_index` (2, E) sorted and without duplicates; `num_nodes`; `mirrored` (E,), True for
        edges between i and T-1-i that are no edges of the path; `query`, the index T-1, where there is one;
        `position` (N,) where asked for. Where digits are given also `tokens` (T-1,), the input, and `y` (1,).

    Raises:
        ValueError: T under 2, or digits outside 0..9.

    >>> graph = palindrome_graph("12321", mirrored=True)
    >>> graph.query, graph.tokens.tolist(), graph.y.item()
    (4, [1, 2, 3, 2], 1)
    >>> graph.edge_index[:, graph.mirrored]
    tensor([[0, 1, 3, 4],
            [4, 3, 1, 0]])
    """
    number = as_whole(digits)
    symbols = _digits(digits) if number is None else None
    length = len(symbols or ()) if number is None else number
    if not 2 <= length <= MOST_NODES:
        raise ValueError(f"digits must be a length of 2 or more, or as many digits, but is {digits!r}")
    nodes = length if flag("query", query) else length - 1
    edges = path_pairs(nodes, directed=directed, self_loops=self_loops, skip=skip)
    pairs = mirrored_pairs(length, nodes, directed=directed) - edges if flag("mirrored", mirrored) else set()
    edge_index = _as_tensor(edges | pairs)
    data = SequenceGraph(edge_index=edge_index, num_nodes=nodes)
    data.mirrored = torch.tensor([tuple(edge) in pairs for edge in edge_index.t().tolist()], dtype=torch.bool)
    if query:
        data.query = length - 1
    if flag("position", position):
        data.position = torch.arange(nodes)
    if symbols is not None:
        data.tokens = torch.tensor(symbols[:-1])
        data.y = torch.tensor(symbols[-1:])
    return data


def with_virtual_node(graph: Data) -> Data:
    """Return the graph with one more node, its last, that is joined to all others in both directions.

    Any two nodes are then at most two hops apart (Gilmer et al. 2017, https://arxiv.org/abs/1704.01212, "master
    node"). `virtual` holds its index; `position`, which goes on where it ends, and `mirrored` are extended, and so
    is a tree's `height` (the new node is one hop from the root); `distance`, where there is a `source`, becomes that of
    the larger graph; a sequence's `tokens` and `y` stay as they are.

    Raises:
        ValueError: No Data with edges, edges that are none, or anything else that holds a value for each node or edge,
            which says nothing of the new ones.

    >>> graph = with_virtual_node(path_graph(3, directed=True))
    >>> graph.virtual, graph.edge_index.tolist()
    (3, [[0, 0, 1, 1, 2, 3, 3, 3], [1, 3, 2, 3, 3, 0, 1, 2]])
    """
    if not isinstance(graph, Data):
        raise ValueError(f"graph must be a torch_geometric.data.Data, but is a {type(graph).__name__}")
    if graph.edge_index is None or graph.num_nodes is None:
        raise ValueError("graph must have edge_index and num_nodes")
    nodes = int(graph.num_nodes)
    check_edge_index(graph.edge_index, nodes)
    for name, values in graph.to_dict().items():
        if values is None or name in _EXTENDED or (name == "y" and nodes == 1):
            continue
        if name == "x" or graph.is_node_attr(name):
            raise ValueError(f"graph must not have {name}, which says nothing of the new node")
        if name.startswith("edge_") or graph.is_edge_attr(name):
            raise ValueError(f"graph must not have {name}, which says nothing of the new edges")
    others = torch.arange(nodes)
    hub = torch.full_like(others, nodes)
    edges = torch.cat([graph.edge_index, torch.stack([others, hub]), torch.stack([hub, others])], dim=1)
    order = (edges[0] * (nodes + 1) + edges[1]).argsort()
    larger = SequenceGraph.from_dict(graph.clone().to_dict())
    larger.edge_index, larger.num_nodes, larger.virtual = edges[:, order], nodes + 1, nodes
    if "mirrored" in graph:
        larger.mirrored = torch.cat([graph.mirrored, graph.mirrored.new_zeros(2 * nodes)])[order]
    if "position" in graph:
        after = graph.position[-1:] + 1 if nodes else torch.zeros(1, dtype=torch.long)
        larger.position = torch.cat([graph.position, after])
    if "height" in graph:
        larger.height = torch.cat([graph.height, graph.height.new_ones(1)])
    return with_true_distance(larger)


#: What the graph of a sequence or a tree holds, and a virtual node leaves right.
_EXTENDED = ("edge_index", "position", "mirrored", "tokens", "height")


def _digits(digits: Any) -> list[int]:
    try:
        symbols = [int(digit) if isinstance(digit, str) else as_whole(digit) for digit in digits]
    except (TypeError, ValueError):
        symbols = [None]
    known = [symbol for symbol in symbols if symbol is not None and 0 <= symbol <= 9]
    if len(known) < len(symbols):
        raise ValueError(f"digits must be a length, or digits 0 to 9, but is {digits!r}")
    return known


def _as_tensor(edges: set[tuple[int, int]]) -> Tensor:
    return torch.tensor(sorted(edges), dtype=torch.long).view(-1, 2).t().contiguous()
