"""Sequence tasks: generators of examples whose splits do not meet."""
