"""Kernels for a GPU, in Triton: the recurrence of every cell, whole sequences and many seeds at once."""
