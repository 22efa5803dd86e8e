"""What the page of memory shows."""
