"""Tasks on sequences, in both views."""
