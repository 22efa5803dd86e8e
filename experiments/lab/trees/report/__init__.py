"""What the page of Tree-NeighborsMatch shows."""
