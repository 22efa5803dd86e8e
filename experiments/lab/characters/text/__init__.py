"""Texts as characters: read, encoded, cut into windows."""
