"""``gnnlab draw``: graphs, matrices, attention and gates as pictures."""
