"""Graph networks on PyG message passing, adjacency matrices, graphs from sequences, drawing."""

from gnnlab.adjacency import adjacency_matrix, adjacency_power, degree_matrix, normalized_adjacency
from gnnlab.drawing import draw_graph
from gnnlab.gat import GATConv
from gnnlab.gcn import GCNConv
from gnnlab.graph_net import GraphNet
from gnnlab.influence import effective_resistance, random_walk_influence
from gnnlab.matrix_drawing import draw_adjacency
from gnnlab.paths import palindrome_graph, path_graph
from gnnlab.reach import hop_distances, layers_until_heard, receptive_field
from gnnlab.sequence_classifier import SequenceGraphClassifier

__all__ = [
    "GATConv",
    "GCNConv",
    "GraphNet",
    "SequenceGraphClassifier",
    "adjacency_matrix",
    "adjacency_power",
    "degree_matrix",
    "draw_adjacency",
    "draw_graph",
    "effective_resistance",
    "hop_distances",
    "layers_until_heard",
    "normalized_adjacency",
    "palindrome_graph",
    "path_graph",
    "random_walk_influence",
    "receptive_field",
]
