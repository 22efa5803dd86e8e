"""Records on disk: files, locks, checkpoints, what a run leaves behind."""
