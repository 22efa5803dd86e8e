"""Tasks and data of a user's own, through the same line as the lab's."""
