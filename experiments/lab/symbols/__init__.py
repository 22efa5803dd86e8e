"""Short tasks on symbols, each of which asks for one thing: recall, selection, counting, place, nesting."""
