"""What reports and papers say of their settings, by claim. What is not here they do not state."""
