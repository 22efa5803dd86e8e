"""Figures of a ranking."""
