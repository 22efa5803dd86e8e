"""Graphs with features, classes and splits, read from the files that people have. Imports no torch."""
