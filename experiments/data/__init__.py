"""Public and built-in graphs, found or downloaded."""
