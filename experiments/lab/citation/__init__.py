"""The classes of the nodes of one graph."""
