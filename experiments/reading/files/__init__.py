"""Files that readers of records write: figures, and events for TensorBoard."""
