"""Tasks on sequences: what a task is, and the lab's own."""
