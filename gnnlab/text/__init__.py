"""Graphs from text: words that occur together, and documents with their words."""
