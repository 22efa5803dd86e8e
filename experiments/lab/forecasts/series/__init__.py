"""Series on the nodes of a graph: simulated, or from files; what is odd about them."""
