"""Graph networks on PyG message passing, adjacency matrices, graphs from sequences, drawing."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    __version__: str
    from gnnlab.drawing.graph_drawing import draw_graph
    from gnnlab.drawing.matrix_drawing import draw_adjacency
    from gnnlab.drawing.word_view import word_neighbourhood
    from gnnlab.graphs.adjacency import (
        adjacency_matrix,
        adjacency_power,
        degree_matrix,
        normalized_adjacency,
    )
    from gnnlab.graphs.any_graph import as_graph
    from gnnlab.graphs.dirichlet import dirichlet_energy
    from gnnlab.graphs.graph_files import read_graph
    from gnnlab.graphs.influence import effective_resistance, random_walk_influence
    from gnnlab.graphs.paths import palindrome_graph, path_graph, with_virtual_node
    from gnnlab.graphs.reach import hop_distances, layers_until_heard, receptive_field
    from gnnlab.graphs.rewiring.rewire import rewire
    from gnnlab.graphs.sequence_graph import SequenceGraph
    from gnnlab.graphs.transfer import clique_path_graph, ring_graph
    from gnnlab.graphs.trees import tree_graph, tree_neighbors_match
    from gnnlab.layers.example_graphs import ExampleGraphClassifier
    from gnnlab.layers.gat import GATConv
    from gnnlab.layers.gatv2 import GATv2Conv
    from gnnlab.layers.gcn import GCNConv
    from gnnlab.layers.graph_net import GraphNet
    from gnnlab.layers.graph_transformer import GraphTransformerConv
    from gnnlab.layers.memory import graph_memory
    from gnnlab.layers.sequence_classifier import SequenceGraphClassifier
    from gnnlab.layers.state_space import StateSpaceConv
    from gnnlab.layers.static_graph import StaticGraphConv, pyg_convolution
    from gnnlab.text.corpus_size import CorpusSize, cooccurrence_size
    from gnnlab.text.pmi_graph import cooccurrence_graph
    from gnnlab.text.text_graph import AttachedDocument, attach_document, attach_documents, document_graph
    from gnnlab.text.window_graphs import sliding_window_graph, sliding_window_graphs
    from gnnlab.text.words import words_of

#: Where each name is. It is imported when it is first asked for: PyG takes seconds, and not every program needs it.
_NAMES = {
    "gnnlab.drawing.graph_drawing": ("draw_graph",),
    "gnnlab.drawing.matrix_drawing": ("draw_adjacency",),
    "gnnlab.drawing.word_view": ("word_neighbourhood",),
    "gnnlab.graphs.adjacency": (
        "adjacency_matrix",
        "adjacency_power",
        "degree_matrix",
        "normalized_adjacency",
    ),
    "gnnlab.graphs.any_graph": ("as_graph",),
    "gnnlab.graphs.dirichlet": ("dirichlet_energy",),
    "gnnlab.graphs.graph_files": ("read_graph",),
    "gnnlab.graphs.influence": ("effective_resistance", "random_walk_influence"),
    "gnnlab.graphs.paths": ("palindrome_graph", "path_graph", "with_virtual_node"),
    "gnnlab.graphs.reach": ("hop_distances", "layers_until_heard", "receptive_field"),
    "gnnlab.graphs.rewiring.rewire": ("rewire",),
    "gnnlab.graphs.sequence_graph": ("SequenceGraph",),
    "gnnlab.graphs.transfer": ("clique_path_graph", "ring_graph"),
    "gnnlab.graphs.trees": ("tree_graph", "tree_neighbors_match"),
    "gnnlab.layers.example_graphs": ("ExampleGraphClassifier",),
    "gnnlab.layers.gat": ("GATConv",),
    "gnnlab.layers.gatv2": ("GATv2Conv",),
    "gnnlab.layers.gcn": ("GCNConv",),
    "gnnlab.layers.graph_net": ("GraphNet",),
    "gnnlab.layers.graph_transformer": ("GraphTransformerConv",),
    "gnnlab.layers.memory": ("graph_memory",),
    "gnnlab.layers.sequence_classifier": ("SequenceGraphClassifier",),
    "gnnlab.layers.state_space": ("StateSpaceConv",),
    "gnnlab.layers.static_graph": ("StaticGraphConv", "pyg_convolution"),
    "gnnlab.text.corpus_size": ("CorpusSize", "cooccurrence_size"),
    "gnnlab.text.pmi_graph": ("cooccurrence_graph",),
    "gnnlab.text.text_graph": (
        "AttachedDocument",
        "attach_document",
        "attach_documents",
        "document_graph",
    ),
    "gnnlab.text.window_graphs": ("sliding_window_graph", "sliding_window_graphs"),
    "gnnlab.text.words": ("words_of",),
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "AttachedDocument",
    "CorpusSize",
    "ExampleGraphClassifier",
    "GATConv",
    "GATv2Conv",
    "GCNConv",
    "GraphNet",
    "GraphTransformerConv",
    "SequenceGraph",
    "SequenceGraphClassifier",
    "StateSpaceConv",
    "StaticGraphConv",
    "adjacency_matrix",
    "adjacency_power",
    "as_graph",
    "attach_document",
    "attach_documents",
    "clique_path_graph",
    "cooccurrence_graph",
    "cooccurrence_size",
    "degree_matrix",
    "dirichlet_energy",
    "document_graph",
    "draw_adjacency",
    "draw_graph",
    "effective_resistance",
    "graph_memory",
    "hop_distances",
    "layers_until_heard",
    "normalized_adjacency",
    "palindrome_graph",
    "path_graph",
    "pyg_convolution",
    "random_walk_influence",
    "read_graph",
    "receptive_field",
    "rewire",
    "ring_graph",
    "sliding_window_graph",
    "sliding_window_graphs",
    "tree_graph",
    "tree_neighbors_match",
    "with_virtual_node",
    "word_neighbourhood",
    "words_of",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    if name in ("drawing", "graphs", "layers", "text"):  # parts of the package
        return importlib.import_module(f"gnnlab.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'gnnlab' has no attribute {name!r}")
    found = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    """The version of the distribution; ``not installed`` where the package only lies beside a program."""
    from importlib import metadata

    try:
        return metadata.version("gnnlab")
    except metadata.PackageNotFoundError:
        return "not installed"
