"""Kernels of our own for a GPU, in Triton. They are optional: without them layers take steps that torch knows."""
