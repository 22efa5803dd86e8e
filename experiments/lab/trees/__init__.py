"""Trees: the memory test of graph networks, in both views."""
