"""Graph networks on PyG message passing, adjacency matrices, graphs from sequences, drawing."""

from gnnlab.adjacency import adjacency_matrix, adjacency_power, degree_matrix, normalized_adjacency
from gnnlab.drawing import draw_graph
from gnnlab.gat import GATConv
from gnnlab.gcn import GCNConv
from gnnlab.graph_net import GraphNet
from gnnlab.influence import effective_resistance, random_walk_influence
from gnnlab.matrix_drawing import draw_adjacency
from gnnlab.paths import palindrome_graph, path_graph, with_virtual_node
from gnnlab.reach import hop_distances, layers_until_heard, receptive_field
from gnnlab.sequence_classifier import SequenceGraphClassifier
from gnnlab.smoothing import dirichlet_energy
from gnnlab.trees import tree_graph, tree_neighbors_match

__all__ = [
    "GATConv",
    "GCNConv",
    "GraphNet",
    "SequenceGraphClassifier",
    "adjacency_matrix",
    "adjacency_power",
    "degree_matrix",
    "dirichlet_energy",
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
    "tree_graph",
    "tree_neighbors_match",
    "with_virtual_node",
]
