"""Whatever describes a graph, brought to one form.

These are one and the same graph to every function that takes a graph:

- an edge list, (2, E) integers of torch or NumPy: sources above targets;
- a square matrix of torch, NumPy, `torch.sparse` or `scipy.sparse`, whose row i lists what node i receives:
  entry (i, j) is the weight of the edge j → i (who has senders in the rows gives the transpose);
- a list of pairs (source, target) or triples (source, target, weight), of numbers or of names;
- a networkx graph, whose nodes keep their names, and whose undirected edges count both ways;
- PyG's Data;
- the path of a file that `read_graph` reads.

What an array means is not guessed from its shape. Only integers of the shape (2, 2) could be two edges or a matrix:
they are refused, and `as_graph(edge_index=...)` or `as_graph(matrix=...)` says which. One exception: to functions
that compute, such as `adjacency_matrix`, a torch tensor of integers (2, 2) is two edges, as it is to all layers of
PyG and of this package.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from torch import Tensor
from torch_geometric.data import Data

from gnnlab.graphs.graph_arrays import as_tensor, parts_of_array, parts_of_edge_index, parts_of_matrix
from gnnlab.graphs.graph_files import parts_of_file
from gnnlab.graphs.graph_pairs import parts_of_networkx, parts_of_pairs
from gnnlab.graphs.graph_parts import GraphParts
from gnnlab.graphs.numbers import whole_number
from gnnlab.layers.edge_list import check_one_an_edge, is_sparse_matrix
from gnnlab.layers.tracing import has_values

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    import scipy.sparse

GraphLike: TypeAlias = (
    "Tensor | np.ndarray | scipy.sparse.spmatrix | scipy.sparse.sparray | Sequence[Any] | nx.Graph | Data"
    " | str | os.PathLike[str]"
)


#: A matrix of more nodes fits no memory, and its places no 64-bit number.
MOST_NODES = 2**31 - 1


def as_graph(
    graph: GraphLike | None = None,
    *,
    edge_index: Tensor | np.ndarray | Sequence[Sequence[int]] | None = None,
    matrix: Any = None,
    edge_weight: Tensor | Sequence[float] | None = None,
    num_nodes: int | None = None,
) -> Data:
    """Return whatever describes a graph as PyG's Data, to say what an array means, or to keep the names.

    Args:
        graph: An edge list (2, E) of integers, a square matrix whose row i is what node i receives, both of torch,
            NumPy or SciPy; pairs or triples (source, target, weight) of numbers or names; a networkx graph; a
            Data, which keeps all that it holds; or the path of a file.
        edge_index: In place of `graph`: this is an edge list (2, E), whatever its shape looks like.
        matrix: In place of `graph`: this is a matrix.
        edge_weight: (E,) weights of an edge list or of pairs.
        num_nodes: N, where the graph does not say it. Default: the largest node plus one.

    Returns:
        Data with edge_index (2, E), edge_weight (E,) where there are weights, num_nodes, and `names` (N strings)
        where nodes have names.

    Raises:
        ValueError: Not exactly one description; one that could mean two things, which the error shows; edges out of
            range; weights twice, or not finite; a file that cannot be read.

    >>> as_graph([("Ulm", "Aalen", 2.5), ("Ulm", "Ehingen", 1.0)]).names
    ['Ulm', 'Aalen', 'Ehingen']
    >>> as_graph(matrix=torch.tensor([[0, 1], [0, 0]])).edge_index.tolist()  # node 0 receives from node 1
    [[1], [0]]
    >>> as_graph(edge_index=torch.tensor([[0, 1], [0, 0]])).edge_index.tolist()  # 0 → 0 and 1 → 0
    [[0, 1], [0, 0]]
    """
    if sum(way is not None for way in (graph, edge_index, matrix)) != 1:
        raise ValueError("as_graph must be given one of graph, edge_index and matrix")
    if num_nodes is not None:
        num_nodes = whole_number("num_nodes", num_nodes, least=0, most=MOST_NODES)
    if edge_index is not None:
        parts = with_weight(parts_of_edge_index(edge_index, num_nodes), edge_weight, num_nodes)
    elif matrix is not None:
        parts = with_weight(parts_of_matrix(matrix), edge_weight, num_nodes, kind="a matrix")
    else:
        parts = graph_parts(graph, edge_weight, num_nodes, pyg=False)
    weight = parts.edge_weight
    if (
        weight is not None
        and has_values(weight)
        and (weight.is_complex() or not bool(weight.isfinite().all()))
    ):
        raise ValueError("edge_weight must hold real and finite numbers, but holds others")
    if not isinstance(graph, Data):
        return parts.data()
    known = copy.copy(graph)
    known.edge_index, known.num_nodes = parts.edge_index, parts.num_nodes
    if parts.edge_weight is not None:
        known.edge_weight = parts.edge_weight
    return known


def graph_parts(
    graph: Any, edge_weight: Any = None, num_nodes: int | None = None, *, pyg: bool = True
) -> GraphParts:
    """Return edges, weights, number and names of the nodes of whatever describes a graph.

    Args:
        graph: As in `as_graph`.
        edge_weight: (E,) weights of an edge list, of pairs, a Data or a matrix of torch.sparse.
        num_nodes: N, where the graph does not say it.
        pyg: A torch tensor of integers (2, 2) is two edges.

    Raises:
        ValueError: As in `as_graph`.
    """
    if num_nodes is not None:
        num_nodes = whole_number("num_nodes", num_nodes, least=0, most=MOST_NODES)
    if isinstance(graph, Data):
        return _parts_of_data(graph, edge_weight, num_nodes)
    if hasattr(graph, "adjacency"):  # a networkx graph, without importing networkx to ask
        return with_weight(parts_of_networkx(graph), edge_weight, num_nodes, kind="a networkx graph")
    if isinstance(graph, (str, os.PathLike)):
        return with_weight(parts_of_file(graph), edge_weight, num_nodes, kind="a file")
    if isinstance(graph, (list, tuple)):
        parts = parts_of_pairs(graph, num_nodes)
        own = parts.edge_weight is not None
        return with_weight(parts, edge_weight, num_nodes, kind="a list with weights" if own else None)
    if isinstance(graph, Tensor) or hasattr(graph, "tocoo") or hasattr(graph, "__array_interface__"):
        parts = parts_of_array(graph, num_nodes, pyg=pyg)
        own = parts.sized and not is_sparse_matrix(graph)
        return with_weight(parts, edge_weight, num_nodes, kind="a matrix" if own else None)
    raise ValueError(
        "graph must be an edge_index (2, E), a square matrix, a list of pairs, a networkx graph, a Data or the path "
        f"of a file, but is a {type(graph).__name__}"
    )


def with_weight(
    parts: GraphParts, edge_weight: Any, num_nodes: int | None, *, kind: str | None = None
) -> GraphParts:
    """Return the parts with weights that stand beside the graph, and check N where it is given twice.

    Args:
        parts: Of the graph.
        edge_weight: (E,) or None.
        num_nodes: N or None.
        kind: What the graph is, if it has weights of its own, beside which there can be no others.
    """
    if parts.sized and num_nodes is not None and num_nodes != parts.num_nodes:
        raise ValueError(f"num_nodes must be {parts.num_nodes}, which the graph has, but is {num_nodes}")
    if edge_weight is None:
        return parts
    if kind is not None:
        raise ValueError(f"edge_weight must be None for {kind}, whose edges have their own weight")
    weight = as_tensor(edge_weight, "edge_weight")
    check_one_an_edge(weight, parts.edge_index.size(1), name="edge_weight")
    weight = weight if isinstance(edge_weight, Tensor) else _floating(weight)
    return GraphParts(parts.edge_index, weight, parts.num_nodes, parts.names, parts.sized, parts.places)


def _parts_of_data(graph: Data, edge_weight: Any, num_nodes: int | None) -> GraphParts:
    if graph.edge_index is None:
        raise ValueError("graph must have edge_index, but the Data has none")
    nodes = graph.num_nodes if num_nodes is None else num_nodes
    weight = _weight_of_data(graph) if edge_weight is None else edge_weight
    parts = with_weight(parts_of_edge_index(graph.edge_index, nodes), weight, None)
    named = _list_of(graph, "names", nodes)
    documents = int(graph.num_documents) if "is_document" in graph else 0
    words = None if named else _list_of(graph, "words", nodes - documents)
    if words is not None:
        named = [f"document {place}" for place in range(documents)] + words
    return GraphParts(parts.edge_index, parts.edge_weight, nodes, named, places=words is not None)


def _list_of(graph: Data, key: str, count: int) -> list[Any] | None:
    """The names of some nodes, if the Data has a list of as many."""
    found = graph.get(key, None)
    return list(found) if isinstance(found, (list, tuple)) and len(found) == count else None


def _weight_of_data(graph: Data) -> Tensor | None:
    """Its `edge_weight`, or its `weight` if that is one number an edge, as PyG's `from_networkx` writes it."""
    if "edge_weight" in graph:
        return graph.edge_weight
    weight = graph.weight if "weight" in graph else None
    if isinstance(weight, Tensor) and weight.shape == graph.edge_index.shape[1:]:
        return _floating(weight)
    return None


def _floating(weight: Tensor) -> Tensor:
    return weight if weight.is_floating_point() else weight.to(torch.get_default_dtype())
