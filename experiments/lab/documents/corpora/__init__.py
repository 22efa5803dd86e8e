"""Documents: where they come from, how they are cut and counted."""
