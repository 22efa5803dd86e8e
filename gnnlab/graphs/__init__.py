"""Graphs from sequences, adjacency matrices, and what can be computed from them."""
