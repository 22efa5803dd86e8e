"""What the page of a user's own task shows."""
