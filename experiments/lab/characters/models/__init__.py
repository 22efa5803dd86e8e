"""Character models and their training."""
