"""Memory: how much of each input is left where the answer is read, for both families."""
