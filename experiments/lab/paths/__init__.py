"""Paths: how far nodes of a random graph are from one that is marked, in both views."""
