"""Models for sequences, the lab's and a user's own."""
