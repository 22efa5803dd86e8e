"""The door: the lab from a user's own program or notebook."""
