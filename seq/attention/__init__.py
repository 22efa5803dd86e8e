"""Attention: each step looks at all others, or at all before it."""
