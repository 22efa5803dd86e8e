"""The experiments, each in its folder."""
