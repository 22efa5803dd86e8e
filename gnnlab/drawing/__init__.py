"""Drawing graphs and matrices."""
