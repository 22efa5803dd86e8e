"""What each cell says to the kernels: its gates, its state, and the derivatives of both."""
