"""Figures of claims."""
